/** Files that are there when all of them is: until then they have another name, and what was broken off leaves nothing. */
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { finished } from "node:stream/promises";
import { messageOf } from "@grapevine/core";
import { cliErrors } from "../errors.ts";

/** `work` writes the file that it is given the path of. @throws CLI_FILE_UNWRITABLE where the system refuses, and what else the work throws */
export async function writeWhole<T>(target: string, work: (unfinished: string) => Promise<T>): Promise<T> {
  const unfinished = `${target}.${process.pid}.part`;
  try {
    await mkdir(dirname(target), { recursive: true });
    const result = await work(unfinished);
    await rename(unfinished, target);
    return result;
  } catch (error) {
    await rm(unfinished, { force: true });
    if (!isOfSystem(error)) throw error;
    throw cliErrors.create("CLI_FILE_UNWRITABLE", `${target} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

/** JSON, a line for each value that `work` hands on while it runs. */
export async function writeLines<T>(
  path: string,
  work: (write: (value: unknown) => void) => Promise<T>,
  mode?: number,
): Promise<T> {
  const file = createWriteStream(path, { ...(mode !== undefined && { mode }) });
  const closed = finished(file);
  try {
    const result = await firstToFail(
      work((value) => file.write(`${JSON.stringify(value)}\n`)),
      closed,
    );
    file.end();
    await closed;
    return result;
  } catch (error) {
    file.destroy();
    await Promise.allSettled([closed]);
    throw error;
  }
}

/** What comes of the work, unless the file, which stays open for as long, fails first. */
export async function firstToFail<T>(work: Promise<T>, closed: Promise<unknown>): Promise<T> {
  return await Promise.race([work, closed.then(() => new Promise<never>(() => undefined))]);
}

function isOfSystem(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
