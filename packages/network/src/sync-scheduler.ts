/**
 * With which peer this node begins a sync, and when. On connecting the side that dialled begins at once, since one sync serves both; each side begins one when the mesh
 * has settled (what was published in between reached neither), then every few minutes with jitter, or as often as it takes to ask somebody every few seconds where there are few peers;
 * when gossip shows a gap; and soon after another sync has brought something: what came by sync is not gossiped, so that without it news would cross a swarm that was in parts at one
 * hop every few minutes. A few at a time, one a peer; peers whom the user named come first, more often, and have places of their own.
 */
import type { AuthorId, Clock, Timer, Timers } from "@grapevine/core";
import { maxNamedSyncsAtOnce, maxSyncsAtOnce } from "./network-limits.ts";
import { jittered, type NetworkTiming } from "./network-timing.ts";
import type { SyncReport } from "./network-types.ts";

export interface SyncSchedulerInit {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly timing: NetworkTiming;
  readonly random: () => number;
  sync(peer: AuthorId): Promise<SyncReport>;
  isConnected(peer: AuthorId): boolean;
  connectedCount(): number;
  isNamed(peer: AuthorId): boolean;
  onReport(peer: AuthorId, report: SyncReport): void;
}

export class SyncScheduler {
  readonly #init: SyncSchedulerInit;
  readonly #running = new Set<AuthorId>();
  readonly #waiting = new Set<AuthorId>();
  /** The next sync with each peer, and when it is due. */
  readonly #next = new Map<AuthorId, { readonly timer: Timer; readonly atMs: number }>();
  /** Peers whose sync on connecting is done. */
  readonly #settled = new Set<AuthorId>();
  #idle: PromiseWithResolvers<void> | undefined;
  #stopped = false;

  constructor(init: SyncSchedulerInit) {
    this.#init = init;
  }

  /** Syncs with the peer as soon as there is a place. While one is under way, another follows it. */
  request(peer: AuthorId): void {
    if (this.#stopped) return;
    this.#waiting.add(peer);
    this.#fill();
  }

  /** Syncs with the peer when the mesh has settled, if not before. */
  requestLater(peer: AuthorId): void {
    if (!this.#stopped) this.#wait(peer, this.#init.timing.syncSettleMs);
  }

  /** Syncs with the peer soon, since there is news for it. */
  requestSoon(peer: AuthorId): void {
    if (!this.#stopped) this.#wait(peer, this.#init.timing.syncOnMs);
  }

  /** Resolves when no sync is under way or waiting. */
  async idle(): Promise<void> {
    if (this.#running.size === 0 && this.#waiting.size === 0) return;
    this.#idle ??= Promise.withResolvers<void>();
    await this.#idle.promise;
  }

  forget(peer: AuthorId): void {
    this.#cancel(peer);
    this.#waiting.delete(peer);
    this.#settled.delete(peer);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const peer of this.#next.keys()) this.#cancel(peer);
    this.#waiting.clear();
    await this.idle();
  }

  #fill(): void {
    const named = [...this.#waiting].filter((peer) => this.#init.isNamed(peer));
    for (const peer of new Set([...named, ...this.#waiting])) {
      const places = this.#init.isNamed(peer) ? maxSyncsAtOnce + maxNamedSyncsAtOnce : maxSyncsAtOnce;
      if (this.#running.size >= places || this.#running.has(peer)) continue;
      this.#waiting.delete(peer);
      this.#cancel(peer);
      this.#running.add(peer);
      void this.#run(peer);
    }
  }

  async #run(peer: AuthorId): Promise<void> {
    const report = await this.#init.sync(peer);
    this.#running.delete(peer);
    if (this.#init.isConnected(peer)) {
      this.#init.onReport(peer, report);
      this.#schedule(peer, report);
    }
    this.#fill();
    if (this.#running.size > 0 || this.#waiting.size > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  #schedule(peer: AuthorId, report: SyncReport): void {
    if (this.#stopped || this.#waiting.has(peer)) return;
    if (report.ended === "bad-page") this.#cancel(peer);
    this.#wait(peer, this.#delayMs(peer, report));
  }

  /** One that is due before stays. */
  #wait(peer: AuthorId, meanDelayMs: number): void {
    const { clock, timers, random } = this.#init;
    const delayMs = jittered(meanDelayMs, random);
    const atMs = clock.now() + delayMs;
    if ((this.#next.get(peer)?.atMs ?? Number.POSITIVE_INFINITY) <= atMs) return;
    this.#cancel(peer);
    this.#next.set(peer, { timer: timers.after(delayMs, () => this.request(peer)), atMs });
  }

  #cancel(peer: AuthorId): void {
    this.#next.get(peer)?.timer.cancel();
    this.#next.delete(peer);
  }

  /** A sync that did not finish goes on soon; a peer that sent nonsense has to wait its turn. */
  #delayMs(peer: AuthorId, report: SyncReport): number {
    const { syncSettleMs, syncEveryMs } = this.#init.timing;
    if (report.ended === "bad-page") return syncEveryMs;
    if (report.ended === "done" && this.#settled.has(peer)) return this.#restMs(peer);
    if (report.ended === "done") this.#settled.add(peer);
    return syncSettleMs;
  }

  /** Until the next sync with a peer with which there was nothing left to do. A node of few peers must not wait longer for what it lacks than one of many. */
  #restMs(peer: AuthorId): number {
    const { syncEveryMs, syncNamedEveryMs, syncSomebodyEveryMs } = this.#init.timing;
    const mostMs = this.#init.isNamed(peer) ? syncNamedEveryMs : syncEveryMs;
    return Math.min(mostMs, syncSomebodyEveryMs * this.#init.connectedCount());
  }
}
