import type { JSX } from "preact";

export function ExperiencesRoom(): JSX.Element {
  return <h1>Experiences</h1>;
}
