/** Prose as wide as the terminal, broken between words. What is to be copied stays whole: a terminal that has to break it gives it back in one piece, a line end of ours would not. */
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import { gluedSpace } from "../terminal.ts";

/** Lines after the first are set under its beginning. Commands in backticks, or with glued spaces, and words that are too long stay whole. */
export function wrapped(text: string, columns: number | undefined): string {
  const lines = text.split("\n").map((line) => (columns === undefined ? line : wrappedLine(line, columns)));
  return lines.join("\n").replaceAll(gluedSpace, " ");
}

function wrappedLine(line: string, columns: number): string {
  if (stringWidth(line) <= columns) return line;
  const [indent = ""] = /^ */.exec(line) ?? [];
  const glued = line.slice(indent.length).replace(/`[^`]*`/g, (command) => command.replaceAll(" ", gluedSpace));
  const rows = wrapAnsi(glued, Math.max(1, columns - indent.length), { hard: false }).split("\n");
  return rows.map((row) => indent + row).join("\n");
}
