/**
 * Who is in a closed swarm, and whose records count there: decided from the records that the swarm's owner signed, and from nothing else.
 *
 * What it guarantees: peers that hold the same membership records and rotations take the same records of others, in whatever order they came. So it never asks what is here already, and
 * never believes a date that somebody with a revoked key could have made up: of a revoked author those records stay that the owner names by their ids in the revocation, and no
 * others. The owner is the key that the swarm's name names, until another has followed it (successions.ts): from then on that one's word alone counts, and who was a member is one because
 * the present key said so anew. What it does not: that a member whose time ended does not date a record back; the owner revokes where that matters.
 */
import { successionOf } from "./codec.ts";
import type { AuthorId } from "./identity.ts";
import { isKept } from "./kept-digests.ts";
import { isMembership, isRotation, type MembershipBody, type RotationBody, type SignedRecord } from "./records.ts";
import { noRotations, type Rotations, successorsOf, withMore } from "./successions.ts";
import { swarmOwner } from "./swarm-name.ts";

/** The live membership records of one swarm: of each member the one with the largest (seq, id) by the latest of the owner's keys. */
export interface Memberships {
  readonly swarm: string;
  /** Undefined: the owner has never said anything about the author. */
  of(author: AuthorId): SignedRecord<MembershipBody> | undefined;
  /** Who has followed whom. Absent: nobody has. */
  readonly rotations?: Rotations | undefined;
}

/**
 * `other-swarm`: it admits to a swarm that this one is not. `not-the-owner`: it admits to this one, by a key that the owner has replaced or never had. `not-a-member`: the owner has not
 * admitted its author, or for a time that had ended when it was made. `revoked-author`: the owner revoked its author, and does not name the record among those that stay.
 */
export type MembershipRefusal = "other-swarm" | "not-the-owner" | "not-a-member" | "revoked-author";

/** Why a record has no place in the swarm; undefined where it has one. */
export function membershipRefusal(record: SignedRecord, memberships: Memberships): MembershipRefusal | undefined {
  if (isMembership(record)) {
    if (record.body.swarm !== memberships.swarm) return "other-swarm";
    return isOwnersWord(record, memberships) ? undefined : "not-the-owner";
  }
  const { author, createdAt } = record.body;
  const owners = ownersOf(memberships, isRotation(record) ? [record] : []);
  // What stays of a key that the owner has replaced is for the next key to say, as with any author's.
  if (owners.length === 0 || owners.includes(author)) return undefined;
  const membership = ownersWordOn(author, memberships)?.body;
  if (membership === undefined) return "not-a-member";
  if (membership.state === "revoked") return isKept(record.id, membership.keeps) ? undefined : "revoked-author";
  return membership.until !== undefined && createdAt > membership.until ? "not-a-member" : undefined;
}

/** May the author be connected to at the given time, milliseconds since the epoch? In an open swarm everybody may. */
export function isMemberAt(author: AuthorId, now: number, memberships: Memberships): boolean {
  const owner = presentOwner(memberships);
  if (owner === undefined || author === owner) return true;
  const membership = ownersWordOn(author, memberships)?.body;
  return membership?.state === "admitted" && (membership.until === undefined || now <= membership.until);
}

/** The owner's keys: the one that the swarm's name names, and those that have followed it, the present one last. None where the swarm is open. */
export function ownersOf(
  { swarm, rotations = noRotations }: Pick<Memberships, "swarm" | "rotations">,
  more: readonly SignedRecord<RotationBody>[] = [],
): readonly AuthorId[] {
  const founder = swarmOwner(swarm);
  if (founder === undefined) return [];
  return [...successorsOf(founder, more.length === 0 ? rotations : withMore(rotations, more))];
}

/** Whose word decides now who is in the swarm; undefined where it is open. */
export function presentOwner(memberships: Pick<Memberships, "swarm" | "rotations">): AuthorId | undefined {
  return ownersOf(memberships).at(-1);
}

/** The record about the member, where it is by the owner's present key. */
export function ownersWordOn(member: AuthorId, memberships: Memberships): SignedRecord<MembershipBody> | undefined {
  const record = memberships.of(member);
  return record !== undefined && isOwnersWord(record, memberships) ? record : undefined;
}

/** Is the record by the owner's present key, as far as is known, and as the record itself shows? */
export function isOwnersWord(
  record: SignedRecord<MembershipBody>,
  memberships: Pick<Memberships, "swarm" | "rotations">,
): boolean {
  const { author, succession } = record.body;
  if (presentOwner(memberships) === author) return true;
  return succession !== undefined && ownersOf(memberships, successionOf(record)).at(-1) === author;
}

/**
 * What the owner's present key shows with each word on a member: frames of a rotation by each of the owner's keys, the shortest, the founder's first. Undefined where the key is the
 * founder's, or rotations are missing.
 */
export function ownersSuccession(memberships: Pick<Memberships, "swarm" | "rotations">): readonly Uint8Array[] | undefined {
  const owners = ownersOf(memberships);
  if (owners.length < 2) return undefined;
  const shortest = (frames: readonly Uint8Array[]): readonly Uint8Array[] =>
    frames.toSorted((one, other) => one.length - other.length).slice(0, 1);
  const frames = owners.flatMap((owner) => shortest((memberships.rotations?.by(owner) ?? []).map(({ frame }) => frame)));
  return frames.length === owners.length ? frames : undefined;
}

/** Is the first of two membership records of one member, by the same key, the one that counts? */
export function outranks(first: SignedRecord<MembershipBody>, second: SignedRecord<MembershipBody>): boolean {
  return first.body.seq > second.body.seq || (first.body.seq === second.body.seq && first.id > second.id);
}
