/**
 * The checkpoint: what LevelDB ought to hold, kept outside of it, so that a deleted, cut or altered file of LevelDB's is noticed.
 *
 * Every commit appends an entry: the store's state after it (number, counts, hashes) and, unless that is too large, the commit's writes. The entry is synced,
 * LevelDB's own write at the same time is not, and the commit is acknowledged when both are done: one sync a commit. Entries go to two segment files
 * in turn, in place. A segment is written over only after LevelDB's logs were synced behind its last entry, so that whatever LevelDB may
 * still lose is here and is made again at the next open. A commit too large for an entry's writes is synced in LevelDB before its entry is written.
 *
 * Guarantees: nothing acknowledged is missing without being made again or noticed; a kill or a power cut at any moment is not taken for damage. Does not:
 * notice that somebody put back an older copy of the whole folder, checkpoint included.
 */
import { hash } from "node:crypto";
import { existsSync, constants as fileFlags, readFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Write } from "./database.ts";
import { writeFileDurably } from "./durable-file.ts";
import { checkSchemaVersion, type StoreState, storeStateSchema } from "./state.ts";

/** `initialising`: the store was never open yet, nothing was acknowledged. */
export type CheckpointPhase = "initialising" | "ready";

export interface CheckpointEntry {
  readonly phase: CheckpointPhase;
  readonly state: StoreState;
  /** The writes of the commit that led to the state; absent where they were too large. */
  readonly redo: readonly Write[] | undefined;
}

/** Writes up to this size are kept in an entry. */
export const maxRedoBytes: number = 64 * 1024;

/**
 * The newest entry that can be read and those that lead to it without a gap, oldest first; undefined when there is no checkpoint at all.
 * @throws STORE_VERSION
 */
export function readCheckpoint(folder: string): readonly CheckpointEntry[] | undefined {
  const files = segmentNames.map((name) => join(folder, name)).filter((file) => existsSync(file));
  if (files.length === 0) return undefined;
  const entries = files.flatMap((file) => readSegment(readFileSync(file)));
  entries.sort((first, second) => first.state.commit - second.state.commit);
  let from = entries.length - 1;
  while (from > 0 && entries[from - 1]?.state.commit === (entries[from]?.state.commit ?? 0) - 1) from--;
  return entries.slice(Math.max(from, 0));
}

/** Replaces whatever checkpoint there is. What LevelDB holds must be durable by then. */
export function resetCheckpoint(folder: string, phase: CheckpointPhase, state: StoreState): void {
  // Of their final size from the start: overwriting blocks that the file system has given out already makes a sync a single write.
  const first = Buffer.alloc(segmentBytes);
  first.set(encodeEntry({ phase, state, redo: undefined }));
  writeFileDurably(join(folder, segmentNames[0]), first);
  writeFileDurably(join(folder, segmentNames[1]), Buffer.alloc(segmentBytes));
}

export interface CheckpointInit {
  readonly folder: string;
  /** The state of the database, all of which is durable. */
  readonly state: StoreState;
  /** Makes durable whatever was written to LevelDB before the call. */
  readonly syncDatabase: () => Promise<void>;
}

export class Checkpoint {
  readonly #segments: readonly FileHandle[];
  readonly #syncDatabase: () => Promise<void>;
  #active = 0;
  #end: number;
  /** Settles when the commits in the segment that is not active are durable in LevelDB, to the error if they could not be made so. */
  #otherSynced: Promise<{ readonly error?: unknown }> = Promise.resolve({});

  private constructor(segments: readonly FileHandle[], end: number, syncDatabase: () => Promise<void>) {
    this.#segments = segments;
    this.#end = end;
    this.#syncDatabase = syncDatabase;
  }

  /** Begins a new checkpoint at the given state. */
  static async begin({ folder, state, syncDatabase }: CheckpointInit): Promise<Checkpoint> {
    resetCheckpoint(folder, "ready", state);
    const flags = fileFlags.O_RDWR | fileFlags.O_DSYNC;
    const segments = await Promise.all(segmentNames.map((name) => open(join(folder, name), flags)));
    return new Checkpoint(segments, encodeEntry({ phase: "ready", state, redo: undefined }).length, syncDatabase);
  }

  /**
   * Makes room for an entry of the next commit, before that commit is written to LevelDB, and gives what writes it: on the disk when that resolves.
   * Without `redo` the commit itself must be durable in LevelDB by then.
   */
  async prepare(state: StoreState, redo: readonly Write[] | undefined): Promise<() => Promise<void>> {
    const bytes = encodeEntry({ phase: "ready", state, redo });
    if (this.#end + bytes.length > segmentBytes) await this.#switchSegment();
    const segment = this.#segments[this.#active] as FileHandle;
    const at = this.#end;
    this.#end += bytes.length;
    return () => writeAll(segment, bytes, at);
  }

  /**
   * Leaves nothing in the segments but the given state, the one after the last commit. No commit may be under way. At every moment one of the two segments holds it
   * whole.
   */
  async clear(state: StoreState): Promise<void> {
    const { error } = await this.#otherSynced;
    if (error !== undefined) throw error;
    await this.#syncDatabase();
    const entry = encodeEntry({ phase: "ready", state, redo: undefined });
    const content = Buffer.alloc(segmentBytes);
    content.set(entry);
    await writeAll(this.#segments[1 - this.#active] as FileHandle, content, 0);
    this.#active = 1 - this.#active;
    this.#end = entry.length;
    await writeAll(this.#segments[1 - this.#active] as FileHandle, Buffer.alloc(segmentBytes), 0);
  }

  async close(): Promise<void> {
    await this.#otherSynced;
    await Promise.all(this.#segments.map((segment) => segment.close()));
  }

  /** All earlier commits are written to LevelDB by now, and those of the segment that was full may go on becoming durable while the other fills. */
  async #switchSegment(): Promise<void> {
    const { error } = await this.#otherSynced;
    if (error !== undefined) throw error;
    this.#active = 1 - this.#active;
    this.#end = 0;
    this.#otherSynced = this.#syncDatabase().then(
      () => ({}),
      (error: unknown) => ({ error }),
    );
  }
}

async function writeAll(segment: FileHandle, bytes: Buffer, at: number): Promise<void> {
  const { bytesWritten } = await segment.write(bytes, 0, bytes.length, at);
  if (bytesWritten !== bytes.length) throw new Error(`the checkpoint took ${bytesWritten} of ${bytes.length} bytes`);
}

const segmentNames = ["checkpoint-0", "checkpoint-1"] as const;
/** Some hundred commits: LevelDB's logs are synced that rarely, and reading both segments at open costs next to nothing. */
const segmentBytes: number = 256 * 1024;
const magic: Buffer = Buffer.from("grapevine checkpoint 1\n");
const digestBytes = 32;
const headBytes: number = magic.length + 4 + digestBytes;

const versionSchema = z.object({ state: z.object({ schemaVersion: z.int() }) });
const headerSchema = z.object({ phase: z.enum(["initialising", "ready"]), state: storeStateSchema, redo: z.boolean() });

/** magic, length of the rest, its SHA-256, then: length of the header, header (JSON), writes. */
function encodeEntry(entry: CheckpointEntry): Buffer {
  const header = Buffer.from(JSON.stringify({ phase: entry.phase, state: entry.state, redo: entry.redo !== undefined }));
  const payload = Buffer.concat([lengthOf(header), header, ...(entry.redo ?? []).flatMap(encodeWrite)]);
  return Buffer.concat([magic, lengthOf(payload), hash("sha256", payload, "buffer"), payload]);
}

/** Up to the first bytes that are torn, altered, or left over from the segment's earlier use. */
function readSegment(bytes: Buffer): CheckpointEntry[] {
  const entries: CheckpointEntry[] = [];
  let at = 0;
  for (;;) {
    const payload = readPayload(bytes.subarray(at));
    const entry = payload === undefined ? undefined : decodeEntry(payload);
    const last = entries.at(-1);
    if (payload === undefined || entry === undefined) return entries;
    if (last !== undefined && entry.state.commit !== last.state.commit + 1) return entries;
    entries.push(entry);
    at += headBytes + payload.length;
  }
}

function readPayload(bytes: Buffer): Buffer | undefined {
  if (bytes.length < headBytes || !bytes.subarray(0, magic.length).equals(magic)) return undefined;
  const payload = bytes.subarray(headBytes, headBytes + bytes.readUInt32LE(magic.length));
  const digest = hash("sha256", payload, "buffer");
  return digest.equals(bytes.subarray(magic.length + 4, headBytes)) ? payload : undefined;
}

/** @throws STORE_VERSION */
function decodeEntry(payload: Buffer): CheckpointEntry {
  const headerEnd = 4 + payload.readUInt32LE(0);
  const json: unknown = JSON.parse(payload.toString("utf8", 4, headerEnd));
  checkSchemaVersion(versionSchema.parse(json).state.schemaVersion);
  const { phase, state, redo } = headerSchema.parse(json);
  return { phase, state, redo: redo ? decodeWrites(payload, headerEnd) : undefined };
}

function encodeWrite({ key, sealed }: Write): Buffer[] {
  return sealed === undefined ? [lengthOf(key), key, deleted] : [lengthOf(key), key, lengthOf(sealed), sealed];
}

function decodeWrites(payload: Buffer, from: number): Write[] {
  const writes: Write[] = [];
  let at = from;
  const take = (length: number): Buffer => {
    at += length;
    return payload.subarray(at - length, at);
  };
  while (at < payload.length) {
    const key = take(take(4).readUInt32LE(0));
    const length = take(4).readUInt32LE(0);
    writes.push({ key, sealed: length === deletedLength ? undefined : take(length) });
  }
  return writes;
}

const deletedLength = 0xffffffff;
const deleted: Buffer = Buffer.from([0xff, 0xff, 0xff, 0xff]);

function lengthOf(bytes: Uint8Array): Buffer {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(bytes.length, 0);
  return length;
}
