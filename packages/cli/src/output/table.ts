/** Tables that fit the terminal: columns of text give way, columns of figures do not. */
import CliTable from "cli-table3";
import stringWidth from "string-width";
import type { Output } from "./output.ts";
import { printableLine } from "./plain-text.ts";

export interface TableColumn<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  /** Colours a cell; applied after the text was made printable. */
  readonly colour?: (row: Row) => "green" | "red" | "yellow" | "cyan" | "dim" | undefined;
  readonly align?: "left" | "right";
  /** Is cut when the terminal is narrow: to this many characters, and further once no column can be left out. Else the column keeps its width. */
  readonly shrinksTo?: number;
  /** Left out, the last such column first, where even the cut table is too wide. */
  readonly optional?: boolean;
}

/** Spaces between two columns. */
const gap = 2;

/** Prints the rows under their titles, never wider than the terminal where the columns allow it. */
export function printTable<Row>(output: Output, columns: readonly TableColumn<Row>[], rows: readonly Row[]): void {
  const { shown, widths } = fit(columns, rows, output.columns);
  const table = new CliTable({
    chars: bare,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colWidths: widths.map((width, index) => (index === widths.length - 1 ? width : width + gap)),
    colAligns: shown.map(({ align }) => align ?? "left"),
    truncate: "…",
  });
  table.push(shown.map(({ title }, index) => cell(output.style("bold", title), index === shown.length - 1)));
  for (const row of rows) {
    table.push(shown.map((column, index) => cell(coloured(output, column, row), index === shown.length - 1)));
  }
  for (const line of table.toString().split("\n")) output.line(line.trimEnd());
}

/** The gap belongs to the column's width, as a padding that no text is set into. */
function cell(content: string, last: boolean): CliTable.CellOptions {
  return { content, style: { "padding-left": 0, "padding-right": last ? 0 : gap } };
}

function coloured<Row>(output: Output, column: TableColumn<Row>, row: Row): string {
  const text = printableLine(column.value(row));
  const colour = column.colour?.(row);
  return colour === undefined ? text : output.style(colour, text);
}

const bare: Record<string, string> = Object.fromEntries(
  [
    "top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right",
    "left left-mid mid mid-mid right right-mid middle",
  ].flatMap((names) => names.split(" ").map((name) => [name, ""])),
);

interface Fitted<Row> {
  readonly shown: readonly TableColumn<Row>[];
  readonly widths: readonly number[];
}

/** Less says nothing. */
const narrowest = 8;

/** Widths that fit: the widest shrinkable column gives a character at a time; when none can, the last optional column goes. */
function fit<Row>(columns: readonly TableColumn<Row>[], rows: readonly Row[], available: number): Fitted<Row> {
  const widths = columns.map(({ title, value }) =>
    Math.max(stringWidth(title), ...rows.map((row) => stringWidth(printableLine(value(row))))),
  );
  const total = (): number => widths.reduce((sum, width) => sum + width, 0) + gap * (widths.length - 1);
  const dropped = columns.findLastIndex(({ optional }) => optional === true);
  while (total() > available) {
    const widest = columns.reduce<number | undefined>((best, column, index) => {
      const width = widths[index] ?? 0;
      const least = dropped === -1 ? narrowest : (column.shrinksTo ?? width);
      if (column.shrinksTo === undefined || width <= least) return best;
      return best === undefined || width > (widths[best] ?? 0) ? index : best;
    }, undefined);
    if (widest === undefined) {
      if (dropped === -1) break;
      return fit(columns.toSpliced(dropped, 1), rows, available);
    }
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return { shown: columns, widths };
}
