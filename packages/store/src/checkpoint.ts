/**
 * The checkpoint: what LevelDB ought to hold, kept outside of it, so that a deleted, cut or altered file of LevelDB's is noticed.
 *
 * Two slot files are written in turn, in place, synced; each holds the store's state after one commit (number, counts, hashes) and, unless that is too
 * large, the commit's writes. A commit is acknowledged when both LevelDB and its slot are on the disk; the two are written at the same time. So, whenever
 * the process ends, LevelDB is at the newest slot's commit, or one ahead of it (the slot was not written: nobody was told of that commit), or behind it by
 * commits whose writes the slots hold, which are then made again. Large commits go to LevelDB first and to the slot after it.
 *
 * Guarantees: nothing acknowledged is missing without being noticed, and a kill at any moment is not taken for damage. Does not: notice that somebody put
 * back an older copy of the whole folder, checkpoint included.
 */
import { createHash } from "node:crypto";
import { existsSync, constants as fileFlags, readFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Write } from "./database.ts";
import { syncFolder, writeFileDurably } from "./durable-file.ts";
import { checkSchemaVersion, type StoreState, storeStateSchema } from "./state.ts";

/** `initialising`: the store was never open yet, nothing was acknowledged. */
export type CheckpointPhase = "initialising" | "ready";

export interface Slot {
  readonly phase: CheckpointPhase;
  readonly state: StoreState;
  /** The writes of the commit that led to the state; absent where they were too large. */
  readonly redo: readonly Write[] | undefined;
}

/** Writes up to this size are kept in the slot; twice that is what a commit may cost on the disk. */
export const maxRedoBytes: number = 256 * 1024;

/** The slots that can be read, oldest commit first; undefined when there are no slot files at all. @throws STORE_VERSION */
export function readCheckpoint(folder: string): readonly Slot[] | undefined {
  const files = slotNames.map((name) => join(folder, name)).filter((file) => existsSync(file));
  if (files.length === 0) return undefined;
  return files
    .map((file) => decodeSlot(readFileSync(file)))
    .filter((slot) => slot !== undefined)
    .sort((first, second) => first.state.commit - second.state.commit);
}

/** Replaces whatever checkpoint there is. */
export function resetCheckpoint(folder: string, phase: CheckpointPhase, state: StoreState): void {
  const bytes = encodeSlot({ phase, state, redo: undefined });
  // Padded, so that later commits overwrite blocks that the file system has given out already: such a sync is a single write.
  const padded = Buffer.alloc(initialSlotBytes);
  padded.set(bytes);
  for (const name of slotNames) writeFileDurably(join(folder, name), padded);
}

export class Checkpoint {
  readonly #slots: readonly FileHandle[];
  #turn: number;

  private constructor(slots: readonly FileHandle[], turn: number) {
    this.#slots = slots;
    this.#turn = turn;
  }

  /** Opens both slots for writing; the first write goes to the one that holds less. */
  static async open(folder: string): Promise<Checkpoint> {
    const commits = slotNames.map((name) => {
      const file = join(folder, name);
      return existsSync(file) ? (decodeSlot(readFileSync(file))?.state.commit ?? -1) : -1;
    });
    const flags = fileFlags.O_RDWR | fileFlags.O_CREAT | fileFlags.O_DSYNC;
    const slots = await Promise.all(slotNames.map((name) => open(join(folder, name), flags, 0o600)));
    syncFolder(folder);
    return new Checkpoint(slots, (commits[0] ?? -1) <= (commits[1] ?? -1) ? 0 : 1);
  }

  /** On the disk when it resolves. */
  async write(state: StoreState, redo: readonly Write[] | undefined): Promise<void> {
    const bytes = encodeSlot({ phase: "ready", state, redo });
    const slot = this.#slots[this.#turn] as FileHandle;
    this.#turn = 1 - this.#turn;
    const { bytesWritten } = await slot.write(bytes, 0, bytes.length, 0);
    if (bytesWritten !== bytes.length) throw new Error(`the checkpoint took ${bytesWritten} of ${bytes.length} bytes`);
  }

  async close(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.close()));
  }
}

const slotNames: readonly string[] = ["checkpoint-0", "checkpoint-1"];
const initialSlotBytes: number = 64 * 1024;
const magic: Buffer = Buffer.from("grapevine checkpoint 1\n");
const digestBytes = 32;
const headBytes: number = magic.length + 4 + digestBytes;

const versionSchema = z.object({ state: z.object({ schemaVersion: z.int() }) });
const headerSchema = z.object({ phase: z.enum(["initialising", "ready"]), state: storeStateSchema, redo: z.boolean() });

/** magic, length of the rest, its SHA-256, then: length of the header, header (JSON), writes. */
function encodeSlot(slot: Slot): Buffer {
  const header = Buffer.from(JSON.stringify({ phase: slot.phase, state: slot.state, redo: slot.redo !== undefined }));
  const payload = Buffer.concat([lengthOf(header), header, ...(slot.redo ?? []).flatMap(encodeWrite)]);
  return Buffer.concat([magic, lengthOf(payload), createHash("sha256").update(payload).digest(), payload]);
}

/** Undefined when the slot is torn or altered. @throws STORE_VERSION */
function decodeSlot(bytes: Buffer): Slot | undefined {
  if (bytes.length < headBytes || !bytes.subarray(0, magic.length).equals(magic)) return undefined;
  const payload = bytes.subarray(headBytes, headBytes + bytes.readUInt32LE(magic.length));
  if (
    !createHash("sha256")
      .update(payload)
      .digest()
      .equals(bytes.subarray(magic.length + 4, headBytes))
  )
    return undefined;
  const headerEnd = 4 + payload.readUInt32LE(0);
  const json: unknown = JSON.parse(payload.toString("utf8", 4, headerEnd));
  checkSchemaVersion(versionSchema.parse(json).state.schemaVersion);
  const header = headerSchema.parse(json);
  return { phase: header.phase, state: header.state, redo: header.redo ? decodeWrites(payload, headerEnd) : undefined };
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
