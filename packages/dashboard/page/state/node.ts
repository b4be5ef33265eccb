/** What the node says of itself and of others, as the page has it now. */
import type { PeerSummary, Status, SwarmMap } from "@grapevine/node";
import { type Signal, signal } from "@preact/signals";
import { get } from "../connection/request.ts";

export const status: Signal<Status | undefined> = signal(undefined);
export const peers: Signal<readonly PeerSummary[] | undefined> = signal(undefined);
export const swarmMap: Signal<SwarmMap | undefined> = signal(undefined);
/** Another number when experiences have changed: rooms that show them read them again. */
export const experiencesRevision: Signal<number> = signal(0);

export async function readPeers(): Promise<void> {
  peers.value = await get<PeerSummary[]>("/api/peers");
}

export async function readMap(): Promise<void> {
  swarmMap.value = await get<SwarmMap>("/api/swarm/map");
}

/** What to call somebody: the name that is known, else the end of the key. */
export function calledPeer(peerId: string): string {
  const current = status.value;
  if (current?.peerId === peerId) return current.name;
  const name = swarmMap.value?.peers.find((peer) => peer.peerId === peerId)?.name;
  return name ?? peers.value?.find((peer) => peer.peerId === peerId)?.name ?? shortKey(peerId);
}

export function shortKey(peerId: string): string {
  return `…${peerId.slice(-8)}`;
}
