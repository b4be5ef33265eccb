/** A host in a simulated network: offers what the network package asks of libp2p, and nothing else. */
import type { AuthorId, Identity } from "@grapevine/core";
import {
  type AbortOptions,
  type Connection,
  type Libp2pEvents,
  type PeerId,
  type Stream,
  type StreamHandler,
  type StreamHandlerOptions,
  TypedEventEmitter,
} from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { CODE_P2P, type Multiaddr } from "@multiformats/multiaddr";
import type { SimulatedConnection } from "./simulated-connection.ts";
import { SimulatedGossip } from "./simulated-gossip.ts";
import type { SimulatedNetwork } from "./simulated-network.ts";

export interface SimulatedHostInit {
  readonly identity: Identity;
  /** With whom it has no connections. */
  readonly isBlocked?: (peer: AuthorId) => boolean;
  /** Up and down. Default: 1 MB/s. */
  readonly bytesPerSecond?: number;
  /** On top of everybody's, one way. Default: none. */
  readonly extraLatencyMs?: number;
}

interface ServedProtocol {
  readonly handler: StreamHandler;
  readonly maxInboundStreams: number;
}

export class SimulatedHost extends TypedEventEmitter<Libp2pEvents> {
  readonly number: number;
  readonly author: AuthorId;
  readonly peerId: PeerId;
  readonly address: Multiaddr;
  readonly bytesPerSecond: number;
  readonly extraLatencyMs: number;
  readonly services: {
    readonly pubsub: SimulatedGossip;
    readonly ping: { readonly ping: (peer: PeerId | Multiaddr | Multiaddr[]) => Promise<number> };
  };
  readonly #network: SimulatedNetwork;
  readonly #isBlocked: (peer: AuthorId) => boolean;
  readonly #protocols = new Map<string, ServedProtocol>();
  readonly #connections = new Map<AuthorId, SimulatedConnection[]>();
  readonly #dialling = new Map<SimulatedHost, Promise<SimulatedConnection>>();
  #isRunning = false;

  constructor(network: SimulatedNetwork, number: number, address: Multiaddr, init: SimulatedHostInit) {
    super();
    this.#network = network;
    this.number = number;
    this.address = address;
    this.author = init.identity.author;
    this.peerId = peerIdFromString(init.identity.author);
    this.bytesPerSecond = init.bytesPerSecond ?? 1_000_000;
    this.extraLatencyMs = init.extraLatencyMs ?? 0;
    this.#isBlocked = init.isBlocked ?? (() => false);
    const pubsub = new SimulatedGossip({ network, peerId: this.peerId, connectionTo: (peer) => this.connections(peer)[0] });
    this.services = { pubsub, ping: { ping: (peer) => this.#ping(peer) } };
  }

  async start(): Promise<void> {
    this.#isRunning = true;
    this.services.pubsub.start();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    this.services.pubsub.stop();
    for (const connection of this.connections()) connection.end();
  }

  async handle(protocols: string | string[], handler: StreamHandler, options: StreamHandlerOptions = {}): Promise<void> {
    const { maxInboundStreams = 32 } = options;
    for (const protocol of [protocols].flat()) this.#protocols.set(protocol, { handler, maxInboundStreams });
  }

  handlerOf(protocol: string): ServedProtocol | undefined {
    return this.#protocols.get(protocol);
  }

  getMultiaddrs(): Multiaddr[] {
    return this.#isRunning ? [this.address] : [];
  }

  getConnections(peer?: PeerId): Connection[] {
    return this.connections(peer?.toString());
  }

  connections(peer?: AuthorId): SimulatedConnection[] {
    return peer === undefined ? [...this.#connections.values()].flat() : [...(this.#connections.get(peer) ?? [])];
  }

  async hangUp(peer: PeerId | Multiaddr): Promise<void> {
    for (const connection of this.connections(authorOf(peer))) connection.end();
  }

  async dialProtocol(
    target: PeerId | Multiaddr | Multiaddr[],
    protocols: string | string[],
    options: AbortOptions = {},
  ): Promise<Stream> {
    const connection = await this.dial(target, options);
    return connection.newStream(protocols, options);
  }

  /** The connection that there is, or a new one. */
  async dial(target: PeerId | Multiaddr | Multiaddr[], { signal }: AbortOptions = {}): Promise<Connection> {
    const host = this.#hostAt(target);
    const [existing] = host === undefined ? [] : this.connections(host.author);
    if (existing !== undefined) return existing;
    if (host === undefined || host === this || this.#isBlocked(host.author)) throw new Error("nobody is to be dialled there");
    const dialling = this.#dialling.get(host) ?? this.#establish(host, signal).finally(() => this.#dialling.delete(host));
    this.#dialling.set(host, dialling);
    return dialling;
  }

  closed(connection: SimulatedConnection): void {
    const peer = connection.remotePeer.toString();
    const rest = this.connections(peer).filter((other) => other !== connection);
    if (rest.length > 0) this.#connections.set(peer, rest);
    else this.#connections.delete(peer);
    this.safeDispatchEvent("connection:close", { detail: connection });
    if (rest.length > 0) return;
    this.services.pubsub.disconnected(peer);
    this.safeDispatchEvent("peer:disconnect", { detail: connection.remotePeer });
  }

  /** TCP's three messages, noise's three and the muxer's two: four times there and back. */
  async #establish(host: SimulatedHost, signal = new AbortController().signal): Promise<SimulatedConnection> {
    const { time } = this.#network;
    let retryMs = firstRetryMs;
    while (this.#network.isCut(this, host) || this.#network.isLost()) {
      await time.wait(retryMs, signal);
      retryMs *= 2;
    }
    await time.wait(2 * roundTrips * this.#network.latencyMs(this, host), signal);
    if (!this.#isRunning || !host.#isRunning || this.#network.isCut(this, host)) throw new Error("nobody answers");
    if (host.#isBlocked(this.author)) throw new Error("the other side ends the connection");
    const connection = this.#network.connect(this, host);
    host.#opened(connection.remote);
    this.#opened(connection);
    return connection;
  }

  #opened(connection: SimulatedConnection): void {
    const peer = connection.remotePeer.toString();
    const known = this.connections(peer);
    this.#connections.set(peer, [...known, connection]);
    this.safeDispatchEvent("connection:open", { detail: connection });
    if (known.length === 0) this.services.pubsub.connected(connection.remotePeer);
  }

  async #ping(peer: PeerId | Multiaddr | Multiaddr[]): Promise<number> {
    const [connection] = this.connections(authorOf(peer));
    if (connection === undefined) throw new Error("there is no connection");
    return await new Promise((resolve) => {
      const startMs = this.#network.time.now();
      const answered = (): void => resolve(this.#network.time.now() - startMs);
      connection.send(pingBytes, () => connection.remote.send(pingBytes, answered));
    });
  }

  #hostAt(target: PeerId | Multiaddr | Multiaddr[]): SimulatedHost | undefined {
    const targets = Array.isArray(target) ? target : [target];
    return targets.map((each) => this.#network.hostAt(authorOf(each) ?? each.toString())).find((host) => host !== undefined);
  }
}

/** TCP's wait for the answer to its first packet. */
const firstRetryMs = 1000;
const roundTrips = 4;
const pingBytes = 32;

function authorOf(target: PeerId | Multiaddr | Multiaddr[]): AuthorId | undefined {
  const [first] = [target].flat();
  if (first === undefined || !("getComponents" in first)) return first?.toString();
  return first.getComponents().findLast(({ code }) => code === CODE_P2P)?.value;
}
