/**
 * Which ids a sync of this node is fetching, so that several peers are not asked for the same bodies.
 *
 * Guarantees: an id that is claimed is left to its claimant only while the claimant's peer brings something every few seconds. A peer that was given ids and did not
 * bring them keeps nobody from anything for a while: what it claims, others may claim at once. Does not: fetch anything; whoever was told `later` asks again soon.
 */
import { type AuthorId, type Clock, RecentMap, type RecordId } from "@grapevine/core";
import { brokenClaimMs, claimTimeoutMs, maxRatedKeys } from "./network-limits.ts";

/** One sync with one peer. */
export interface Claimant {
  readonly peer: AuthorId;
  /** Milliseconds since the epoch. */
  until: number;
}

export class Claims {
  readonly #clock: Clock;
  readonly #byId = new Map<RecordId, Claimant>();
  /** Peers that did not bring what they were asked for, and until when that is remembered. */
  readonly #broken = new RecentMap<AuthorId, number>(maxRatedKeys);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The peer has brought something that was asked for, or is asked for the first time. */
  renew(claimant: Claimant): void {
    claimant.until = this.#clock.now() + claimTimeoutMs;
  }

  /** False where another fetches it. */
  take(id: RecordId, claimant: Claimant): boolean {
    const holder = this.#byId.get(id);
    if (holder !== undefined && holder !== claimant && this.#holds(holder)) return false;
    this.#byId.set(id, claimant);
    return true;
  }

  /** It has come, or is not wanted after all. */
  settle(id: RecordId, claimant: Claimant): void {
    if (this.#byId.get(id) === claimant) this.#byId.delete(id);
  }

  /** They have not come, though they were asked for. */
  giveUp(ids: Iterable<RecordId>, claimant: Claimant): void {
    let isBroken = false;
    for (const id of ids) {
      isBroken = true;
      this.settle(id, claimant);
    }
    if (isBroken) this.#broken.set(claimant.peer, this.#clock.now() + brokenClaimMs);
  }

  #holds({ peer, until }: Claimant): boolean {
    const now = this.#clock.now();
    return until > now && (this.#broken.get(peer) ?? 0) <= now;
  }
}
