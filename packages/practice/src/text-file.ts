/** Reads a file that a user wrote, with the errors of whoever asks. */
import { readFile } from "node:fs/promises";
import { messageOf } from "@grapevine/core";

export interface FileErrors {
  unreadable(problem: string, cause: unknown): Error;
  malformed(problem: string, cause?: unknown): Error;
}

/** @throws what `errors` makes of a file that is not there, may not be read, or is not UTF-8 */
export async function readText(path: string, errors: FileErrors): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof TypeError) throw errors.malformed(`${path} is not UTF-8 text`, error);
    throw errors.unreadable(`cannot read ${path}: ${messageOf(error)}`, error);
  }
}

/** The lines that are not empty, each with its number from 1. */
export function numberedLines(text: string): { readonly line: string; readonly number: number }[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== "");
}

/** @param where the file, and the line where there are several @throws what `errors` makes of a text that is not JSON */
export function parseJson(text: string, where: string, errors: FileErrors): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw errors.malformed(`${where}: not JSON (${messageOf(error)})`, error);
  }
}
