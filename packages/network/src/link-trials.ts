/**
 * Finds dead links without waiting for libp2p's pings, where there is reason to doubt them: this machine has slept or has other addresses than before, or a peer has
 * come over a second connection, which it does when the first has ended for it.
 *
 * A link is tried by greeting over it again, so that the peer gets to know this node's addresses of today as well.
 */
import type { AuthorId, Clock, Timers } from "@grapevine/core";
import type { Connection } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import type { Counters } from "./counters.ts";
import type { NetworkTiming } from "./network-timing.ts";
import type { NetworkLog } from "./network-types.ts";
import type { SwarmHost } from "./swarm-host.ts";

export interface LinkTrialsInit {
  readonly host: Pick<SwarmHost, "getConnections">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly timing: NetworkTiming;
  readonly counters: Counters;
  readonly log: NetworkLog;
  /** Connected peers that have greeted. */
  readonly peers: () => readonly AuthorId[];
  /** Where this machine itself listens now. */
  readonly addresses: () => readonly string[];
  /** Greets over the connection again. */
  greetAgain(connection: Connection, signal: AbortSignal): Promise<void>;
  /** A link was dead; the peer may be connected by another one. */
  onDead(peer: AuthorId): void;
  /** The machine slept or moved; links are being tried. */
  onUpheaval(): void;
}

export class LinkTrials {
  readonly #init: LinkTrialsInit;
  readonly #trying = new WeakSet<Connection>();
  #lookedAt: number | undefined;
  #addresses: string | undefined;

  constructor(init: LinkTrialsInit) {
    this.#init = init;
  }

  /** To be called once the host listens, and then every `watchdogMs`. */
  look(): void {
    const { clock, timing, log, peers, addresses } = this.#init;
    const now = clock.now();
    const slept = now - (this.#lookedAt ?? now) > timing.watchdogMs * sleptPeriods;
    this.#lookedAt = now;
    const current = [...addresses()].sort().join(" ");
    const moved = this.#addresses !== undefined && this.#addresses !== current;
    this.#addresses = current;
    if (!slept && !moved) return;
    log("info", `this machine ${moved ? "has other addresses now" : "stood still for a while"}: all links are tried`);
    this.#init.counters.add(moved ? "upheaval.moved" : "upheaval.slept");
    for (const peer of peers()) this.#tryAll(peer);
    this.#init.onUpheaval();
  }

  /** The peer has greeted over this connection, and is connected by others already. */
  cameAgain(connection: Connection): void {
    this.#tryAll(connection.remotePeer.toString(), connection);
  }

  #tryAll(peer: AuthorId, except?: Connection): void {
    for (const connection of this.#init.host.getConnections(peerIdFromString(peer))) {
      if (connection !== except && connection.status === "open") void this.#try(connection);
    }
  }

  async #try(connection: Connection): Promise<void> {
    if (this.#trying.has(connection)) return;
    this.#trying.add(connection);
    const { timers, timing, counters, log } = this.#init;
    const peer = connection.remotePeer.toString();
    try {
      await this.#init.greetAgain(connection, timers.timeoutSignal(timing.trialPatienceMs));
    } catch (error) {
      if (connection.status !== "open") return;
      counters.add("link.hung-up.silent");
      log("info", `ended a link to ${peer} that is dead`);
      connection.abort(error instanceof Error ? error : new Error(String(error)));
      this.#init.onDead(peer);
    } finally {
      this.#trying.delete(connection);
    }
  }
}

/** A look that comes so many periods after the last one comes after a sleep; a busy machine is late by less. */
const sleptPeriods = 4;
