/** What the owner of a closed swarm does about its members, and what any node knows of them. */
import {
  type AuthorId,
  type Clock,
  type Identity,
  keptDigests,
  type LessonState,
  type LessonStore,
  limits,
  type MembershipBody,
  ownersOf,
  ownersSuccession,
  ownersWordOn,
  presentOwner,
  type RecordDraft,
  type RecordId,
  type SignedRecord,
  signRecord,
} from "@grapevine/core";
import type { Network } from "@grapevine/network";
import type { AdmitRequest, MemberSummary, RevokeReply, RevokeRequest, SwarmReply } from "./control/peer-contract.ts";
import { nodeErrors } from "./errors.ts";
import { findAuthor } from "./finding.ts";
import type { Ledger } from "./ledger.ts";
import type { MemberBook } from "./members.ts";
import type { PrincipalBook } from "./principals.ts";

export interface MembershipComponents {
  readonly members: MemberBook;
  readonly store: Pick<LessonStore, "list" | "allGlances" | "attestation" | "tombstone" | "nextSequence">;
  readonly ledger: Pick<Ledger, "publish">;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly network: Pick<Network, "peers">;
  readonly principals: PrincipalBook;
  readonly nameOf: (author: AuthorId) => string | undefined;
}

export function describeSwarm(components: MembershipComponents): SwarmReply {
  const { members, identity } = components;
  const owner = presentOwner(members);
  if (owner === undefined) return { swarm: members.swarm, closed: false, owned: false, members: [] };
  const known = [...members.known.keys()].filter((member) => member !== owner && ownersWordOn(member, members) !== undefined);
  const admitted = known.map((member) => memberSummary(member, components));
  const ownerSummary: MemberSummary = { ...whereAbouts(owner, components), state: "owner" };
  return { swarm: members.swarm, closed: true, owner, owned: owner === identity.author, members: [ownerSummary, ...admitted] };
}

/** Says no more than is said already. @throws SWARM_OPEN, SWARM_NOT_OWNER, MEMBER_IS_OWNER, MEMBERSHIP_OVER, PEER_UNKNOWN, PEER_AMBIGUOUS */
export async function admitMember(
  text: string,
  { until }: AdmitRequest,
  components: MembershipComponents,
): Promise<MemberSummary> {
  const member = memberMeant(text, components);
  if (until !== undefined && until <= components.clock.now()) {
    throw nodeErrors.create("MEMBERSHIP_OVER", `${new Date(until).toISOString()} is over`);
  }
  const known = ownersWordOn(member, components.members)?.body;
  if (known?.state !== "admitted" || known.until !== until) await say({ member, state: "admitted", until }, components);
  return memberSummary(member, components);
}

/**
 * Of the member's records those stay that are here, as far as a revocation can name them: the newest lessons first, then what was retracted, then attestations. With
 * `since` only lessons stay that came here before it, by this node's clock: what a thief says of dates is nothing to go by.
 * @throws SWARM_OPEN, SWARM_NOT_OWNER, MEMBER_IS_OWNER, MEMBER_UNKNOWN, PEER_UNKNOWN, PEER_AMBIGUOUS
 */
export async function revokeMember(
  text: string,
  { since }: RevokeRequest,
  components: MembershipComponents,
): Promise<RevokeReply> {
  const member = memberMeant(text, components);
  // With a key that was stolen the thief may have admitted somebody elsewhere, of whom nothing has come here.
  const mayBeUnheardOf = ownersOf(components.members).length > 1;
  if (components.members.of(member) === undefined && !mayBeUnheardOf) {
    throw nodeErrors.create("MEMBER_UNKNOWN", `${member} was never a member of ${components.members.swarm}`);
  }
  const { staying, leaving } = await recordsOf(member, since, components);
  const kept = staying.slice(0, limits.maxKeptRecords);
  const keeps = kept.length === 0 ? undefined : keptDigests(kept);
  await say({ member, state: "revoked", keeps }, components);
  return { ...memberSummary(member, components), kept: kept.length, dropped: leaving + staying.length - kept.length };
}

/** A restored key may sign in a new store, whose numbers begin anew: then the earlier word on the member must be outnumbered. */
async function say(
  said: Pick<RecordDraft<MembershipBody>, "member" | "state" | "until" | "keeps">,
  { members, store, identity, clock, ledger }: MembershipComponents,
): Promise<void> {
  const seq = Math.max(store.nextSequence(), (members.of(said.member)?.body.seq ?? -1) + 1);
  const { swarm } = members;
  const draft = {
    type: "membership",
    seq,
    createdAt: clock.now(),
    swarm,
    ...said,
    succession: ownersSuccession(members),
  } as const;
  const record: SignedRecord<MembershipBody> = signRecord<MembershipBody>(identity, draft);
  await ledger.publish(record);
}

function memberMeant(text: string, { members, identity, network, principals }: MembershipComponents): AuthorId {
  const owner = presentOwner(members);
  if (owner === undefined) throw nodeErrors.create("SWARM_OPEN", `the swarm ${members.swarm} is open: it has no members`);
  if (owner !== identity.author) throw nodeErrors.create("SWARM_NOT_OWNER", `the swarm ${members.swarm} is owned by ${owner}`);
  const member = findAuthor(text, network, principals);
  if (member === owner) throw nodeErrors.create("MEMBER_IS_OWNER", "that is this node, the owner");
  return member;
}

const stayingStates: readonly LessonState[] = ["own", "admitted", "held", "archived"];

/** What is here of an author and may stay when the author, or the key, goes: the most important first. */
export async function recordsOf(
  member: AuthorId,
  since: number | undefined,
  { store }: { readonly store: Pick<LessonStore, "list" | "allGlances" | "attestation" | "tombstone"> },
): Promise<{ readonly staying: readonly RecordId[]; readonly leaving: number }> {
  const lessons: RecordId[] = [];
  const retractions: RecordId[] = [];
  let leaving = 0;
  for await (const { record, standing, receivedAt } of store.list({ author: member })) {
    const retraction = since === undefined ? await store.tombstone(record.id, member) : undefined;
    if (retraction !== undefined) retractions.push(retraction.id);
    if (!stayingStates.includes(standing.state)) continue;
    if (since !== undefined && receivedAt >= since) leaving += 1;
    else lessons.push(record.id);
  }
  const attestations = since === undefined ? await attestationsBy(member, store) : [];
  return { staying: [...lessons, ...retractions, ...attestations], leaving };
}

async function attestationsBy(member: AuthorId, store: Pick<LessonStore, "allGlances" | "attestation">): Promise<RecordId[]> {
  const ids: RecordId[] = [];
  for await (const { id, attestations } of store.allGlances()) {
    if (!attestations.some(({ author }) => author === member)) continue;
    const attestation = await store.attestation(id, member);
    if (attestation !== undefined) ids.push(attestation.id);
  }
  return ids;
}

function memberSummary(member: AuthorId, components: MembershipComponents): MemberSummary {
  const { members, clock } = components;
  const record = ownersWordOn(member, members);
  if (record === undefined) throw new Error(`nothing is said of ${member}`);
  const { state, until, createdAt } = record.body;
  const isOver = state === "admitted" && until !== undefined && clock.now() > until;
  return { ...whereAbouts(member, components), state: isOver ? "ended" : state, until, since: createdAt };
}

function whereAbouts(
  peerId: AuthorId,
  { network, nameOf, identity }: MembershipComponents,
): Pick<MemberSummary, "peerId" | "name" | "connected"> {
  const connected = peerId === identity.author || network.peers().some((peer) => peer.peerId === peerId);
  return { peerId, name: nameOf(peerId), connected };
}
