/**
 * A node made of the file that backing-up.ts wrote.
 *
 * Guarantees: a file that is cut or altered makes no node, and nothing is left of the try; what is there already is not touched, though it came while the file was read. What
 * a kill leaves of a try holds a key: the next try for the same node removes it.
 */
import { hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type Clock, GrapevineError, messageOf, systemClock } from "@grapevine/core";
import { restoreStore } from "@grapevine/store";
import { type Extract, extract } from "tar-stream";
import { z } from "zod";
import {
  type About,
  aboutName,
  aboutSchema,
  type Content,
  contentsName,
  contentsSchema,
  damaged,
  isOfDisk,
  keptNames,
  keyNames,
  maxEntryBytes,
  storePrefix,
  unusable,
  usableFile,
} from "./backup-format.ts";
import { runningNodes } from "./client.ts";
import { nodeErrors } from "./errors.ts";
import { homeOf, type NodeHome, optional, writePrivately } from "./home.ts";

export interface RestoreInit {
  readonly home: string;
  /** Default: the name of the node that the file was made of. */
  readonly name?: string;
  /** Absolute path. */
  readonly file: string;
  /** Told how much of the file was read, from 0 to 1. */
  readonly onProgress?: (part: number) => void;
}

export interface RestoreReport {
  readonly node: string;
  readonly folder: string;
  /** When the backup was made, milliseconds since the epoch. */
  readonly createdAt: number;
  readonly experiences: number;
  readonly lessons: number;
  /** False: the file `key` is to be put there before the node starts. */
  readonly hasKey: boolean;
}

/** @throws BACKUP_FILE_UNUSABLE, BACKUP_DAMAGED, BACKUP_VERSION, RESTORE_TARGET_TAKEN, HOME_IN_USE, NODE_NAME_INVALID, HOME_UNUSABLE, STORE_UNAVAILABLE */
export async function restoreNode(init: RestoreInit, clock: Clock = systemClock): Promise<RestoreReport> {
  const reading = readArchive(init.file, init.onProgress);
  try {
    const about = aboutOf(await reading.next(), init.file);
    const home = homeOf(init.home, init.name ?? about.node);
    await refuseTaken(home, init.home);
    const making = makingFolder(home, init.home, process.pid);
    await removeLeftovers(home, init.home);
    try {
      await mkdir(making, { recursive: true, mode: 0o700 });
      const { experiences, lessons, names } = await fill(making, reading, { file: init.file, clock });
      await putInPlace(making, home);
      const { name: node, folder } = home;
      return { node, folder, createdAt: about.createdAt, experiences, lessons, hasKey: names.includes("key") };
    } finally {
      await rm(making, { recursive: true, force: true });
    }
  } finally {
    await reading.close();
  }
}

async function refuseTaken(home: NodeHome, folder: string): Promise<void> {
  if ((await runningNodes(folder)).some(({ name }) => name === home.name)) {
    throw nodeErrors.create("HOME_IN_USE", `${home.name} runs`, {
      hint: "Restore under another name with --name, or stop the node and move its folder away.",
    });
  }
  const there = (await optional(readdir(home.folder))) ?? [];
  if (there.length > 0) throw taken(home);
}

/** Only an empty folder makes room: a node may have been made there since the restoring began. @throws RESTORE_TARGET_TAKEN, HOME_UNUSABLE */
async function putInPlace(making: string, home: NodeHome): Promise<void> {
  try {
    await rmdir(home.folder).catch((error: unknown) => {
      if (codeOf(error) !== "ENOENT") throw error;
    });
    await rename(making, home.folder);
  } catch (error) {
    if (takenCodes.includes(codeOf(error))) throw taken(home, error);
    throw nodeErrors.create("HOME_UNUSABLE", `${home.folder} cannot be made: ${messageOf(error)}`, { cause: error });
  }
}

/** Of a folder that is not empty, which systems call by different names, and of what is no folder. */
const takenCodes: readonly unknown[] = ["ENOTEMPTY", "EEXIST", "ENOTDIR"];

function taken(home: NodeHome, cause?: unknown): GrapevineError {
  return nodeErrors.create("RESTORE_TARGET_TAKEN", `${home.folder} is there, and not empty`, { cause });
}

/** A name that no node can have: whatever is left of a try that was broken off is no node. */
function makingFolder({ name }: NodeHome, folder: string, maker: number | string): string {
  return join(folder, `.${name}.${maker}.restoring`);
}

/** Of tries whose process ended before it could take them away, or had the id that this one has now. */
async function removeLeftovers(home: NodeHome, folder: string): Promise<void> {
  for (const entry of (await optional(readdir(folder))) ?? []) {
    const maker = /\.(\d+)\.restoring$/.exec(entry)?.[1];
    if (maker === undefined || join(folder, entry) !== makingFolder(home, folder, maker)) continue;
    if (Number(maker) === process.pid || !isRunning(Number(maker)))
      await rm(join(folder, entry), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== "ESRCH"; // there, and somebody else's
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

interface Filled {
  readonly experiences: number;
  readonly lessons: number;
  readonly names: readonly string[];
}

async function fill(
  folder: string,
  reading: ArchiveReading,
  { file, clock }: { readonly file: string; readonly clock: Clock },
): Promise<Filled> {
  const names: string[] = [];
  let next = await reading.next();
  for (; next !== undefined && !next.name.startsWith(storePrefix); next = await reading.next()) {
    if (![...keyNames, ...keptNames].includes(next.name)) throw damaged(file, `it holds "${next.name.slice(0, 80)}"`);
    await writePrivately(join(folder, next.name), next.bytes);
    names.push(next.name);
  }
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (; next?.name.startsWith(storePrefix) === true; next = await reading.next()) yield next.bytes;
  }
  try {
    const { experiences, lessons } = await restoreStore({ path: join(folder, "store"), stream: parts(), clock });
    reading.checkContents(next, await reading.next());
    return { experiences, lessons, names };
  } catch (error) {
    if (GrapevineError.is(error, "STORE_DAMAGED")) throw damaged(file, error.message, error);
    throw error;
  }
}

interface ReadEntry {
  readonly name: string;
  readonly bytes: Buffer;
}

interface ArchiveReading {
  /** Undefined at the end. @throws BACKUP_FILE_UNUSABLE, BACKUP_DAMAGED */
  next(): Promise<ReadEntry | undefined>;
  /** Was all that was read what the archive says of itself, and is that its end? @throws BACKUP_DAMAGED */
  checkContents(contents: ReadEntry | undefined, after: ReadEntry | undefined): void;
  close(): Promise<void>;
}

function readArchive(file: string, onProgress: ((part: number) => void) | undefined): ArchiveReading {
  const found: Content[] = [];
  const entries = entriesOf(file, onProgress);
  return {
    next: async () => {
      try {
        const { value } = await entries.next();
        if (value !== undefined) found.push(contentOf(value));
        return value ?? undefined;
      } catch (error) {
        if (GrapevineError.is(error)) throw error;
        throw isOfDisk(error) ? unusable(file, error) : damaged(file, messageOf(error), error);
      }
    },
    checkContents: (contents, after) => {
      if (contents?.name !== contentsName || after !== undefined) throw damaged(file, "it does not end as it should");
      const said = parsed(contents.bytes, contentsSchema, file);
      const read = found.slice(0, -1);
      const differing = said.find((one, position) => JSON.stringify(one) !== JSON.stringify(read[position]));
      if (differing !== undefined || said.length !== read.length) {
        throw damaged(file, `${differing?.name ?? "what it holds"} is not what was written`);
      }
    },
    close: async () => {
      await entries.return(undefined);
    },
  };
}

async function* entriesOf(file: string, onProgress: ((part: number) => void) | undefined): AsyncGenerator<ReadEntry, undefined> {
  const { size } = await usableFile(file, () => stat(file));
  const unpacked = extract();
  const source = createReadStream(file);
  const piped = pipeline(source, createGunzip(), unpacked);
  // Said by the entries, which end with the same error.
  piped.catch(() => undefined);
  try {
    for await (const entry of unpacked) {
      yield { name: entry.header.name, bytes: await bytesOf(entry, file) };
      onProgress?.(source.bytesRead / Math.max(size, 1));
    }
    await piped;
  } finally {
    source.destroy();
    unpacked.destroy();
  }
  return undefined;
}

/** What `tar-stream` iterates over. */
type Entry = Extract extends AsyncIterable<infer Each> ? Each : never;

async function bytesOf(entry: Entry, file: string): Promise<Buffer> {
  if ((entry.header.size ?? 0) > maxEntryBytes) throw damaged(file, `${entry.header.name.slice(0, 80)} is too large`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const versionSchema = z.object({ version: z.int() });

function aboutOf(entry: ReadEntry | undefined, file: string): About {
  if (entry?.name !== aboutName) throw damaged(file, "it does not begin as it should");
  const { version } = parsed(entry.bytes, versionSchema, file);
  if (version !== 1) throw nodeErrors.create("BACKUP_VERSION", `${file} is of version ${version}`);
  return parsed(entry.bytes, aboutSchema, file);
}

function contentOf({ name, bytes }: ReadEntry): Content {
  return { name, bytes: bytes.length, sha256: hash("sha256", bytes) };
}

function parsed<T>(bytes: Buffer, schema: z.ZodType<T>, file: string): T {
  try {
    return schema.parse(JSON.parse(bytes.toString()));
  } catch (error) {
    throw damaged(file, "what it says of itself cannot be read", error);
  }
}
