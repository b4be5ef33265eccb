/**
 * How much is kept of what others say of lessons: identities cost nothing, so any number of them may attest a lesson, or speak of lessons that do not exist.
 *
 * Guaranteed: of all attestations of one lesson, the `maxAttesters` whose authors drew the least lots are kept by every node that hears of them, in whatever order it
 * does; a node keeps those of the authors whom it knows besides. The lot is a hash of lesson and author: nobody gets a place by a late date or a large number, an
 * author who has one keeps it through all later attestations, and whoever wants to fill the places of one lesson has to make keys for that lesson alone. What an
 * author says in whom nobody here has trust counts for nothing anyway; it is kept for those that may know the author.
 */
import { hash } from "node:crypto";
import type { AuthorId, Principal, RecordId } from "@grapevine/core";

/** Attestations of one lesson that are kept, those of known authors apart: with 20,000 lessons some 40 MB of counts in memory, if all were filled. */
export const maxAttesters = 32;
/** Attestations and retractions of one author that wait for their lessons: a page of a sync brings fewer before their lessons. */
export const maxAheadOfAuthor = 256;
/** Of all authors: some 2 MB in memory and 10 MB on the disk. */
export const maxAhead = 8_192;

/** Who decides for whom something is kept beyond the lots. */
export interface Acquaintance {
  readonly self: AuthorId;
  readonly principals: ReadonlyMap<AuthorId, Principal>;
}

/** Of the authors who attest a lesson, one of each, those whose attestations are not kept. */
export function crowdedOut(lesson: RecordId, attesters: readonly AuthorId[], { self, principals }: Acquaintance): AuthorId[] {
  if (attesters.length <= maxAttesters) return [];
  const drawn = attesters.map((author) => ({ author, lot: hash("sha256", `${lesson} ${author}`) }));
  drawn.sort((first, second) => (first.lot < second.lot ? -1 : 1));
  return drawn
    .slice(maxAttesters)
    .map(({ author }) => author)
    .filter((author) => author !== self && !principals.has(author));
}

/** Why those of the author are remembered as refused. It names the author, so that they are found again should one come to know the author. */
export function crowdedOutReason(author: AuthorId): string {
  return `the lesson is attested by ${maxAttesters} others already who drew smaller lots, and you do not know ${author}`;
}
