/**
 * Looks after links that look connected and are not: a peer of our swarm that is connected but not heard on the topic for half a
 * minute has a dead gossip stream, and only a new connection gives it another. Peers that were blocked meanwhile are hung up,
 * too. Silent connections are ended by libp2p's own pings.
 */
import type { AuthorId, Clock, Timer, Timers } from "@grapevine/core";
import type { Counters } from "./counters.ts";
import type { NetworkTiming } from "./network-timing.ts";
import type { NetworkLog, PeerInfo } from "./network-types.ts";

export interface LinkWatchdogInit {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly counters: Counters;
  readonly log: NetworkLog;
  readonly timing: NetworkTiming;
  peers(): PeerInfo[];
  /** Peers that are heard on the topic. */
  heard(): ReadonlySet<AuthorId>;
  isBlocked(peer: AuthorId): boolean;
  hangUp(peer: AuthorId): void;
  /** Whatever else is looked at as often. */
  look(): void;
}

export class LinkWatchdog {
  readonly #init: LinkWatchdogInit;
  /** Since when each connected peer is not heard, milliseconds since the epoch. */
  readonly #deafSince = new Map<AuthorId, number>();
  #timer: Timer | undefined;

  constructor(init: LinkWatchdogInit) {
    this.#init = init;
  }

  start(): void {
    this.#timer ??= this.#init.timers.after(this.#init.timing.watchdogMs, () => {
      this.#timer = undefined;
      this.start();
      this.#look();
      this.#init.look();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): void {
    const { clock, timing } = this.#init;
    const heard = this.#init.heard();
    const peers = this.#init.peers().map((peer) => peer.peerId);
    for (const known of this.#deafSince.keys()) {
      if (heard.has(known) || !peers.includes(known)) this.#deafSince.delete(known);
    }
    for (const peer of peers) {
      if (this.#init.isBlocked(peer)) this.#end(peer, "blocked");
      else if (!heard.has(peer)) {
        const since = this.#deafSince.get(peer) ?? clock.now();
        this.#deafSince.set(peer, since);
        if (clock.now() - since >= timing.deafAfterMs) this.#end(peer, "deaf");
      }
    }
  }

  #end(peer: AuthorId, reason: "blocked" | "deaf"): void {
    this.#deafSince.delete(peer);
    this.#init.counters.add(`link.hung-up.${reason}`);
    this.#init.log("info", `hung up on ${peer}: ${reason === "deaf" ? "its gossip stream is dead" : "it is blocked"}`);
    this.#init.hangUp(peer);
  }
}
