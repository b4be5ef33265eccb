/** JSON lines, read with an error that names the line. */
import { readFile } from "node:fs/promises";
import { messageOf } from "@grapevine/core";
import { evalErrors } from "./errors.ts";

/** What is wrong with a line, in words. */
export interface LineProblem {
  readonly problem: string;
}

/**
 * Every line that is not empty, as `read` understands it, in order.
 * @throws EVAL_DATASET_UNREADABLE; EVAL_DATASET_INVALID for the first line that is not JSON or that `read` finds a problem in, and for a file without lines
 */
export async function readDataset<Row extends object>(path: string, read: (value: unknown) => Row | LineProblem): Promise<Row[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw evalErrors.create("EVAL_DATASET_UNREADABLE", messageOf(error), { cause: error });
  }
  const rows: Row[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const row = readLine(line, read);
    if ("problem" in row) throw evalErrors.create("EVAL_DATASET_INVALID", `${path}, line ${index + 1}: ${row.problem}`);
    rows.push(row);
  }
  if (rows.length === 0) throw evalErrors.create("EVAL_DATASET_INVALID", `${path} holds no lines`);
  return rows;
}

function readLine<Row extends object>(line: string, read: (value: unknown) => Row | LineProblem): Row | LineProblem {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { problem: `not JSON (${messageOf(error)})` };
  }
  return read(value);
}

/** An object with names, or undefined for everything else that JSON can hold. */
export function asFields(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
