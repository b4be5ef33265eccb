import type { JSX } from "preact";

export function DisagreementsRoom(): JSX.Element {
  return <h1>Disagreements</h1>;
}
