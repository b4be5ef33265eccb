/** By how much this node's records and each peer's differ without either wanting what the other has; see sync-protocol.ts. */
import { type AuthorId, type Clock, RecentMap } from "@grapevine/core";
import { maxKnownPeers, settledForMs } from "./network-limits.ts";
import type { DigestSum } from "./range-sync/digest-sum.ts";

/** Ours less theirs. */
export interface Difference {
  readonly count: number;
  readonly sum: DigestSum;
}

export class Settlements {
  readonly #clock: Clock;
  readonly #byPeer = new RecentMap<AuthorId, { readonly difference: Difference; readonly until: number }>(maxKnownPeers);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  remember(peer: AuthorId, difference: Difference): void {
    this.#byPeer.set(peer, { difference, until: this.#clock.now() + settledForMs });
  }

  /** Something may be wanted now that was not. */
  clear(): void {
    this.#byPeer.clear();
  }

  holds(peer: AuthorId, { count, sum }: Difference): boolean {
    const settled = this.#byPeer.get(peer);
    if (settled === undefined || settled.until <= this.#clock.now()) return false;
    return settled.difference.count === count && settled.difference.sum.equals(sum);
  }
}
