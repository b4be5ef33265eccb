/** Where an address leads, and which connection to a peer is the best. */
import { type AuthorId, RecentMap } from "@grapevine/core";
import type { Connection, PeerId } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { isPrivate } from "@libp2p/utils";
import { CODE_P2P_CIRCUIT, type Multiaddr } from "@multiformats/multiaddr";
import { parseAddress } from "../addresses.ts";
import { maxKnownPeers } from "../network-limits.ts";
import type { Path } from "./reach-types.ts";

export function pathOf(address: Multiaddr): Path {
  if (address.getComponents().some(({ code }) => code === CODE_P2P_CIRCUIT)) return "relayed";
  if (/^\/(ip4\/127\.|ip6\/::1\/)/.test(address.toString())) return "machine";
  return isPrivate(address) ? "lan" : "direct";
}

/** The best come first: public ones, then relayed ones, then those that lead somewhere on one network or machine alone. */
export function widestFirst(addresses: readonly string[]): string[] {
  const rank: Readonly<Record<Path, number>> = { direct: 0, relayed: 1, lan: 2, machine: 4 };
  return addresses
    .map((text) => {
      const address = parseAddress(text);
      // A relay has addresses of all kinds, too.
      const relay = address.toString().split("/p2p-circuit")[0] ?? "";
      const isNear = pathOf(address) === "relayed" && pathOf(parseAddress(relay)) !== "direct";
      return { text, order: isNear ? rank[pathOf(parseAddress(relay))] + 0.5 : rank[pathOf(address)] };
    })
    .sort((a, b) => a.order - b.order)
    .map(({ text }) => text);
}

/** A direct connection where there is one, else a relayed one; the latest of several, since a peer comes again when the first has ended for it. */
export function connectionTo(host: { getConnections(peer: PeerId): Connection[] }, peer: AuthorId): Connection | undefined {
  const open = host.getConnections(peerIdOf(peer)).filter(({ status }) => status === "open");
  return open.findLast(({ limits }) => limits === undefined) ?? open.at(-1);
}

/** Those that were asked for last: to read one takes longer than most of what it is asked for, and each neighbour is asked for every few seconds. */
const peerIds = new RecentMap<AuthorId, PeerId>(maxKnownPeers);

function peerIdOf(peer: AuthorId): PeerId {
  const known = peerIds.get(peer);
  if (known !== undefined) return known;
  const peerId = peerIdFromString(peer);
  peerIds.set(peer, peerId);
  return peerId;
}
