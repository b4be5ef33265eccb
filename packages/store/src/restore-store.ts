/**
 * A store made of the stream that copying.ts describes.
 *
 * Guarantees: a stream that was cut or altered makes no store. Numbers that the node gave away after the copy was taken are not given away again.
 */
import { mkdirSync } from "node:fs";
import { type Clock, type GrapevineError, messageOf } from "@grapevine/core";
import { z } from "zod";
import { resetCheckpoint } from "./checkpoint.ts";
import { type CopyEnd, endLength } from "./copying.ts";
import { Database, type Write } from "./database.ts";
import { storeErrors } from "./errors.ts";
import { databaseFolder, type OpenReport, openStore } from "./open-store.ts";
import { type Marks, sequenceGap, writeMarks } from "./reservations.ts";
import { unseal } from "./sealed-value.ts";
import { readState } from "./verification.ts";

export interface RestoreInit {
  /** The new store's own folder; must not be there. */
  readonly path: string;
  readonly stream: AsyncIterable<Uint8Array>;
  readonly clock: Clock;
}

/** Makes a store of the stream and opens it once, as a start would. @throws STORE_DAMAGED, STORE_VERSION, STORE_UNAVAILABLE, and what the stream throws */
export async function restoreStore({ path, stream, clock }: RestoreInit): Promise<OpenReport> {
  mkdirSync(databaseFolder(path), { recursive: true, mode: 0o700 });
  const database = await Database.open(databaseFolder(path), { createIfMissing: true });
  try {
    const { label, sequence } = await writeAll(stream, database);
    const state = await readState(database);
    writeMarks(path, { label, sequence: sequence + sequenceGap });
    resetCheckpoint(path, "ready", state);
  } finally {
    await database.close();
  }
  const store = await openStore({ path, clock, createIfMissing: false });
  await store.close();
  return store.report;
}

async function writeAll(stream: AsyncIterable<Uint8Array>, database: Database): Promise<Marks> {
  let rest: Buffer = Buffer.alloc(0);
  let entries = 0;
  let end: CopyEnd | undefined;
  for await (const piece of stream) {
    if (end !== undefined) throw notACopy("something follows its end");
    const read = readFrames(rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]));
    rest = read.rest;
    end = read.end;
    entries += read.writes.length;
    if (read.writes.length > 0) await database.write(read.writes, { sync: false });
  }
  if (end === undefined || rest.length > 0) throw notACopy("it ends before its end");
  if (end.entries !== entries) throw notACopy(`it has ${entries} entries, and says ${end.entries}`);
  await database.syncLogs();
  return end;
}

interface ReadFrames {
  readonly writes: readonly Write[];
  readonly rest: Buffer;
  readonly end: CopyEnd | undefined;
}

/** The whole frames at the beginning, each value proved by its checksum. */
function readFrames(bytes: Buffer): ReadFrames {
  const writes: Write[] = [];
  let at = 0;
  for (;;) {
    const frame = readFrame(bytes, at);
    if (frame === undefined) return { writes, rest: bytes.subarray(at), end: undefined };
    at = frame.next;
    if (frame.key === undefined) return { writes, rest: bytes.subarray(at), end: parseEnd(frame.value) };
    unseal(frame.key, frame.value);
    writes.push({ key: frame.key, sealed: frame.value });
  }
}

interface Frame {
  readonly key: Buffer | undefined;
  readonly value: Buffer;
  readonly next: number;
}

/** Undefined where it is not whole yet. */
function readFrame(bytes: Buffer, at: number): Frame | undefined {
  if (bytes.length < at + 4) return undefined;
  const keyLength = bytes.readUInt32BE(at);
  const isEnd = keyLength === endLength;
  const keyEnd = at + 4 + (isEnd ? 0 : within(keyLength));
  if (bytes.length < keyEnd + 4) return undefined;
  const next = keyEnd + 4 + within(bytes.readUInt32BE(keyEnd));
  if (bytes.length < next) return undefined;
  return { key: isEnd ? undefined : bytes.subarray(at + 4, keyEnd), value: bytes.subarray(keyEnd + 4, next), next };
}

function within(length: number): number {
  if (length > maxFrameBytes) throw notACopy(`an entry is said to have ${length} bytes`);
  return length;
}

function parseEnd(value: Buffer): CopyEnd {
  try {
    return endSchema.parse(JSON.parse(value.toString()));
  } catch (error) {
    throw storeErrors.create("STORE_DAMAGED", `the copy's end cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function notACopy(why: string): GrapevineError {
  return storeErrors.create("STORE_DAMAGED", `this is no whole copy of a store: ${why}`);
}

const endSchema: z.ZodType<CopyEnd> = z.object({
  label: z.int().nonnegative(),
  sequence: z.int().nonnegative(),
  entries: z.int().nonnegative(),
});

/** An experience with two hundred steps of the longest texts is far below it. */
const maxFrameBytes: number = 64 * 1024 * 1024;
