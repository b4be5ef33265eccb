/** Four authors and what they write, one record after the other, at a time that stands still. */
import {
  type Identity,
  identityFromSeed,
  type LessonBody,
  type RecordDraft,
  type SignedRecord,
  signRecord,
} from "@grapevine/core";

export const now = 1_800_000_000_000;
export const clock: { now(): number } = { now: () => now };
export const [self, friend, other, stranger]: [Identity, Identity, Identity, Identity] = [1, 2, 3, 4].map((seed) =>
  identityFromSeed(new Uint8Array(32).fill(seed)),
) as [Identity, Identity, Identity, Identity];

let sequence = 0;

/** Of the next record, whoever writes it. */
export function nextSequence(): number {
  sequence += 1;
  return sequence;
}

/** No two are about the same box. */
export function lesson(author: Identity, changes: Partial<RecordDraft<LessonBody>> = {}): SignedRecord<LessonBody> {
  const seq = nextSequence();
  return signRecord<LessonBody>(author, {
    type: "lesson",
    seq,
    createdAt: now - 1_000,
    kind: "procedure",
    title: `Open box ${seq}`,
    situation: `Box ${seq} is shut`,
    guidance: `Turn handle ${seq}`,
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: [],
    derivedFrom: [],
    ...changes,
  });
}
