import type { JSX } from "preact";

export function HealthRoom(): JSX.Element {
  return <h1>Health</h1>;
}
