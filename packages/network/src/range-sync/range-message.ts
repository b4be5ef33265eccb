/**
 * Messages of negentropy protocol v1 (github.com/hoytech/negentropy, docs/negentropy-protocol-v1.md).
 *
 * `message = version (0x61), range…`; `range = upper bound, mode, payload`; `bound = varint(0 for the end, else 1 + what the date is above the last bound's),
 * varint(length), prefix`. Modes: 0 skip, 1 fingerprint (16 bytes), 2 ids (varint(count), 32 bytes each). Every range begins where the one before it ends; what is
 * behind the last one is skipped. The specification's dates go to 2^64; ours are milliseconds below 2^53.
 */
import { networkErrors } from "../errors.ts";
import { digestBytes, fingerprintBytes } from "./digest-sum.ts";
import { endBound, isOrdered, type RangeBound, startBound } from "./range-bound.ts";
import { encodeVarint } from "./varint.ts";

export const rangeSyncVersion = 0x61;

export type Range = { readonly upper: RangeBound } & (
  | { readonly mode: "skip" }
  | { readonly mode: "fingerprint"; readonly fingerprint: Uint8Array }
  /** The digests one after the other: a message may hold 2,000, which would be as many objects. */
  | { readonly mode: "ids"; readonly digests: Uint8Array }
);

const modes = { skip: 0, fingerprint: 1, ids: 2 } as const;

/** Collects ranges, in order. */
export class RangeMessageWriter {
  readonly #parts: Uint8Array[] = [Uint8Array.of(rangeSyncVersion)];
  #bytes = 1;
  #lastCreatedAt = 0;

  /** How long the message is so far. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#parts.length === 1;
  }

  add(range: Range): void {
    const { createdAt, prefix } = range.upper;
    const isEnd = createdAt === endBound.createdAt;
    this.#put(encodeVarint(isEnd ? 0 : 1 + createdAt - this.#lastCreatedAt));
    if (!isEnd) this.#lastCreatedAt = createdAt;
    this.#put(encodeVarint(prefix.length));
    this.#put(prefix);
    this.#put(encodeVarint(modes[range.mode]));
    if (range.mode === "fingerprint") this.#put(range.fingerprint);
    if (range.mode === "ids") {
      this.#put(encodeVarint(range.digests.length / digestBytes));
      this.#put(range.digests);
    }
  }

  finish(): Uint8Array {
    const message = new Uint8Array(this.#bytes);
    let at = 0;
    for (const part of this.#parts) {
      message.set(part, at);
      at += part.length;
    }
    return message;
  }

  #put(part: Uint8Array): void {
    this.#parts.push(part);
    this.#bytes += part.length;
  }
}

/**
 * The ranges of a message. What it takes in memory is bounded by the length of the bytes, whatever they say of themselves.
 * @throws FRAME_INVALID
 */
export function readRangeMessage(bytes: Uint8Array): Range[] {
  const reader = new Reader(bytes);
  const version = reader.byte();
  if (version !== rangeSyncVersion) throw wrong(`its version is ${version}`);
  const ranges: Range[] = [];
  let lower = startBound;
  while (!reader.isAtEnd) {
    if (lower.createdAt === endBound.createdAt) throw wrong("it goes on behind the end");
    const upper = readBound(reader, lower.createdAt);
    if (!isOrdered(lower, upper)) throw wrong("its ranges are not in order");
    ranges.push(readPayload(reader, upper));
    lower = upper;
  }
  return ranges;
}

function readBound(reader: Reader, lastCreatedAt: number): RangeBound {
  const date = reader.varint();
  const createdAt = date === 0 ? endBound.createdAt : lastCreatedAt + date - 1;
  if (date !== 0 && !Number.isSafeInteger(createdAt)) throw wrong("a date is beyond 2^53");
  const length = reader.varint();
  if (length > digestBytes) throw wrong(`a bound has ${length} bytes of an id`);
  return { createdAt, prefix: reader.bytes(length) };
}

function readPayload(reader: Reader, upper: RangeBound): Range {
  const mode = reader.varint();
  if (mode === modes.skip) return { upper, mode: "skip" };
  if (mode === modes.fingerprint) return { upper, mode: "fingerprint", fingerprint: reader.bytes(fingerprintBytes) };
  if (mode !== modes.ids) throw wrong(`a range has the mode ${mode}`);
  const count = reader.varint();
  if (count * digestBytes > reader.left) throw wrong(`${count} ids are announced and are not there`);
  return { upper, mode: "ids", digests: reader.bytes(count * digestBytes) };
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  get isAtEnd(): boolean {
    return this.left === 0;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw wrong("it ends too early");
    return byte;
  }

  bytes(length: number): Uint8Array {
    if (length > this.left) throw wrong("it ends too early");
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  varint(): number {
    let value = 0;
    for (let digits = 0; ; digits++) {
      const byte = this.byte();
      if (digits === 0 && byte === 128) throw wrong("a number begins with a zero");
      value = value * 128 + (byte & 127);
      if (value > Number.MAX_SAFE_INTEGER) throw wrong("a number is beyond 2^53");
      if (byte < 128) return value;
    }
  }
}

function wrong(what: string): Error {
  return networkErrors.create("FRAME_INVALID", `a message of the set reconciliation is wrong: ${what}`);
}
