import type { LessonSummary } from "@grapevine/node";
import type { JSX } from "preact";

type State = LessonSummary["state"];

/** What a state means, for somebody who has never seen the word. */
export const stateMeanings: Readonly<Record<State, string>> = {
  own: "made here",
  admitted: "believed, and used",
  held: "kept, not used until it earns its place",
  archived: "put away for want of room or worth",
  retracted: "taken back by its author",
};

export function StateWord({ state }: { state: State }): JSX.Element {
  return (
    <span class={`state state-${state}`} title={stateMeanings[state]}>
      {state}
    </span>
  );
}
