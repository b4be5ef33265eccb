/** Multiaddrs as texts: what a user, an invite or a peer gives, and what is dialled. */
import { type AuthorId, messageOf } from "@grapevine/core";
import { CODE_P2P, type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { networkErrors } from "./errors.ts";
import { maxAddressesPerPeer, maxAddressLength } from "./network-limits.ts";

/** @throws ADDRESS_INVALID */
export function parseAddress(text: string): Multiaddr {
  try {
    const address = multiaddr(text);
    if (address.getComponents().some((part) => part.name === "tcp")) return address;
  } catch (error) {
    throw networkErrors.create("ADDRESS_INVALID", `"${text.slice(0, 80)}" is not a multiaddr: ${messageOf(error)}`, {
      cause: error,
    });
  }
  throw networkErrors.create("ADDRESS_INVALID", `"${text.slice(0, 80)}" is not an address over TCP`);
}

/** Can it be dialled, or listened on? @throws ADDRESS_INVALID */
export function checkAddress(text: string): void {
  parseAddress(text);
}

export function isAddress(text: string): boolean {
  return parsed(text) !== undefined;
}

/** The peer that an address leads to, by the `/p2p/…` at its end. What stands before `/p2p-circuit` is the relay on the way. */
export function peerOfAddress(address: Multiaddr): AuthorId | undefined {
  const last = address.getComponents().at(-1);
  return last?.code === CODE_P2P ? last.value : undefined;
}

/** The address without and with the peer it leads to. */
export function withoutPeer(address: Multiaddr): Multiaddr {
  return peerOfAddress(address) === undefined ? address : address.decapsulateCode(CODE_P2P);
}

export function withPeer(address: Multiaddr, peer: AuthorId): Multiaddr {
  return withoutPeer(address).encapsulate(`/p2p/${peer}`);
}

/**
 * What a peer says of its own addresses is not trusted: only well-formed ones over TCP that name no other peer are kept, and only
 * a few.
 */
export function ownAddresses(texts: readonly string[], peer: AuthorId): string[] {
  const kept = new Set<string>();
  for (const text of texts) {
    const address = text.length <= maxAddressLength ? parsed(text) : undefined;
    if (address === undefined || (peerOfAddress(address) ?? peer) !== peer) continue;
    kept.add(withPeer(address, peer).toString());
    if (kept.size === maxAddressesPerPeer) break;
  }
  return [...kept];
}

function parsed(text: string): Multiaddr | undefined {
  try {
    return parseAddress(text);
  } catch {
    return undefined; // a peer's word: what cannot be read is left out
  }
}
