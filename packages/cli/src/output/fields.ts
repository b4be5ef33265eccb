import type { Output } from "./output.ts";
import { printableText } from "./plain-text.ts";

/** A line each, names in a column of their own: `model     embedded`. Fields without a value are left out; further lines are set under the first. */
export function printFields(output: Output, fields: readonly (readonly [name: string, value: string | undefined])[]): void {
  const given = fields.flatMap(([name, value]) => (value === undefined || value === "" ? [] : [{ name, value }]));
  const width = Math.max(...given.map(({ name }) => name.length)) + 2;
  const margin = 2;
  for (const { name, value } of given) {
    const [first = "", ...further] = output.fitted(printableText(value), width + margin).split("\n");
    output.line(`  ${output.style("dim", name.padEnd(width))}${first}`);
    for (const line of further) output.line(`  ${" ".repeat(width)}${line}`);
  }
}
