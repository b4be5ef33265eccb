/**
 * Keeps a node connected: peers that the user named are dialled until they answer, peers that were met are dialled again when
 * they are lost. The wait doubles with each failure, with jitter, and stays short while hardly anybody is connected: then it is most likely this node that was cut off, and the first
 * one that answers ends it. Nothing in libp2p does this by itself after a hang-up.
 */
import { type AuthorId, type Clock, messageOf, type Timer, type Timers } from "@grapevine/core";
import { type Acquaintance, isNewcomer, whoMakesRoom } from "./acquaintances.ts";
import { parseAddress, peerOfAddress } from "./addresses.ts";
import { lonelyBelow, maxKnownPeers, maxRedialFailures, wantedAcquaintances, wantedPeers } from "./network-limits.ts";
import { jittered, type NetworkTiming } from "./network-timing.ts";
import type { NetworkLog, RememberedPeer } from "./network-types.ts";

export interface RedialerInit {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: NetworkLog;
  readonly timing: NetworkTiming;
  readonly random: () => number;
  /** Dials and greets; resolves with who answered. */
  dial(addresses: readonly string[]): Promise<AuthorId>;
  isConnected(peer: AuthorId): boolean;
  connectedCount(): number;
  /** Somebody whom the user named otherwise than by an address. */
  isKnown(peer: AuthorId): boolean;
}

interface Target {
  /** Unknown while an address names no peer and nobody has answered there. */
  peer: AuthorId | undefined;
  addresses: readonly string[];
  /** By the user: never given up. */
  named: boolean;
  firstMetAt: number;
  lastMetAt: number;
  failures: number;
  /** Not before, milliseconds since the epoch. */
  nextAt: number;
  dialling: boolean;
}

export class Redialer {
  readonly #init: RedialerInit;
  /** By peer id, or by address while the peer is unknown. */
  readonly #targets = new Map<string, Target>();
  #timer: Timer | undefined;
  #stopped = true;

  constructor(init: RedialerInit) {
    this.#init = init;
  }

  start(): void {
    this.#stopped = false;
    this.#tick();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  knows(peer: AuthorId): boolean {
    return this.#targets.has(peer);
  }

  /** Did the user name it? */
  isNamed(peer: AuthorId): boolean {
    return this.#targets.get(peer)?.named === true;
  }

  /** Addresses that the user gave. @throws ADDRESS_INVALID */
  name(addresses: readonly string[]): void {
    for (const text of addresses) {
      const peer = peerOfAddress(parseAddress(text));
      const target = this.#targets.get(peer ?? text) ?? this.#add(peer ?? text, peer);
      target.named = true;
      if (!target.addresses.includes(text)) target.addresses = [...target.addresses, text];
    }
    this.#tick();
  }

  /** A peer that has greeted, now or, where dates are given, in an earlier run. */
  met(known: RememberedPeer): void {
    const target = this.#targets.get(known.peerId) ?? this.#add(known.peerId, known.peerId, known);
    target.lastMetAt = known.lastMetAt ?? this.#init.clock.now();
    if (known.addresses.length > 0) {
      target.addresses = target.named
        ? [...new Set([...target.addresses, ...known.addresses])].slice(-maxNamedAddresses)
        : known.addresses;
    }
    target.failures = 0;
  }

  /** The connection to it has ended. */
  lost(peer: AuthorId): void {
    const target = this.#targets.get(peer);
    if (target === undefined) return;
    target.nextAt = this.#init.clock.now() + jittered(this.#init.timing.redialFirstMs, this.#init.random);
    if (this.#isLonely()) this.#waitLess();
    this.#arm();
  }

  /** Whoever is lost is dialled at once: what failed before, failed elsewhere. */
  hurry(): void {
    for (const target of this.#targets.values()) target.nextAt = Math.min(target.nextAt, this.#init.clock.now());
    this.#tick();
  }

  forget(peer: AuthorId): void {
    this.#targets.delete(peer);
  }

  #add(key: string, peer: AuthorId | undefined, dates: Partial<Acquaintance> = {}): Target {
    const now = this.#init.clock.now();
    const { firstMetAt = now, lastMetAt = now } = dates;
    const target = { peer, addresses: [], named: false, firstMetAt, lastMetAt, failures: 0, nextAt: 0, dialling: false };
    this.#targets.set(key, target);
    if (this.#targets.size > maxKnownPeers) this.#makeRoom(key);
    return target;
  }

  #makeRoom(added: string): void {
    const leaving = whoMakesRoom(this.#targets, {
      most: maxKnownPeers,
      now: this.#init.clock.now(),
      mayGo: (key) => key !== added && !this.#stays(this.#targets.get(key)),
    });
    if (leaving !== undefined) this.#targets.delete(leaving);
  }

  #stays(target: Target | undefined): boolean {
    return target === undefined || this.#isOfUser(target) || this.#isConnected(target);
  }

  #isOfUser({ named, peer }: Target): boolean {
    return named || (peer !== undefined && this.#init.isKnown(peer));
  }

  #isConnected({ peer }: Target): boolean {
    return peer !== undefined && this.#init.isConnected(peer);
  }

  #tick(): void {
    if (this.#stopped) return;
    const now = this.#init.clock.now();
    const isWanted = this.#whoIsWanted();
    for (const [key, target] of this.#targets) {
      if (this.#rests(target) || target.nextAt > now || !isWanted(target)) continue;
      target.dialling = true;
      void this.#dial(key, target);
    }
    this.#arm();
  }

  /** With enough connections only whom the user named, and acquaintances while few of them are there: all the others may be one. */
  #whoIsWanted(): (target: Target) => boolean {
    if (this.#init.connectedCount() < wantedPeers) return () => true;
    const acquaintances = [...this.#targets.values()].filter((each) => this.#isConnected(each) && !isNewcomer(each)).length;
    return (target) => this.#isOfUser(target) || (acquaintances < wantedAcquaintances && !isNewcomer(target));
  }

  #rests(target: Target): boolean {
    return target.dialling || target.addresses.length === 0 || this.#isConnected(target);
  }

  /** Wakes when the next one is due, and now and then in any case: a link may have been lost without a word. */
  #arm(): void {
    if (this.#stopped) return;
    const now = this.#init.clock.now();
    let delayMs = this.#init.timing.watchdogMs;
    for (const target of this.#targets.values()) {
      if (!this.#rests(target) && target.nextAt > now) delayMs = Math.min(delayMs, target.nextAt - now + 1);
    }
    this.#timer?.cancel();
    this.#timer = this.#init.timers.after(delayMs, () => this.#tick());
  }

  async #dial(key: string, target: Target): Promise<void> {
    try {
      const peer = await this.#init.dial(target.addresses);
      target.failures = 0;
      if (target.peer === undefined) this.#identify(key, target, peer);
    } catch (error) {
      this.#failed(key, target, messageOf(error));
    }
    target.dialling = false;
    this.#arm();
  }

  /** An address without a peer id was answered: from now on it is that peer's. */
  #identify(key: string, target: Target, peer: AuthorId): void {
    const known = this.#targets.get(peer);
    this.#targets.delete(key);
    target.peer = peer;
    target.addresses = [...new Set([...target.addresses, ...(known?.addresses ?? [])])];
    this.#targets.set(peer, target);
  }

  #failed(key: string, target: Target, message: string): void {
    const { timing, random, clock, log } = this.#init;
    if (this.#stopped) return;
    target.failures++;
    // Of a node that reaches hardly anybody nobody is given up: it may be its own network that is gone.
    if (!this.#isOfUser(target) && target.failures >= maxRedialFailures && !this.#isLonely()) {
      this.#targets.delete(key);
      return;
    }
    const waitMs = jittered(Math.min(this.#mostWaitMs(), timing.redialFirstMs * 2 ** target.failures), random);
    target.nextAt = clock.now() + waitMs;
    const level = target.named && target.failures === 1 ? "warn" : "debug";
    log(level, `could not dial ${target.peer ?? key}, trying again: ${message}`, {
      failures: target.failures,
      waitMs: Math.round(waitMs),
    });
  }

  #isLonely(): boolean {
    return this.#init.connectedCount() < lonelyBelow;
  }

  /** However many are known, a lonely node dials one a second. */
  #mostWaitMs(): number {
    const { redialMostMs, redialLonelyMs } = this.#init.timing;
    if (!this.#isLonely()) return redialMostMs;
    return Math.min(redialMostMs, Math.max(redialLonelyMs, this.#targets.size * dialEachMs));
  }

  /** Of those that failed while there were others enough. */
  #waitLess(): void {
    const { clock, random } = this.#init;
    for (const target of this.#targets.values()) {
      target.nextAt = Math.min(target.nextAt, clock.now() + jittered(this.#mostWaitMs(), random));
    }
  }
}

const maxNamedAddresses = 16;
const dialEachMs = 1000;
