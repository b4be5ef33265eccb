/** Words of others: shown as what they are, a text. */
import type { JSX } from "preact";
import { visibleText } from "./visible-text.ts";

/** Text that somebody else wrote. Its direction stays within it, and what cannot be seen is made visible. */
export function Told({ text }: { text: string }): JSX.Element {
  return <bdi class="told">{visibleText(text)}</bdi>;
}
