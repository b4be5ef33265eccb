/**
 * How a glance lies on the disk and in memory. Derived data: whoever changes anything here raises `glanceFormat`, and every store makes its glances anew.
 * Attestations are not in it, since they come and go without their lesson.
 */
import {
  type AttestedCounts,
  type LessonGlance,
  lessonStates,
  type OutcomeCounts,
  type TrialCounts,
  type WeighedWords,
} from "@grapevine/core";

/** Also to be raised when what a glance holds is computed otherwise, as the hashes of words. */
export const glanceFormat = 2;

/** The words come first, so that they are aligned wherever the glance is. Numbers are in this machine's order for the words, else little-endian. */
export function encodeGlance(glance: LessonGlance): Buffer {
  const writer = new GlanceWriter();
  writer.words(glance.words);
  writer.byte(lessonStates.indexOf(glance.state));
  writer.flag(glance.pinned);
  writer.flag(glance.hasExample);
  writer.number(glance.label);
  writer.number(glance.receivedAt);
  writer.number(glance.usedAt);
  writer.number(glance.expiresAt ?? never);
  writer.number(glance.characters);
  writer.counts(glance.outcomes);
  writer.counts(glance.evidence);
  writer.text(glance.id);
  writer.text(glance.author);
  writer.text(glance.cluster === glance.id ? "" : glance.cluster);
  writer.flag(glance.environment !== undefined);
  if (glance.environment !== undefined) writer.text(glance.environment);
  writer.texts(glance.derivedFrom);
  writer.texts(glance.conflicts);
  writer.number(glance.topic);
  writer.flag(glance.trial !== undefined);
  if (glance.trial !== undefined) writer.trial(glance.trial);
  return writer.done();
}

/**
 * @param bytes Aligned to four bytes; the glance's words are a view of them.
 * @param share Gives one string for all that are equal: there are far fewer authors and environments than lessons.
 */
export function decodeGlance(
  bytes: Buffer,
  share: (text: string) => string,
  attestationsOf: (id: string) => readonly AttestedCounts[],
): LessonGlance {
  const reader = new GlanceReader(bytes);
  const words = reader.words();
  const state = lessonStates[reader.byte()] as LessonGlance["state"];
  const pinned = reader.flag();
  const hasExample = reader.flag();
  const label = reader.number();
  const receivedAt = reader.number();
  const usedAt = reader.number();
  const expiresAt = reader.number();
  const characters = reader.number();
  const outcomes = reader.counts();
  const evidence = reader.counts();
  const id = reader.text();
  const author = share(reader.text());
  const cluster = reader.text() || id;
  const environment = reader.flag() ? share(reader.text()) : undefined;
  const derivedFrom = reader.texts();
  const conflicts = reader.texts();
  const topic = reader.number();
  const trial = reader.flag() ? reader.trial() : undefined;
  const glance: Writable<LessonGlance> = {
    id,
    label,
    state,
    author,
    cluster,
    derivedFrom,
    conflicts,
    topic,
    pinned,
    receivedAt,
    usedAt,
    outcomes,
    evidence,
    attestations: attestationsOf(id),
    hasExample,
    characters,
    words,
  };
  if (expiresAt !== never) glance.expiresAt = expiresAt;
  if (environment !== undefined) glance.environment = environment;
  if (trial !== undefined) glance.trial = trial;
  return glance;
}

/** Without decoding the rest: for looking through all of them. */
export function stateOfGlance(bytes: Buffer): LessonGlance["state"] {
  return lessonStates[bytes.readUInt8(wordsEnd(bytes))] as LessonGlance["state"];
}

/** As `stateOfGlance`. @param bytes As for `decodeGlance`. */
export function wordsOfGlance(bytes: Buffer): WeighedWords {
  const count = bytes.readUInt32LE(0);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + wordBytes, count);
  return { words, weights: new Uint8Array(bytes.buffer, words.byteOffset + words.byteLength, count) };
}

/** As `stateOfGlance`. */
export function idOfGlance(bytes: Buffer): string {
  return textAt(bytes, wordsEnd(bytes) + idFrom);
}

/** As `stateOfGlance`. Undefined where the cluster has the lesson's own id. */
export function joinedClusterOfGlance(bytes: Buffer): string | undefined {
  const idAt = wordsEnd(bytes) + idFrom;
  const authorAt = idAt + textBytes(bytes, idAt);
  return textAt(bytes, authorAt + textBytes(bytes, authorAt)) || undefined;
}

function wordsEnd(bytes: Buffer): number {
  return wordBytes + (wordBytes + 1) * bytes.readUInt32LE(0);
}

/** With its length before it. */
function textBytes(bytes: Buffer, at: number): number {
  return textLengthBytes + bytes.readUInt16LE(at);
}

function textAt(bytes: Buffer, at: number): string {
  return bytes.toString("utf8", at + textLengthBytes, at + textBytes(bytes, at));
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

/** No time: those are whole numbers. */
const never: number = Number.POSITIVE_INFINITY;

export function encodeCounts({ worked, changed, failed }: OutcomeCounts): Buffer {
  const value = Buffer.allocUnsafe(3 * numberBytes);
  for (const [position, count] of [worked, changed, failed].entries()) value.writeDoubleLE(count, position * numberBytes);
  return value;
}

export function decodeCounts(value: Buffer): OutcomeCounts {
  return {
    worked: value.readDoubleLE(0),
    changed: value.readDoubleLE(numberBytes),
    failed: value.readDoubleLE(2 * numberBytes),
  };
}

const numberBytes = 8;
const wordBytes = 4;
const textLengthBytes = 2;
/** After the words and their weights: the state, two flags, five numbers, and the counts of outcomes and evidence. */
const idFrom: number = 3 + (5 + 2 * 3) * numberBytes;

/** What a glance is written into before its length is known. Several times what the limits of a record allow: its words, its ancestors and four short texts. */
const draft: Buffer = Buffer.alloc(16 * 1024);

class GlanceWriter {
  #at = 0;

  words({ words, weights }: WeighedWords): void {
    this.#at = draft.writeUInt32LE(words.length, this.#at);
    draft.set(new Uint8Array(words.buffer, words.byteOffset, words.byteLength), this.#at);
    this.#at += words.byteLength;
    draft.set(weights, this.#at);
    this.#at += weights.byteLength;
  }

  byte(value: number): void {
    this.#at = draft.writeUInt8(value, this.#at);
  }

  flag(value: boolean): void {
    this.byte(Number(value));
  }

  number(value: number): void {
    this.#at = draft.writeDoubleLE(value, this.#at);
  }

  counts({ worked, changed, failed }: OutcomeCounts): void {
    this.number(worked);
    this.number(changed);
    this.number(failed);
  }

  trial({ wins, losses, bothRight, at }: TrialCounts): void {
    for (const number of [wins, losses, bothRight, at]) this.number(number);
  }

  texts(texts: readonly string[]): void {
    this.byte(texts.length);
    for (const text of texts) this.text(text);
  }

  text(text: string): void {
    const bytes = draft.write(text, this.#at + 2, "utf8");
    draft.writeUInt16LE(bytes, this.#at);
    this.#at += 2 + bytes;
  }

  done(): Buffer {
    return Buffer.from(draft.subarray(0, this.#at));
  }
}

class GlanceReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  words(): WeighedWords {
    this.#at = wordsEnd(this.#bytes);
    return wordsOfGlance(this.#bytes);
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  flag(): boolean {
    return this.byte() === 1;
  }

  number(): number {
    this.#at += numberBytes;
    return this.#bytes.readDoubleLE(this.#at - numberBytes);
  }

  counts(): OutcomeCounts {
    return { worked: this.number(), changed: this.number(), failed: this.number() };
  }

  trial(): TrialCounts {
    return { wins: this.number(), losses: this.number(), bothRight: this.number(), at: this.number() };
  }

  texts(): string[] {
    const texts: string[] = [];
    for (let left = this.byte(); left > 0; left--) texts.push(this.text());
    return texts;
  }

  text(): string {
    const text = textAt(this.#bytes, this.#at);
    this.#at += textBytes(this.#bytes, this.#at);
    return text;
  }
}
