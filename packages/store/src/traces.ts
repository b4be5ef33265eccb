/**
 * Looks for bytes in every file of a folder: the proof that something forgotten has left the disk.
 *
 * Guarantees: finds a value wherever LevelDB, the checkpoint or a plain file holds it, compressed or cut into fragments. Does not: look at what the file system
 * keeps of deleted files, nor at copies elsewhere.
 */
import { type FileHandle, open, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { logContent, tableBlocks } from "./table-blocks.ts";

export interface Trace {
  readonly file: string;
  /** The position of what was found in the list of what was looked for. */
  readonly needle: number;
}

export interface Searched {
  readonly files: number;
  readonly bytes: number;
  /** One for each file and each of the needles that it holds. */
  readonly traces: readonly Trace[];
}

/** Files that are deleted meanwhile are left out. Rejects with the file system's error where one cannot be read. */
export async function findTraces(folder: string, needles: readonly Uint8Array[]): Promise<Searched> {
  const traces: Trace[] = [];
  let files = 0;
  let bytes = 0;
  for (const file of await filesBelow(folder)) {
    const found = await unlessGone(() => searchFile(file, needles));
    if (found === undefined) continue;
    files++;
    bytes += found.bytes;
    for (const needle of found.needles) traces.push({ file, needle });
  }
  return { files, bytes, traces };
}

/** In the order of their names. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await unlessGone(() => readdir(folder, { withFileTypes: true, recursive: true }));
  return (entries ?? [])
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** What the work gives; undefined when its file was deleted meanwhile. */
export async function unlessGone<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

interface Found {
  readonly bytes: number;
  readonly needles: ReadonlySet<number>;
}

async function searchFile(path: string, needles: readonly Uint8Array[]): Promise<Found> {
  const handle = await open(path, "r");
  try {
    const unpack = unpackerOf(basename(path));
    return await (unpack === undefined ? searchPlain(handle, needles) : searchUnpacked(await handle.readFile(), unpack, needles));
  } finally {
    await handle.close();
  }
}

/** What is to be searched beside the bytes themselves, in a file of LevelDB's. */
function unpackerOf(name: string): ((bytes: Buffer) => Buffer[]) | undefined {
  if (/^\d+\.(?:ldb|sst)$/.test(name)) return (bytes) => tableBlocks(bytes) ?? [];
  if (/^(?:\d+\.log|MANIFEST-\d+)$/.test(name)) return (bytes) => [logContent(bytes)];
  return undefined;
}

function searchUnpacked(bytes: Buffer, unpack: (bytes: Buffer) => Buffer[], needles: readonly Uint8Array[]): Found {
  const found = new Set<number>();
  for (const part of [bytes, ...unpack(bytes)]) noteFound(part, needles, found);
  return { bytes: bytes.length, needles: found };
}

async function searchPlain(handle: FileHandle, needles: readonly Uint8Array[]): Promise<Found> {
  const found = new Set<number>();
  const overlap = Math.max(0, ...needles.map(({ length }) => length - 1));
  const chunk = Buffer.alloc(overlap + chunkBytes);
  let kept = 0;
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await handle.read(chunk, kept, chunk.length - kept);
    if (bytesRead === 0) return { bytes, needles: found };
    bytes += bytesRead;
    const filled = kept + bytesRead;
    noteFound(chunk.subarray(0, filled), needles, found);
    kept = Math.min(overlap, filled);
    chunk.copyWithin(0, filled - kept, filled);
  }
}

const chunkBytes: number = 1024 * 1024;

function noteFound(bytes: Buffer, needles: readonly Uint8Array[], found: Set<number>): void {
  for (const [position, needle] of needles.entries()) {
    if (!found.has(position) && needle.length > 0 && bytes.indexOf(needle) >= 0) found.add(position);
  }
}
