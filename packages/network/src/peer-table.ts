/** The connected peers that have greeted. */
import type { AuthorId } from "@grapevine/core";
import type { PeerInfo } from "./network-types.ts";

export class PeerTable {
  readonly #peers = new Map<AuthorId, PeerInfo>();
  readonly #onChange: (peers: readonly PeerInfo[]) => void;

  constructor(onChange: (peers: readonly PeerInfo[]) => void) {
    this.#onChange = onChange;
  }

  get(peer: AuthorId): PeerInfo | undefined {
    return this.#peers.get(peer);
  }

  list(): PeerInfo[] {
    return [...this.#peers.values()];
  }

  get size(): number {
    return this.#peers.size;
  }

  set(info: PeerInfo): void {
    this.#peers.set(info.peerId, info);
    this.#onChange(this.list());
  }

  /** Does nothing when the peer is gone. */
  update(peer: AuthorId, change: Partial<PeerInfo>): void {
    const info = this.#peers.get(peer);
    if (info !== undefined) this.set({ ...info, ...change });
  }

  remove(peer: AuthorId): void {
    if (this.#peers.delete(peer)) this.#onChange(this.list());
  }
}
