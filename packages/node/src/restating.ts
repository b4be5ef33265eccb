/**
 * A closed swarm whose owner has a new key: what the earlier keys said of members counts no longer, so the new one says it again, each word as it stands. It goes with the rotation into
 * the store, and is looked at again at each start of the owner's node, in whichever of its swarms that is; what was said again is left alone.
 */
import {
  type Clock,
  type Identity,
  isOwnersWord,
  keptDigests,
  type LessonStore,
  limits,
  type MembershipBody,
  ownersOf,
  ownersSuccession,
  type Rotations,
  type SignedRecord,
  type StoreChange,
  signRecord,
} from "@grapevine/core";
import { recordsOf } from "./membership.ts";

export interface RestatingInit {
  readonly swarm: string;
  /** Who has followed whom, the owner's new key included. */
  readonly rotations: Rotations;
  /** The earlier key was stolen then, milliseconds since the epoch: whom it admitted later, by the dates of its words, is revoked. */
  readonly since?: number | undefined;
}

export interface RestatingComponents {
  readonly store: Pick<LessonStore, "memberships" | "nextSequence" | "list" | "allGlances" | "attestation" | "tombstone">;
  readonly identity: Identity;
  readonly clock: Clock;
}

export interface Restated {
  /** To be written as one. */
  readonly changes: readonly StoreChange[];
  /** Members whom the earlier key admitted and who are revoked by this. */
  readonly revoked: number;
  /** All other words that are said again. */
  readonly said: number;
}

type Said = Pick<MembershipBody, "member" | "state" | "until" | "keeps">;

/** Nothing where the key is not one that followed the owner's in the swarm's name. */
export async function restateMemberships(init: RestatingInit, components: RestatingComponents): Promise<Restated> {
  const { swarm, rotations, since } = init;
  const { store, identity } = components;
  const owners = ownersOf(init);
  if (owners.length < 2 || owners.at(-1) !== identity.author) return { changes: [], said: 0, revoked: 0 };
  const words = await store.memberships(swarm);
  const former = words.filter((record) => !isOwnersWord(record, { swarm, rotations }));
  const again: SignedRecord<MembershipBody>[] = [];
  // The new key's own membership is what it shows to those who have not heard of it.
  const isShown = words.some((record) => record.body.member === identity.author && !former.includes(record));
  if (!isShown) again.push(say({ member: identity.author, state: "admitted" }, 0, init, components));
  let revoked = 0;
  for (const { body } of former.filter((record) => !owners.includes(record.body.member))) {
    const isThiefs = since !== undefined && body.state === "admitted" && body.createdAt >= since;
    if (isThiefs) revoked += 1;
    const { member, state, until, keeps, seq } = body;
    const said = isThiefs ? await revocationOf(member, since, components) : { member, state, until, keeps };
    again.push(say(said, seq + 1, init, components));
  }
  const changes = [
    ...former.map((record) => ({ kind: "membership-remove", record }) as const),
    ...again.flatMap((record) => [{ kind: "membership", record } as const, { kind: "outbox-add", id: record.id } as const]),
  ];
  return { changes, revoked, said: again.length - revoked };
}

/** A thief may have given the earlier key's words any number. */
function say(
  said: Said,
  leastSeq: number,
  { swarm, rotations }: RestatingInit,
  { store, identity, clock }: RestatingComponents,
): SignedRecord<MembershipBody> {
  return signRecord<MembershipBody>(identity, {
    type: "membership",
    seq: Math.max(store.nextSequence(), leastSeq),
    createdAt: clock.now(),
    swarm,
    ...said,
    succession: ownersSuccession({ swarm, rotations }),
  });
}

async function revocationOf(member: string, since: number, { store }: RestatingComponents): Promise<Said> {
  const { staying } = await recordsOf(member, since, { store });
  const kept = staying.slice(0, limits.maxKeptRecords);
  return { member, state: "revoked", keeps: kept.length === 0 ? undefined : keptDigests(kept) };
}
