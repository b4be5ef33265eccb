/**
 * With which peer this node begins a sync, and when. On connecting the side that dialled begins at once, since one sync serves both; each side begins one when the mesh
 * has settled (what was published in between reached neither), then every few minutes with jitter, and when gossip shows a gap. A few at a time, one a peer; peers whom the user
 * named come first, more often, and have places of their own.
 */
import type { AuthorId, Timer, Timers } from "@grapevine/core";
import { maxNamedSyncsAtOnce, maxSyncsAtOnce } from "./network-limits.ts";
import { jittered, type NetworkTiming } from "./network-timing.ts";
import type { SyncReport } from "./network-types.ts";

export interface SyncSchedulerInit {
  readonly timers: Timers;
  readonly timing: NetworkTiming;
  readonly random: () => number;
  sync(peer: AuthorId): Promise<SyncReport>;
  isConnected(peer: AuthorId): boolean;
  isNamed(peer: AuthorId): boolean;
  onReport(peer: AuthorId, report: SyncReport): void;
}

export class SyncScheduler {
  readonly #init: SyncSchedulerInit;
  readonly #running = new Set<AuthorId>();
  readonly #waiting = new Set<AuthorId>();
  readonly #timers = new Map<AuthorId, Timer>();
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

  /** Syncs with the peer when the mesh has settled. */
  requestLater(peer: AuthorId): void {
    if (!this.#stopped) this.#wait(peer, this.#init.timing.syncSettleMs);
  }

  /** Resolves when no sync is under way or waiting. */
  async idle(): Promise<void> {
    if (this.#running.size === 0 && this.#waiting.size === 0) return;
    this.#idle ??= Promise.withResolvers<void>();
    await this.#idle.promise;
  }

  forget(peer: AuthorId): void {
    this.#timers.get(peer)?.cancel();
    this.#timers.delete(peer);
    this.#waiting.delete(peer);
    this.#settled.delete(peer);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#waiting.clear();
    await this.idle();
  }

  #fill(): void {
    const named = [...this.#waiting].filter((peer) => this.#init.isNamed(peer));
    for (const peer of new Set([...named, ...this.#waiting])) {
      const places = this.#init.isNamed(peer) ? maxSyncsAtOnce + maxNamedSyncsAtOnce : maxSyncsAtOnce;
      if (this.#running.size >= places || this.#running.has(peer)) continue;
      this.#waiting.delete(peer);
      this.#timers.get(peer)?.cancel();
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
    this.#wait(peer, this.#delayMs(peer, report));
  }

  #wait(peer: AuthorId, delayMs: number): void {
    const { timers, random } = this.#init;
    const timer = timers.after(jittered(delayMs, random), () => this.request(peer));
    this.#timers.get(peer)?.cancel();
    this.#timers.set(peer, timer);
  }

  /** A sync that did not finish goes on soon; a peer that sent nonsense has to wait its turn. */
  #delayMs(peer: AuthorId, report: SyncReport): number {
    const { syncSettleMs } = this.#init.timing;
    const syncEveryMs = this.#init.timing[this.#init.isNamed(peer) ? "syncNamedEveryMs" : "syncEveryMs"];
    if (report.ended === "bad-page") return syncEveryMs;
    if (report.ended === "done" && this.#settled.has(peer)) return syncEveryMs;
    if (report.ended === "done") this.#settled.add(peer);
    return syncSettleMs;
  }
}
