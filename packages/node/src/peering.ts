/** Other nodes as the control API knows them: listed, trusted, blocked. */
import type { AuthorId, LessonStore, Principal } from "@grapevine/core";
import type { Network } from "@grapevine/network";
import type { PeerSummary, TrustRequest } from "./control/peer-contract.ts";
import { findAuthor } from "./finding.ts";
import type { Ledger } from "./ledger.ts";
import type { Merits } from "./merits.ts";
import type { PrincipalBook } from "./principals.ts";

export interface PeeringComponents {
  readonly network: Network;
  readonly principals: PrincipalBook;
  readonly ledger: Ledger;
  readonly merits: Merits;
  readonly store: LessonStore;
  readonly nameOf: (author: AuthorId) => string | undefined;
}

/** Those that are connected, and those whom the node remembers as authors. */
export async function listPeers(components: PeeringComponents): Promise<PeerSummary[]> {
  const { network, principals } = components;
  const connected = network.peers();
  const authors = new Set([...connected.map(({ peerId }) => peerId), ...principals.known.keys()]);
  authors.delete(network.peerId);
  return await Promise.all([...authors].map((author) => peerSummary(author, components)));
}

/** @throws PEER_UNKNOWN, PEER_AMBIGUOUS */
export async function trustPeer(text: string, { name }: TrustRequest, components: PeeringComponents): Promise<PeerSummary> {
  const change = (principal: Principal): Principal => ({
    ...principal,
    standing: "trusted",
    name: name ?? principal.name,
    // The user's word ends a row of failures, whatever it was: outcomes begin to count anew.
    failuresInRow: 0,
  });
  const peer = await setStanding(text, change, components);
  components.network.reconsider();
  return peer;
}

/** By its id also somebody who was never met: such ids are passed on between people. @throws PEER_UNKNOWN, PEER_AMBIGUOUS */
export async function blockPeer(text: string, components: PeeringComponents): Promise<PeerSummary> {
  const { peerId } = await setStanding(text, (principal) => ({ ...principal, standing: "blocked" }), components);
  await components.network.disconnect(peerId);
  return await peerSummary(peerId, components);
}

/** @throws PEER_UNKNOWN, PEER_AMBIGUOUS */
export async function allowPeer(text: string, components: PeeringComponents): Promise<PeerSummary> {
  const peer = await setStanding(text, (principal) => ({ ...principal, standing: "stranger" }), components);
  components.network.reconsider();
  return peer;
}

async function setStanding(
  text: string,
  change: (principal: Principal) => Principal,
  components: PeeringComponents,
): Promise<PeerSummary> {
  const { ledger, network, principals } = components;
  const author = findAuthor(text, network, principals);
  await ledger.setPrincipal(change, author);
  return await peerSummary(author, components);
}

async function peerSummary(author: AuthorId, components: PeeringComponents): Promise<PeerSummary> {
  const { network, principals, merits, nameOf, store } = components;
  const connected = network.peers().find(({ peerId }) => peerId === author);
  let lessons = 0;
  for await (const _ of store.list({ author })) lessons += 1;
  return {
    peerId: author,
    name: nameOf(author),
    connected: connected !== undefined,
    standing: principals.get(author).standing,
    trust: Math.round(merits.trustOf(author) * 1_000) / 1_000,
    addresses: connected?.addresses ?? [],
    lessons,
    roundTripMs: connected?.roundTripMs,
    path: connected?.path,
    conduct: connected?.score === undefined ? undefined : conductOf(connected.score),
  };
}

/** What gossipsub's score of a peer means. Being there earns a point in under two minutes; below −80 nothing is heard of it. */
function conductOf(score: number): PeerSummary["conduct"] {
  if (score < -80) return "unheard";
  if (score < 0) return "poor";
  return score < 1 ? "new" : "good";
}
