/** Files that are there when all of them is: until then they have another name, and what was broken off leaves nothing. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { finished } from "node:stream/promises";
import { messageOf } from "@grapevine/core";
import { cliErrors } from "../errors.ts";

/** Resolves when there is room for more. */
export type WriteValue = (value: unknown) => Promise<void>;

/** `work` writes the file that it is given the path of. @throws CLI_FILE_UNWRITABLE where the system refuses, and what else the work throws */
export async function writeWhole<T>(target: string, work: (unfinished: string) => Promise<T>): Promise<T> {
  // A new name each time: nobody can have put a file there, and none is left there by a process that was killed.
  const unfinished = `${target}.${randomUUID().slice(0, 8)}.part`;
  try {
    await mkdir(dirname(target), { recursive: true });
    const result = await work(unfinished);
    await rename(unfinished, target);
    return result;
  } catch (error) {
    // What went wrong first is what is said; where the folder is none, neither is there anything to remove.
    await Promise.allSettled([rm(unfinished, { force: true })]);
    if (!isOfSystem(error)) throw error;
    throw cliErrors.create("CLI_FILE_UNWRITABLE", `${target} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

/** JSON, a line for each value that `work` hands on while it runs, on the disk when it resolves. The file must not be there: else somebody could have put one there, to read what is written. */
export async function writeLines<T>(path: string, work: (write: WriteValue) => Promise<T>, mode?: number): Promise<T> {
  const file = createWriteStream(path, { flags: "wx", flush: true, ...(mode !== undefined && { mode }) });
  const closed = finished(file);
  try {
    const result = await firstToFail(
      work((value) => writeTo(file, `${JSON.stringify(value)}\n`)),
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

/** Resolves when the stream takes more. @throws what the stream fails with, and the signal's reason */
export async function writeTo(stream: NodeJS.WritableStream, text: string, signal?: AbortSignal): Promise<void> {
  if (!stream.write(text)) await once(stream, "drain", { ...(signal && { signal }) });
}

/** What comes of the work, unless the file, which stays open for as long, fails first. */
export async function firstToFail<T>(work: Promise<T>, closed: Promise<unknown>): Promise<T> {
  return await Promise.race([work, closed.then(() => new Promise<never>(() => undefined))]);
}

function isOfSystem(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
