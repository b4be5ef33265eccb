import type { ExperienceSummary } from "@grapevine/node";
import type { JSX } from "preact";

type Verdict = ExperienceSummary["verdict"];

const words: Readonly<Record<Verdict, string>> = {
  worked: "worked",
  changed: "with changes",
  failed: "did not work",
  unknown: "not known yet",
};

export function VerdictWord({ verdict }: { verdict: Verdict }): JSX.Element {
  return <span class={`state verdict verdict-is-${verdict}`}>{words[verdict]}</span>;
}
