/**
 * Who is in a closed swarm, and whose records count there: decided from the records that the swarm's owner signed, and from nothing else.
 *
 * What it guarantees: peers that hold the same membership records take the same records of others, in whatever order the two came. So it never asks what is here already, and
 * never believes a date that somebody with a revoked key could have made up: of a revoked author those records stay that the owner names by their ids in the revocation, and no
 * others. What it does not: that a member whose time ended does not date a record back; the owner revokes where that matters.
 */
import type { AuthorId } from "./identity.ts";
import { recordIdBytes } from "./record-id.ts";
import { isMembership, type MembershipBody, type RecordId, type SignedRecord } from "./records.ts";
import { swarmOwner } from "./swarm-name.ts";

/** The live membership records of one swarm: of each member the one with the largest (seq, id). */
export interface Memberships {
  readonly swarm: string;
  /** Undefined: the owner has never said anything about the author. */
  of(author: AuthorId): SignedRecord<MembershipBody> | undefined;
}

/**
 * `other-swarm`: it admits to a swarm that this one is not. `not-a-member`: the owner has not admitted its author, or for a time that had ended when it was made.
 * `revoked-author`: the owner revoked its author, and does not name the record among those that stay.
 */
export type MembershipRefusal = "other-swarm" | "not-a-member" | "revoked-author";

/** Why a record has no place in the swarm; undefined where it has one. */
export function membershipRefusal(record: SignedRecord, memberships: Memberships): MembershipRefusal | undefined {
  const owner = swarmOwner(memberships.swarm);
  if (isMembership(record)) return record.body.swarm === memberships.swarm ? undefined : "other-swarm";
  const { author, createdAt } = record.body;
  if (owner === undefined || author === owner) return undefined;
  const membership = memberships.of(author)?.body;
  if (membership === undefined) return "not-a-member";
  if (membership.state === "revoked") return isKept(record.id, membership.keeps) ? undefined : "revoked-author";
  return membership.until !== undefined && createdAt > membership.until ? "not-a-member" : undefined;
}

/** May the author be connected to at the given time, milliseconds since the epoch? In an open swarm everybody may. */
export function isMemberAt(author: AuthorId, now: number, memberships: Memberships): boolean {
  const owner = swarmOwner(memberships.swarm);
  if (owner === undefined || author === owner) return true;
  const membership = memberships.of(author)?.body;
  return membership?.state === "admitted" && (membership.until === undefined || now <= membership.until);
}

/** Is the first of two membership records of one member the one that counts? */
export function outranks(first: SignedRecord<MembershipBody>, second: SignedRecord<MembershipBody>): boolean {
  return first.body.seq > second.body.seq || (first.body.seq === second.body.seq && first.id > second.id);
}

/** What a revocation holds of each record that stays: nobody finds a second record with the same 128 bits. */
export const keptDigestBytes = 16;

/** What a revocation holds of the records that stay: the first 16 bytes of each one's digest, ascending, each once. */
export function keptDigests(ids: readonly RecordId[]): Uint8Array {
  const digests = [...new Set(ids)].map(keptDigest).sort((one, other) => Buffer.compare(one, other));
  return Uint8Array.from(Buffer.concat(digests));
}

function isKept(id: RecordId, keeps: Uint8Array | undefined): boolean {
  if (keeps === undefined) return false;
  const digest = keptDigest(id);
  let from = 0;
  let to = keeps.length / keptDigestBytes;
  while (from < to) {
    const middle = (from + to) >> 1;
    const order = Buffer.compare(keeps.subarray(middle * keptDigestBytes, (middle + 1) * keptDigestBytes), digest);
    if (order === 0) return true;
    if (order < 0) from = middle + 1;
    else to = middle;
  }
  return false;
}

/** A binary id is four bytes of CID prefix and the 32 bytes of the digest. */
function keptDigest(id: RecordId): Uint8Array {
  return recordIdBytes(id).subarray(cidPrefixBytes, cidPrefixBytes + keptDigestBytes);
}

const cidPrefixBytes = 4;
