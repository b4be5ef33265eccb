/** What a start went on without. A line each on stderr, also with `--json`; in the log of a node in the background they are found again by their beginning. */
import type { Output } from "./output.ts";
import { printableText } from "./plain-text.ts";

const beginning = "warning: ";

export function printWarnings(output: Output, warnings: readonly string[]): void {
  for (const warning of warnings) output.note(beginning + printableText(warning));
}

/** Those among the lines of a log. */
export function warningsAmong(lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith(beginning)).map((line) => line.slice(beginning.length));
}
