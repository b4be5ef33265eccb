/** What the store knows about itself as a whole: written with every commit, inside LevelDB and in the checkpoint outside. */
import { hash } from "node:crypto";
import type { LessonState, RecordType } from "@grapevine/core";
import { z } from "zod";
import { storeErrors } from "./errors.ts";

/**
 * Raised when the layout changes, together with the step that brings an older store up to it. Newer ones are refused.
 * 2 has membership records; a store of before becomes one with its first such record, and needs no other step.
 */
export const schemaVersion = 2;

/** Checked before anything else of a state is read, since a newer layout may differ in everything else. @throws STORE_VERSION */
export function checkSchemaVersion(version: number): void {
  if (version > schemaVersion) {
    throw storeErrors.create(
      "STORE_VERSION",
      `the store has format ${version}; this program knows formats up to ${schemaVersion}`,
    );
  }
}

/** What is counted and hashed. */
export type PresenceKind = "experience" | RecordType;

/** How many ids of a kind there are, and a hash of the set of them: four sums modulo 2^32 of words of SHA-256, so that order does not matter. */
export interface Presence {
  readonly count: number;
  readonly sums: readonly [number, number, number, number];
}

export interface StoreState {
  readonly schemaVersion: number;
  /** Grows by one with each commit. */
  readonly commit: number;
  readonly presence: Readonly<Record<PresenceKind, Presence>>;
  readonly lessons: Readonly<Record<LessonState, number>>;
  /** Refused ids that are remembered. */
  readonly refused: number;
  /** The number of the next refusal; those remembered are the last `refused` before it. */
  readonly nextRefused: number;
  readonly embedders: number;
  /** The next number for the keyspaces that keep an order. */
  readonly nextOrder: number;
  /** Larger than every label that is stored. */
  readonly nextLabel: number;
}

const whole = z.int().nonnegative();
const presence = z.object({ count: whole, sums: z.tuple([whole, whole, whole, whole]) });
export const storeStateSchema: z.ZodType<StoreState> = z.object({
  schemaVersion: whole,
  commit: whole,
  presence: z.object({
    experience: presence,
    lesson: presence,
    attestation: presence,
    retraction: presence,
    rotation: presence,
    membership: presence.default(() => ({ count: 0, sums: [0, 0, 0, 0] as [number, number, number, number] })),
  }),
  lessons: z.object({ own: whole, admitted: whole, held: whole, archived: whole, retracted: whole }),
  refused: whole,
  nextRefused: whole,
  embedders: whole,
  nextOrder: whole,
  nextLabel: whole,
});

const nobody: Presence = { count: 0, sums: [0, 0, 0, 0] };
const emptyPresence: Readonly<Record<PresenceKind, Presence>> = {
  experience: nobody,
  lesson: nobody,
  attestation: nobody,
  retraction: nobody,
  rotation: nobody,
  membership: nobody,
};

export const emptyState: StoreState = {
  schemaVersion,
  commit: 0,
  presence: emptyPresence,
  lessons: { own: 0, admitted: 0, held: 0, archived: 0, retracted: 0 },
  refused: 0,
  nextRefused: 1,
  embedders: 0,
  nextOrder: 1,
  nextLabel: 0,
};

/** The presence with an id more (`sign` 1) or less (−1). */
export function changedPresence(before: Presence, kind: PresenceKind, id: string, sign: 1 | -1): Presence {
  const tally = new PresenceTally(before);
  tally.change(kind, id, sign);
  return tally.presence();
}

/** Counts many ids without making an object for each. */
export class PresenceTally {
  readonly #sums: Uint32Array;
  #count: number;

  constructor(start: Presence = nobody) {
    this.#sums = Uint32Array.from(start.sums);
    this.#count = start.count;
  }

  change(kind: PresenceKind, id: string, sign: 1 | -1): void {
    const sums = this.#sums;
    if (kind === "experience") {
      const digest = hash("sha256", id, "buffer");
      for (let word = 0; word < 4; word++) sums[word] = (sums[word] ?? 0) + sign * digest.readUInt32LE(word * 4);
    } else {
      // A record's id is a SHA-256 in base32 already: its last 24 characters are the words, and nothing needs hashing.
      for (let word = 0; word < 4; word++) sums[word] = (sums[word] ?? 0) + sign * wordOf(id, id.length - 6 * (word + 1));
    }
    this.#count += sign;
  }

  presence(): Presence {
    const [first = 0, second = 0, third = 0, fourth = 0] = this.#sums;
    return { count: this.#count, sums: [first, second, third, fourth] };
  }
}

export function samePresence(first: Presence, second: Presence): boolean {
  return first.count === second.count && first.sums.every((sum, word) => sum === second.sums[word]);
}

/** 32 bits of six characters, mixed by a multiplication so that none is lost. */
function wordOf(id: string, from: number): number {
  let word = 0;
  for (let at = from; at < from + 6; at++) word = Math.imul(word, 33) + id.charCodeAt(at);
  return word;
}
