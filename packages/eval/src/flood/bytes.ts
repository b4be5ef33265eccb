/** Altered, huge and deeply nested bytes, given to the decoder that every record goes through; beside it what a decoder would do that checks neither signature nor size. */
import { createIdentity, decodeRecord, decodeStoredRecord, GrapevineError } from "@grapevine/core";
import * as dagCbor from "@ipld/dag-cbor";
import { seededRandom } from "../seeded-random.ts";
import { floodLesson } from "./flood-lesson.ts";

export interface Mutations {
  readonly tried: number;
  /** Part of them that was taken for records: with the signature checked, and by form alone (of every tenth). */
  readonly taken: number;
  readonly takenByForm: number;
}

const framesAltered = 100;
const formCheckedEvery = 10;

/** Turns one bit anywhere in valid frames, so often. @throws what is no refusal */
export function mutate(count: number, seed: number): Mutations {
  const random = seededRandom(seed);
  const identity = createIdentity();
  const frames = Array.from({ length: framesAltered }, (_, number) => floodLesson(identity, number).frame);
  let [taken, byForm, takenByForm] = [0, 0, 0];
  for (let tried = 0; tried < count; tried++) {
    const frame = Uint8Array.from(frames[Math.floor(random.next() * framesAltered)] ?? []);
    const bit = Math.floor(random.next() * frame.length * 8);
    frame[bit >> 3] = (frame[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if (!isRefused(() => decodeRecord(frame))) taken++;
    if (tried % formCheckedEvery > 0) continue;
    byForm++;
    if (!isRefused(() => decodeStoredRecord(frame))) takenByForm++;
  }
  return { tried: count, taken: taken / count, takenByForm: takenByForm / byForm };
}

export interface Oversized {
  /** The longest that one of the messages took to be refused, milliseconds. */
  readonly mostMs: number;
  /** By how much resident memory grew over all of them, megabytes. */
  readonly grownMegabytes: number;
}

/** From just above 64 KiB to 100 MiB, and nested 20,000 deep: with the limits, and with a decoder of CBOR that has none. */
export function refuseOversized(): { readonly defended: Oversized; readonly undefended: Oversized } {
  const messages: Uint8Array<ArrayBuffer>[] = [64 * 1024 + 1, 1024 * 1024, 100 * 1024 * 1024].map(
    (bytes) => new Uint8Array(bytes),
  );
  // Each array holds the next one.
  messages.push(new Uint8Array(64 + 20_000).fill(0x81));
  messages.push(longList());
  return {
    defended: measure(messages, (bytes) => decodeRecord(bytes)),
    undefended: measure(messages, (bytes) => dagCbor.decode(bytes.subarray(64))),
  };
}

/** A list of eight million small numbers. */
function longList(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(64 + 5 + 8_000_000);
  bytes[64] = 0x9a;
  new DataView(bytes.buffer).setUint32(65, 8_000_000);
  return bytes;
}

function measure(messages: readonly Uint8Array<ArrayBuffer>[], decode: (bytes: Uint8Array<ArrayBuffer>) => unknown): Oversized {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let [mostMs, mostBytes] = [0, before];
  for (const message of messages) {
    const startedAt = performance.now();
    attempt(() => decode(message));
    mostMs = Math.max(mostMs, performance.now() - startedAt);
    mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
  }
  return { mostMs, grownMegabytes: (mostBytes - before) / 2 ** 20 };
}

function isRefused(decode: () => unknown): boolean {
  try {
    decode();
    return false;
  } catch (error) {
    if (GrapevineError.is(error)) return true;
    throw error;
  }
}

/** How it fails is of no interest here, only what it costs. */
function attempt(decode: () => unknown): boolean {
  try {
    decode();
    return true;
  } catch {
    return false;
  }
}
