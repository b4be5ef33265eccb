/**
 * Invites whose makers could not be reached when the node started: followed again and again, with growing waits, until they have led somewhere or do not hold any more. The invite has to be
 * presented, and its maker trusted where the user said so, which redialling an address would not do. They are kept over a restart, since the user gave each of them once.
 */
import { type Clock, GrapevineError, messageOf, type Timer, type Timers } from "@grapevine/core";
import { type Invite, parseInvite } from "@grapevine/network";
import type { Logger } from "pino";
import type { AwaitedInviteSummary } from "./control/contract.ts";
import type { AwaitedInvite, KeptList } from "./home.ts";

export interface AwaitedInvitesComponents {
  readonly join: (request: Pick<AwaitedInvite, "invite" | "trust">) => Promise<unknown>;
  readonly keeping: KeptList<AwaitedInvite>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Pick<Logger, "info" | "warn">;
}

interface Awaited {
  readonly given: AwaitedInvite;
  readonly leads: Invite;
  tries: number;
  waitMs: number;
  nextTryAt: number;
  lastFailure: string | undefined;
  timer: Timer | undefined;
}

/**
 * Away, full, or something else at its address: all of it passes. A node that is no member yet may be admitted meanwhile. Where the own disk does not take it that the maker
 * is trusted, a restart may help, over which the invite is kept.
 */
const passing: readonly string[] = [
  "PEER_UNREACHABLE",
  "PEER_FOREIGN",
  "SWARM_NOT_MEMBER",
  "STORE_WRITE_FAILED",
  "STORE_UNAVAILABLE",
];
/** Doubled with each failure. */
const firstWaitMs = 2_000;
const longestWaitMs: number = 5 * 60_000;
/** Nobody types more; beyond it the one that was given first goes. */
const maxAwaited = 64;

export class AwaitedInvites {
  readonly #components: AwaitedInvitesComponents;
  /** By the invite's text, oldest first. */
  readonly #awaited = new Map<string, Awaited>();
  #saved: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(components: AwaitedInvitesComponents) {
    this.#components = components;
    for (const given of components.keeping.kept) this.#take(given);
  }

  /** Goes on with those of earlier starts. */
  begin(): void {
    for (const awaited of this.#awaited.values()) if (awaited.timer === undefined) this.#tryLater(awaited);
  }

  /** An invite that has just failed, and why. @throws as `parseInvite` */
  add({ invite, trust }: Pick<AwaitedInvite, "invite" | "trust">, failure: string): void {
    const before = this.#awaited.get(invite);
    const leads = before?.leads ?? parseInvite(invite);
    before?.timer?.cancel();
    const given = { invite, trust, since: before?.given.since ?? this.#components.clock.now() };
    const awaited = { given, leads, tries: 1, waitMs: firstWaitMs, nextTryAt: 0, lastFailure: failure, timer: undefined };
    this.#awaited.set(invite, awaited);
    const [oldest] = this.#awaited.keys();
    if (this.#awaited.size > maxAwaited && oldest !== undefined) this.#drop(oldest);
    this.#tryLater(awaited);
    this.#save();
  }

  /** It has led somewhere, by whatever way it was followed. */
  followed(invite: string): void {
    if (this.#drop(invite)) this.#save();
  }

  /** Oldest first; without the invites themselves, which are not for those who look over a shoulder. */
  list(): AwaitedInviteSummary[] {
    return [...this.#awaited.values()].map(({ given, leads, tries, nextTryAt, lastFailure }) => ({
      peerId: leads.peerId,
      name: leads.name,
      addresses: leads.addresses,
      since: given.since,
      expiresAt: leads.expiresAt,
      trust: given.trust,
      tries,
      nextTryAt,
      lastFailure,
    }));
  }

  /** Resolves when what is awaited is on the disk. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const { timer } of this.#awaited.values()) timer?.cancel();
    await this.#saved;
  }

  /** What the file holds may be of a later version, or was written by hand. */
  #take(given: AwaitedInvite): void {
    try {
      const leads = parseInvite(given.invite);
      const awaited = { given, leads, tries: 0, waitMs: firstWaitMs, nextTryAt: 0, lastFailure: undefined, timer: undefined };
      this.#awaited.set(given.invite, awaited);
    } catch (error) {
      this.#components.log.warn(`an invite that was awaited cannot be read: ${messageOf(error)}`);
    }
  }

  #tryLater(awaited: Awaited): void {
    if (this.#isStopped) return;
    const { clock, timers } = this.#components;
    awaited.nextTryAt = clock.now() + awaited.waitMs;
    awaited.timer = timers.after(awaited.waitMs, () => void this.#try(awaited));
  }

  async #try(awaited: Awaited): Promise<void> {
    const { join, log } = this.#components;
    const { given } = awaited;
    awaited.tries += 1;
    try {
      await join(given);
      this.followed(given.invite);
      log.info("an invite that was waited with was followed");
    } catch (error) {
      if (this.#isStopped || this.#awaited.get(given.invite) !== awaited) return;
      if (GrapevineError.is(error) && passing.includes(error.code)) {
        awaited.lastFailure = error.code;
        awaited.waitMs = Math.min(longestWaitMs, awaited.waitMs * 2);
        this.#tryLater(awaited);
        return;
      }
      this.followed(given.invite);
      log.warn(`an invite is followed no more: ${messageOf(error)}`);
    }
  }

  #drop(invite: string): boolean {
    this.#awaited.get(invite)?.timer?.cancel();
    return this.#awaited.delete(invite);
  }

  #save(): void {
    const { keeping, log } = this.#components;
    const given = [...this.#awaited.values()].map((awaited) => awaited.given);
    this.#saved = keeping
      .save(given)
      .catch((error: unknown) => log.warn(`awaited invites could not be kept, and are lost with a restart: ${messageOf(error)}`));
  }
}
