/** All that a running network does to find peers, to be found, and to stay in touch through routers. */
import type { AuthorId, Clock, Timers } from "@grapevine/core";
import type { Connection } from "@libp2p/interface";
import type { Counters } from "../counters.ts";
import { exchangeRate, maxRatedKeys } from "../network-limits.ts";
import type { NetworkLog, PeerInfo } from "../network-types.ts";
import type { SwarmHost } from "../swarm-host.ts";
import { TokenBuckets } from "../token-buckets.ts";
import { Discovery } from "./discovery.ts";
import { connectionTo, pathOf } from "./paths.ts";
import { PeerExchangeServer, peerExchangeProtocol } from "./peer-exchange.ts";
import type { ReachParts } from "./reach-services.ts";
import type { Found, Path, Reachability, ReachInit } from "./reach-types.ts";
import { Arrivals, reachabilityOf } from "./reachability.ts";

export interface ReachComponents {
  readonly host: SwarmHost;
  readonly self: AuthorId;
  /** What libp2p was given for it; absent on a simulated host. */
  readonly parts: ReachParts | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: NetworkLog;
  readonly counters: Counters;
  readonly random: () => number;
  peers(): readonly PeerInfo[];
  greeted(connection: Connection): Promise<unknown>;
  isBlocked(peer: AuthorId): boolean;
  connect(addresses: readonly string[]): Promise<unknown>;
  /** A peer says that its addresses are others now. */
  onAddresses(peer: AuthorId, addresses: readonly string[]): void;
}

export class Reach {
  readonly #init: ReachInit;
  readonly #components: ReachComponents;
  readonly #arrivals = new Arrivals();
  readonly #discovery: Discovery;

  constructor(init: ReachInit, components: ReachComponents) {
    const { host, parts } = components;
    this.#init = init;
    this.#components = components;
    this.#discovery = new Discovery({
      ...components,
      lan: init.lan === true ? { call: async () => await parts?.lan()?.call() } : undefined,
      dht:
        init.dht === true
          ? {
              announce: async (signal) => await parts?.dht()?.announce(signal),
              find: async (signal) => (await parts?.dht()?.find(signal)) ?? [],
            }
          : undefined,
      exchanges: init.exchange === true,
      peers: () => components.peers(),
      connectionTo: (peer) => connectionTo(host, peer),
      isBlocked: (peer) => components.isBlocked(peer),
      connect: (addresses) => components.connect(addresses),
    });
  }

  async start(): Promise<void> {
    const { host } = this.#components;
    host.addEventListener("connection:close", ({ detail }) => this.#closed(detail));
    host.addEventListener("peer:update", ({ detail: { peer } }) => {
      this.#components.onAddresses(
        peer.id.toString(),
        peer.addresses.map(({ multiaddr }) => multiaddr.toString()),
      );
    });
    if (this.#init.exchange === true) await this.#serveExchange();
    this.#discovery.start();
  }

  /** The host listens now. */
  listens(): void {
    this.#components.parts?.own()?.tell();
  }

  stop(): void {
    this.#discovery.stop();
  }

  /** A peer of the swarm has greeted over the connection. */
  met(connection: Connection): void {
    this.#arrivals.greeted(connection);
    this.#discovery.met(connection.remotePeer.toString());
  }

  found(found: Found): void {
    this.#discovery.found(found, "lan");
  }

  /** Waits for the greeting of a peer that is connected; false when there is none. */
  async hasGreeted(peer: AuthorId): Promise<boolean> {
    const connection = connectionTo(this.#components.host, peer);
    if (connection === undefined) return false;
    return await this.#components.greeted(connection).then(
      () => true,
      () => false,
    );
  }

  pathTo(peer: AuthorId): Path | undefined {
    const connection = connectionTo(this.#components.host, peer);
    return connection === undefined ? undefined : pathOf(connection.remoteAddr);
  }

  /** Where this machine itself listens; none on a simulated host, which never moves. */
  machineAddresses(): string[] {
    return this.#components.parts?.own()?.ofMachine() ?? [];
  }

  /**
   * Sees to it that gossip has a stream to a peer that has greeted; does nothing where it has one. gossipsub opens one only when a peer comes, not when a second
   * connection to it outlives the first, and a stream of its may break alone.
   */
  speakTo(peer: AuthorId): void {
    const { host } = this.#components;
    const connection = connectionTo(host, peer);
    if (connection !== undefined) host.services.pubsub.onPeerConnected?.(connection.remotePeer, connection);
  }

  reachability(): Reachability {
    const { host, parts } = this.#components;
    const addresses = host.getMultiaddrs().map(String);
    return reachabilityOf({ addresses, tried: parts?.own()?.tried() ?? [], arrivals: this.#arrivals });
  }

  /**
   * Gossip's streams end with the connection that they are on, though the peer may be connected by another one. After a relayed connection, which makes way for a
   * direct one on both sides at once, gossipsub is told that the peer went and came; after another, which the peer may have given up long before, only that it came, since
   * its own stream is on the new one.
   */
  #closed(closed: Connection): void {
    const { host } = this.#components;
    const other = connectionTo(host, closed.remotePeer.toString());
    if (other === undefined) return;
    // Gossip is for those who have greeted, on whichever link.
    this.#components.greeted(other).then(
      () => {
        if (closed.limits !== undefined) {
          this.#components.counters.add("link.moved");
          host.services.pubsub.onPeerDisconnected?.(closed.remotePeer);
        }
        host.services.pubsub.onPeerConnected?.(closed.remotePeer, other);
      },
      () => undefined, // the greeter has reported it, and ends the link
    );
  }

  async #serveExchange(): Promise<void> {
    const { host, clock, timers, random } = this.#components;
    const buckets = new TokenBuckets({ perSecond: exchangeRate.perMinute / 60, burst: exchangeRate.burst }, maxRatedKeys, clock);
    const server = new PeerExchangeServer({
      timers,
      random,
      peers: () => this.#components.peers(),
      greeted: (connection) => this.#components.greeted(connection),
      mayAsk: (peer) => buckets.take(peer),
    });
    const limits = { maxInboundStreams: 1, runOnLimitedConnection: true };
    await host.handle(peerExchangeProtocol, (stream, connection) => server.serve(stream, connection), limits);
  }
}
