/**
 * Which ids a sync of this node is fetching, so that several peers are not asked for the same bodies.
 *
 * Guarantees: an id that is claimed is left to its claimant only while the claimant's peer brings what it was asked for, at the pace of a slow link. Where a peer that the user
 * named has it as well, a stranger has to be faster. A peer that was given ids and did not bring them in time keeps nobody from anything for a while: what it claims, others may claim at once. Does
 * not: fetch anything; whoever was told `later` asks again soon.
 *
 * A record may be gone at a peer between its list and the request for it, which is no fault. A liar may name what it does not have, only so that nobody else is asked. Hence as many
 * ids are forgiven as the peer has brought in the same sync, and a few beyond that now and then; and of an id that was forgiven nobody's claim keeps anybody for a while, so that the trick delays a
 * record by one claim, however many play it.
 */
import { type AuthorId, type Clock, RecentMap, type RecordId } from "@grapevine/core";
import {
  brokenClaimMs,
  claimPerRecordMs,
  claimTimeoutMs,
  forgivenMissRate,
  maxMissedIds,
  maxRatedKeys,
  strangersClaimMs,
} from "./network-limits.ts";
import { TokenBuckets } from "./token-buckets.ts";

/** One sync with one peer. */
export interface Claimant {
  readonly peer: AuthorId;
  /** Did the user name it? */
  readonly isNamed: boolean;
  /** Milliseconds since the epoch. */
  until: number;
  /** When it brought something last, or was asked first: milliseconds since the epoch. */
  broughtAt: number;
  /** Records that it was asked for and has brought. */
  brought: number;
  /** Ids that it was asked for and that did not come. */
  missed: number;
}

export class Claims {
  readonly #clock: Clock;
  readonly #byId = new Map<RecordId, Claimant>();
  /** Peers that did not bring what they were asked for, and until when that is remembered. */
  readonly #broken = new RecentMap<AuthorId, number>(maxRatedKeys);
  /** Ids that somebody was asked for, did not bring, and was forgiven; and until when nobody is kept from them. */
  readonly #missed = new RecentMap<RecordId, number>(maxMissedIds);
  /** By peer. */
  readonly #forgiven: TokenBuckets;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#forgiven = new TokenBuckets(forgivenMissRate, maxRatedKeys, clock);
  }

  /** The peer is asked, and nothing is awaited of it. */
  begin(claimant: Claimant): void {
    claimant.broughtAt = this.#clock.now();
    claimant.until = claimant.broughtAt + claimTimeoutMs;
  }

  /** The peer has brought so many records that were asked for. It is given time for as many, not for all that are left: else it could hold them all with one now and then. */
  brought(claimant: Claimant, count: number): void {
    if (count === 0) return;
    const now = this.#clock.now();
    claimant.brought += count;
    claimant.broughtAt = now;
    if (claimant.until > now) claimant.until = Math.min(now + claimTimeoutMs, claimant.until + count * claimPerRecordMs);
  }

  /** False where another fetches it. */
  take(id: RecordId, claimant: Claimant): boolean {
    const holder = this.#byId.get(id);
    if (holder !== undefined && holder !== claimant) {
      if (this.#holds(id, holder) && !this.#goesBefore(claimant, holder)) return false;
      if (holder.until <= this.#clock.now()) this.#break(holder);
    }
    this.#byId.set(id, claimant);
    return true;
  }

  /** It has come, or is not wanted after all. */
  settle(id: RecordId, claimant: Claimant): void {
    if (this.#byId.get(id) === claimant) this.#byId.delete(id);
  }

  /** They have not come, though they were asked for. */
  giveUp(ids: Iterable<RecordId>, claimant: Claimant): void {
    for (const id of ids) {
      const isHeld = this.#byId.get(id) === claimant;
      this.settle(id, claimant);
      claimant.missed++;
      const isForgiven = claimant.missed <= claimant.brought || this.#forgiven.take(claimant.peer);
      if (!isForgiven) this.#break(claimant);
      else if (isHeld) this.#missed.set(id, this.#clock.now() + brokenClaimMs);
    }
  }

  #goesBefore(claimant: Claimant, holder: Claimant): boolean {
    if (holder.isNamed || !claimant.isNamed) return false;
    return holder.broughtAt + strangersClaimMs <= this.#clock.now();
  }

  #break({ peer }: Claimant): void {
    this.#broken.set(peer, this.#clock.now() + brokenClaimMs);
  }

  #holds(id: RecordId, { peer, until }: Claimant): boolean {
    const now = this.#clock.now();
    return until > now && (this.#broken.get(peer) ?? 0) <= now && (this.#missed.get(id) ?? 0) <= now;
  }
}
