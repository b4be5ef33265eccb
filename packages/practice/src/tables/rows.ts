/** What stands in the tables of a world. */
import { memberAt, type Random } from "../random.ts";
import { numbers, type TableSchema } from "./schema.ts";

export type { TableSchema } from "./schema.ts";

/** By the row's name, the column's values. */
export type Rows = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Every word of a column stands in it at least once, as long as there are rows enough; numbers stand there once at most. */
export function fillTable({ rows, words, numbers: numberColumns }: TableSchema, random: Random): Rows {
  const filled = new Map(rows.map((name) => [name, new Map<string, string>()]));
  const fill = (column: string, values: readonly string[]): void => {
    for (const [index, name] of random.shuffled(rows).entries()) {
      filled.get(name)?.set(column, memberAt(values, index % values.length));
    }
  };
  for (const { name, values } of words) fill(name, random.shuffled(values));
  for (const column of numberColumns) fill(column, random.shuffled(numbers).map(String));
  return filled;
}

export function valueIn(rows: Rows, name: string, column: string): string | undefined {
  return rows.get(name)?.get(column);
}
