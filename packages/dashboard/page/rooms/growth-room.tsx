import type { JSX } from "preact";

export function GrowthRoom(): JSX.Element {
  return <h1>Growth</h1>;
}
