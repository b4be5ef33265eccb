/**
 * What an author's word on lessons is worth: how often one's own outcomes with the same lessons bore it out. A false `failed` (slander) and a false `worked` cost
 * whoever says them alike, and only where one has outcomes of one's own to hold against them.
 */
import type { OutcomeCounts, WordCounts } from "@grapevine/core";
import { lowerBound } from "./beta.ts";

/** Below it an author's attestations do not count at all: three that were belied and none that was borne out are below. */
export const minCredibility = 0.5;
/** By so many outcomes one's own must speak for one side before they are held against what another says. */
export const decisiveExcess = 1;

/** From 1 down to 0: one minus the share of statements that are false at least, as a lower bound over those that could be checked (see `lowerBound`). */
export function credibilityOf(word: WordCounts | undefined): number {
  return word === undefined ? 1 : 1 - lowerBound(word.disagreed, word.agreed);
}

/** What one's own outcomes with a lesson say of an attestation of it; undefined while either is undecided. */
export function checkOfWord(own: OutcomeCounts, said: OutcomeCounts | undefined): keyof WordCounts | undefined {
  if (said === undefined) return undefined;
  const mine = own.worked - own.failed;
  const theirs = said.worked - said.failed;
  if (Math.abs(mine) < decisiveExcess || theirs === 0) return undefined;
  return Math.sign(mine) === Math.sign(theirs) ? "agreed" : "disagreed";
}

/** An author's counts after the check of one statement has changed; the very same object when it has not. */
export function wordAfter(
  word: WordCounts,
  before: keyof WordCounts | undefined,
  after: keyof WordCounts | undefined,
): WordCounts {
  if (before === after) return word;
  const counts = { ...word };
  if (before !== undefined) counts[before] = Math.max(0, counts[before] - 1);
  if (after !== undefined) counts[after] += 1;
  return counts;
}
