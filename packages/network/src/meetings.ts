/** Peers as they come, say where they are, and go: who is connected, who is to be dialled again, and what is begun with whom. */
import { type AuthorId, type Clock, messageOf, type Timers } from "@grapevine/core";
import type { Connection } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { isAddress, ownAddresses, parseAddress, peerOfAddress, withPeer } from "./addresses.ts";
import type { Counters } from "./counters.ts";
import type { GossipGaps } from "./gossip-gaps.ts";
import type { Hello } from "./hello-protocol.ts";
import { dialTimeoutMs } from "./network-limits.ts";
import type { KnownPeer, MetPeer, NetworkInit, NetworkLog } from "./network-types.ts";
import type { PeerTable } from "./peer-table.ts";
import { widestFirst } from "./reach/paths.ts";
import type { Redialer } from "./redialer.ts";
import type { SwarmHost } from "./swarm-host.ts";
import type { SyncScheduler } from "./sync-scheduler.ts";

export interface MeetingsInit {
  readonly host: SwarmHost;
  readonly peers: PeerTable;
  readonly redialer: Redialer;
  readonly syncs: () => Pick<SyncScheduler, "request" | "requestLater" | "forget">;
  readonly gaps: Pick<GossipGaps, "forget">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly counters: Counters;
  readonly log: NetworkLog;
  /** Ends what is being measured. */
  readonly stopping: AbortSignal;
  /** A connection has greeted. */
  readonly onMet: (connection: Connection) => void;
  /** One more connection to a peer has. */
  readonly onOtherLink: (connection: Connection) => void;
  readonly onKnownPeer?: ((peer: MetPeer) => void) | undefined;
}

export class Meetings {
  readonly #init: MeetingsInit;

  constructor(init: MeetingsInit) {
    this.#init = init;
  }

  /** A list that holds this node itself is no mistake: lists are shared. */
  remember({ identity, knownPeers = [], bootstrap = [] }: Pick<NetworkInit, "identity" | "knownPeers" | "bootstrap">): void {
    const own = identity.author;
    for (const known of knownPeers) {
      if (known.peerId === own) continue;
      this.#init.redialer.met(known);
      if (known.named === true) this.#init.redialer.name(known.addresses);
    }
    this.#init.redialer.name(bootstrap.filter((address) => peerOfAddress(parseAddress(address)) !== own));
  }

  greeted(hello: Hello, connection: Connection): void {
    const { peerId } = hello;
    const before = this.#init.peers.get(peerId);
    // An outbound connection proves its address, whatever the peer says of itself.
    const proven = connection.direction === "outbound" ? [withPeer(connection.remoteAddr, peerId).toString()] : [];
    const addresses = [...new Set([...proven, ...hello.addresses])];
    this.#init.onMet(connection);
    const since = before ?? { direction: connection.direction, connectedSince: this.#init.clock.now() };
    this.#init.peers.set({ ...since, ...hello, addresses });
    this.#met(peerId, addresses);
    if (before !== undefined) {
      this.#init.onOtherLink(connection);
      return;
    }
    this.#init.log("info", `connected to ${hello.name ?? peerId}`, { peerId, direction: connection.direction });
    if (connection.direction === "outbound") this.#init.syncs().request(peerId);
    else this.#init.syncs().requestLater(peerId);
    if (connection.limits === undefined) void this.#measureRoundTrip(peerId);
  }

  /** Addresses come and go: of a relay, of another network. What a peer says of itself is kept only as long as it is connected. */
  moved(peer: AuthorId, texts: readonly string[]): void {
    const addresses = ownAddresses(widestFirst(texts.filter(isAddress)), peer);
    const known = this.#init.peers.get(peer);
    if (known === undefined || addresses.length === 0 || addresses.join() === known.addresses.join()) return;
    this.#init.peers.update(peer, { addresses });
    this.#met(peer, addresses);
  }

  /** The user named a peer that is connected. */
  named({ peerId, addresses }: KnownPeer): void {
    this.#init.redialer.name(addresses);
    this.#met(peerId, addresses);
  }

  /** Whoever was forgotten, as one that is being hung up, is not remembered for being there. */
  isStillThere(peer: AuthorId): void {
    const info = this.#init.peers.get(peer);
    if (info !== undefined && this.#init.redialer.knows(peer)) this.#met(peer, info.addresses);
  }

  refused(peer: AuthorId, reason: string): void {
    this.#init.counters.add("hello.refused");
    this.#init.log("info", reason, { peerId: peer });
  }

  lost(peer: AuthorId): void {
    this.isStillThere(peer); // until now
    this.#init.peers.remove(peer);
    this.#init.syncs().forget(peer);
    this.#init.gaps.forget(peer);
    this.#init.redialer.lost(peer);
  }

  /** It is there: to be dialled again when it is lost, now and after a restart. */
  #met(peerId: AuthorId, addresses: readonly string[]): void {
    this.#init.redialer.met({ peerId, addresses });
    this.#init.onKnownPeer?.({ peerId, addresses, named: this.#init.redialer.isNamed(peerId) });
  }

  /** A figure for people: when it fails there is none, and the connection's own monitor says whether the link is dead. */
  async #measureRoundTrip(peer: AuthorId): Promise<void> {
    const signal = AbortSignal.any([this.#init.stopping, this.#init.timers.timeoutSignal(dialTimeoutMs)]);
    try {
      const roundTripMs = await this.#init.host.services.ping.ping(peerIdFromString(peer), { signal });
      this.#init.peers.update(peer, { roundTripMs });
    } catch (error) {
      this.#init.log("debug", `no round trip of ${peer}: ${messageOf(error)}`);
    }
  }
}
