/**
 * The rows of a run on the disk, one JSON object a line. A row that was added is there after `kill -9`; the line that was being written then is torn, is cut off at the next
 * opening, and its row is computed again.
 */
import { type FileHandle, open, readFile } from "node:fs/promises";
import { evalErrors } from "../errors.ts";
import { keyOf, type Place, type Row, readRow } from "./row.ts";

export interface RowFile {
  has(place: Place): boolean;
  /** In the order in which they were written. */
  rows(): readonly Row[];
  add(row: Row): Promise<void>;
  close(): Promise<void>;
}

/** @throws EVAL_OUT_DAMAGED for a whole line that is no row */
export async function openRowFile(path: string): Promise<RowFile> {
  const file = await open(path, "a+");
  try {
    const rows = await readRows(path, file);
    const known = new Set(rows.map(keyOf));
    return {
      has: (place) => known.has(keyOf(place)),
      rows: () => rows,
      add: async (row) => {
        await file.appendFile(`${JSON.stringify(row)}\n`);
        known.add(keyOf(row));
        rows.push(row);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readRows(path: string, file: FileHandle): Promise<Row[]> {
  const bytes = await readFile(path);
  const end = bytes.lastIndexOf("\n") + 1;
  if (end < bytes.length) await file.truncate(end);
  const lines = bytes.subarray(0, end).toString("utf8").split("\n").slice(0, -1);
  return lines.map((line, index) => {
    const row = readRow(line);
    if (row === undefined) throw evalErrors.create("EVAL_OUT_DAMAGED", `${path}, line ${index + 1} is no row`);
    return row;
  });
}
