/**
 * Finds peers of the swarm while there are too few: by calls into the local network, by asking peers whom they know, by the swarm's table. Whoever is found is
 * dialled and greets like everybody; who is of another swarm, or not there, is left alone for a while. With enough connections nothing is asked of anybody.
 */
import { type AuthorId, type Clock, messageOf, RecentMap, type Timer, type Timers } from "@grapevine/core";
import type { Connection } from "@libp2p/interface";
import type { Counters } from "../counters.ts";
import {
  discoveryEveryMs,
  enoughPeers,
  foundAgainAfterMs,
  lonelyPeers,
  maxFoundDials,
  maxFoundRemembered,
} from "../network-limits.ts";
import { jittered } from "../network-timing.ts";
import type { NetworkLog, PeerInfo } from "../network-types.ts";
import type { LanCalls } from "./lan-calls.ts";
import { askForPeers } from "./peer-exchange.ts";
import type { Found } from "./reach-types.ts";
import type { SwarmDht } from "./swarm-dht.ts";

export interface DiscoveryInit {
  readonly self: AuthorId;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: NetworkLog;
  readonly counters: Counters;
  readonly random: () => number;
  /** What is turned on. */
  readonly lan: Pick<LanCalls, "call"> | undefined;
  readonly dht: Pick<SwarmDht, "announce" | "find"> | undefined;
  readonly exchanges: boolean;
  readonly peers: () => readonly PeerInfo[];
  connectionTo(peer: AuthorId): Connection | undefined;
  isBlocked(peer: AuthorId): boolean;
  /** Dials and greets. */
  connect(addresses: readonly string[]): Promise<unknown>;
}

export class Discovery {
  readonly #init: DiscoveryInit;
  /** Whom to leave alone until when, milliseconds since the epoch. */
  readonly #tried = new RecentMap<AuthorId, number>(maxFoundRemembered);
  readonly #stopping = new AbortController();
  #dialling = 0;
  #announced = false;
  #timer: Timer | undefined;

  constructor(init: DiscoveryInit) {
    this.#init = init;
  }

  start(): void {
    const { lan, dht, exchanges } = this.#init;
    if (lan !== undefined || dht !== undefined || exchanges) this.#arm();
  }

  stop(): void {
    this.#stopping.abort();
    this.#timer?.cancel();
  }

  /** A peer has greeted: it may know others. */
  met(peer: AuthorId): void {
    if (this.#wants()) void this.#exchangeWith(peer);
    void this.#announce();
  }

  /** Dials whoever was found, where there is need and place for it. */
  found({ peerId, addresses }: Found, by: "lan" | "exchange" | "dht"): void {
    const { self, clock, counters, log } = this.#init;
    if (peerId === self || addresses.length === 0 || this.#init.isBlocked(peerId) || this.#isConnected(peerId)) return;
    if (!this.#wants() || this.#dialling >= maxFoundDials || (this.#tried.get(peerId) ?? 0) > clock.now()) return;
    this.#tried.set(peerId, clock.now() + foundAgainAfterMs);
    this.#dialling++;
    counters.add(`found.${by}`);
    this.#init
      .connect(addresses)
      .catch((error: unknown) => log("debug", `${peerId}, found by ${by}, was not reached: ${messageOf(error)}`))
      .finally(() => {
        this.#dialling--;
      });
  }

  #wants(): boolean {
    return !this.#stopping.signal.aborted && this.#init.peers().length < enoughPeers;
  }

  #isConnected(peer: AuthorId): boolean {
    return this.#init.peers().some(({ peerId }) => peerId === peer);
  }

  #arm(): void {
    if (this.#stopping.signal.aborted) return;
    this.#timer = this.#init.timers.after(jittered(discoveryEveryMs, this.#init.random), () => {
      void this.#look().finally(() => this.#arm());
    });
  }

  async #look(): Promise<void> {
    if (!this.#wants()) return;
    const { lan, dht, peers, random, log } = this.#init;
    const connected = peers();
    const one = connected[Math.floor(random() * connected.length)];
    try {
      if (connected.length < lonelyPeers) await lan?.call();
      if (one !== undefined) await this.#exchangeWith(one.peerId);
      if (one !== undefined) for (const found of (await dht?.find(this.#stopping.signal)) ?? []) this.found(found, "dht");
    } catch (error) {
      log("debug", `looking for peers went wrong: ${messageOf(error)}`);
    }
  }

  async #exchangeWith(peer: AuthorId): Promise<void> {
    const connection = this.#init.exchanges ? this.#init.connectionTo(peer) : undefined;
    if (connection === undefined) return;
    try {
      for (const found of await askForPeers(connection, this.#init.timers)) this.found(found, "exchange");
    } catch (error) {
      this.#init.log("debug", `${peer} did not say whom it knows: ${messageOf(error)}`);
    }
  }

  /** Once: the table renews it by itself. */
  async #announce(): Promise<void> {
    const { dht, log } = this.#init;
    if (dht === undefined || this.#announced) return;
    this.#announced = true;
    try {
      await dht.announce(this.#stopping.signal);
      for (const found of await dht.find(this.#stopping.signal)) this.found(found, "dht");
    } catch (error) {
      this.#announced = false;
      log("debug", `the swarm's table was not told of this node: ${messageOf(error)}`);
    }
  }
}
