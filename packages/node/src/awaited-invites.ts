/**
 * Invites whose makers could not be reached when the node started: followed again and again, with growing waits, until they have led somewhere or do not hold any more. The invite has to be
 * presented, and its maker trusted where the user said so, which redialling an address would not do. What is awaited is not kept over a restart: it is given again with it.
 */
import { GrapevineError, messageOf, RecentMap, type Timer, type Timers } from "@grapevine/core";
import type { Logger } from "pino";

export interface AwaitedInvitesComponents {
  readonly join: (invite: string) => Promise<unknown>;
  readonly timers: Timers;
  readonly log: Pick<Logger, "info" | "warn">;
}

/** Away, full, or something else at its address: all of it passes. A node that is no member yet may be admitted meanwhile. */
const passing: readonly string[] = ["PEER_UNREACHABLE", "PEER_FOREIGN", "SWARM_NOT_MEMBER"];
/** Doubled with each failure. */
const firstWaitMs = 2_000;
const longestWaitMs: number = 5 * 60_000;
/** Nobody types more. */
const maxAwaited = 64;

export class AwaitedInvites {
  readonly #components: AwaitedInvitesComponents;
  readonly #timers = new RecentMap<string, Timer>(maxAwaited);
  #isStopped = false;

  constructor(components: AwaitedInvitesComponents) {
    this.#components = components;
  }

  add(invite: string): void {
    this.#tryAfter(firstWaitMs, invite);
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #tryAfter(waitMs: number, invite: string): void {
    if (this.#isStopped) return;
    const timer = this.#components.timers.after(waitMs, () => void this.#try(waitMs, invite));
    this.#timers.set(invite, timer);
  }

  async #try(waitMs: number, invite: string): Promise<void> {
    const { join, log } = this.#components;
    try {
      await join(invite);
      this.#timers.delete(invite);
      log.info("an invite that was waited with was followed");
    } catch (error) {
      if (this.#isStopped) return;
      if (GrapevineError.is(error) && passing.includes(error.code)) {
        this.#tryAfter(Math.min(longestWaitMs, waitMs * 2), invite);
        return;
      }
      this.#timers.delete(invite);
      log.warn(`an invite is followed no more: ${messageOf(error)}`);
    }
  }
}
