/**
 * The network between simulated hosts: who can reach whom, how long it takes, and what is lost. Everything that is left to chance comes from one source.
 *
 * Streams run over something like TCP: a lost packet is sent again after 200 ms, then after twice as long each time, and what was sent after it waits. Gossiped records do
 * not have that luck here: the lost ones are lost, and each takes its own time, so that they overtake each other. That is harder than a real network, where gossip runs over TCP as
 * well and loses records where queues are full and connections break.
 */
import type { AuthorId } from "@grapevine/core";
import { multiaddr } from "@multiformats/multiaddr";
import { EventTrace } from "./event-trace.ts";
import { SimulatedConnection } from "./simulated-connection.ts";
import { SimulatedHost, type SimulatedHostInit } from "./simulated-host.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface SimulatedNetworkInit {
  readonly time: VirtualTime;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Share of packets, from 0 to 1. */
  readonly loss: number;
  /** One way; each pair of hosts has its own, evenly spread between the two. Milliseconds. */
  readonly leastLatencyMs: number;
  readonly mostLatencyMs: number;
}

export interface Traffic {
  bytesSent: number;
  bytesReceived: number;
}

export class SimulatedNetwork {
  readonly time: VirtualTime;
  readonly random: () => number;
  readonly trace: EventTrace = new EventTrace();
  readonly #init: SimulatedNetworkInit;
  /** By address and by peer id. */
  readonly #hosts = new Map<string, SimulatedHost>();
  readonly #latencies = new Map<string, number>();
  readonly #traffic = new Map<SimulatedHost["number"], Traffic>();
  /** The part of the network that each host is in, while it is in parts. */
  #parts: ReadonlyMap<AuthorId, number> = new Map();
  #partedAtMs = 0;
  #hostCount = 0;
  #connectionCount = 0;
  #loss: number;

  constructor(init: SimulatedNetworkInit) {
    this.#init = init;
    this.time = init.time;
    this.random = init.random;
    this.#loss = init.loss;
  }

  /** A host that does not run yet. One that takes the place of an earlier one of the same identity has its address. */
  createHost(init: SimulatedHostInit): SimulatedHost {
    const before = this.#hosts.get(init.identity.author);
    const number = before?.number ?? this.#hostCount++;
    const address = `/ip4/10.${number >>> 16}.${(number >>> 8) & 255}.${number & 255}/tcp/4001`;
    const host = new SimulatedHost(this, number, multiaddr(`${address}/p2p/${init.identity.author}`), init);
    this.#hosts.set(init.identity.author, host);
    this.#hosts.set(address, host);
    if (before === undefined) this.#traffic.set(number, { bytesSent: 0, bytesReceived: 0 });
    return host;
  }

  /** By peer id, or by an address without one. */
  hostAt(where: string): SimulatedHost | undefined {
    return this.#hosts.get(where);
  }

  trafficOf(host: SimulatedHost): Readonly<Traffic> {
    return this.#trafficOf(host);
  }

  /** Hosts in different parts do not reach each other any more. Their connections are found dead after 20 to 30 s of silence. */
  partition(parts: ReadonlyMap<AuthorId, number>): void {
    this.#parts = parts;
    this.#partedAtMs = this.time.now();
    for (const connection of this.#cutConnections()) {
      this.missed(() => {
        if (this.isCut(connection.host, connection.remote.host))
          connection.ended(new Error("nothing was heard of the other side"));
      });
    }
  }

  /** What TCP still holds arrives when it tries again: after as long as it was quiet, at most. */
  heal(): void {
    const cut = this.#cutConnections();
    const quietMs = this.time.now() - this.#partedAtMs;
    this.#parts = new Map();
    for (const connection of cut) this.time.after(this.random() * Math.min(quietMs, longestRetryMs), () => connection.release());
  }

  isCut(first: SimulatedHost, second: SimulatedHost): boolean {
    return this.#parts.size > 0 && this.#parts.get(first.author) !== this.#parts.get(second.author);
  }

  /** Calls when somebody has noticed that nothing is heard any more. */
  missed(call: () => void): void {
    this.time.after(silenceMs + this.random() * pingEveryMs, call);
  }

  connect(from: SimulatedHost, to: SimulatedHost): SimulatedConnection {
    const id = String(this.#connectionCount++);
    const side = (host: SimulatedHost, remote: SimulatedHost, direction: "inbound" | "outbound"): SimulatedConnection =>
      new SimulatedConnection({
        id,
        network: this,
        host,
        remotePeer: remote.peerId,
        remoteAddr: remote.address,
        direction,
      });
    const outbound = side(from, to, "outbound");
    const inbound = side(to, from, "inbound");
    SimulatedConnection.join(outbound, inbound);
    return outbound;
  }

  /** One way between two hosts, milliseconds: the same for as long as they live. */
  latencyMs(first: SimulatedHost, second: SimulatedHost): number {
    const [less, more] = first.number < second.number ? [first, second] : [second, first];
    const key = `${less.number} ${more.number}`;
    const known = this.#latencies.get(key);
    if (known !== undefined) return known;
    const { leastLatencyMs, mostLatencyMs } = this.#init;
    const latency =
      leastLatencyMs + this.random() * (mostLatencyMs - leastLatencyMs) + first.extraLatencyMs + second.extraLatencyMs;
    this.#latencies.set(key, latency);
    return latency;
  }

  isLost(): boolean {
    return this.random() < this.#loss;
  }

  /** Bytes of a stream: they arrive, after everything that was sent before on the same connection. */
  carry(connection: SimulatedConnection, bytes: number, deliver: () => void): void {
    const { host } = connection;
    const to = connection.remote.host;
    const nowMs = this.time.now();
    let delayMs = this.#wayMs(host, to);
    for (let retryMs = firstRetryMs; this.isLost() && retryMs <= longestRetryMs; retryMs *= 2) delayMs += retryMs;
    this.#count(host, to, bytes);
    this.time.after(connection.arrivalMs(nowMs, sendingMs(bytes, host, to), delayMs) - nowMs, () => {
      this.trace.add(this.time.now(), host.number, to.number, bytes);
      deliver();
    });
  }

  /** Something small that arrives by itself, or not at all. */
  scatter(connection: SimulatedConnection, bytes: number, deliver: () => void): void {
    const { host, remote } = connection;
    this.#count(host, remote.host, bytes);
    if (this.isLost()) return;
    this.time.after(this.#wayMs(host, remote.host) + sendingMs(bytes, host, remote.host), () => {
      if (remote.status !== "open" || this.isCut(host, remote.host)) return;
      this.trace.add(this.time.now(), host.number, remote.host.number, bytes);
      deliver();
    });
  }

  #wayMs(from: SimulatedHost, to: SimulatedHost): number {
    return this.latencyMs(from, to) * (1 + jitter * this.random());
  }

  #count(from: SimulatedHost, to: SimulatedHost, bytes: number): void {
    this.#trafficOf(from).bytesSent += bytes + envelopeBytes;
    this.#trafficOf(to).bytesReceived += bytes + envelopeBytes;
  }

  #trafficOf({ number }: SimulatedHost): Traffic {
    const traffic = this.#traffic.get(number);
    if (traffic === undefined) throw new Error(`there is no host ${number}`);
    return traffic;
  }

  #cutConnections(): SimulatedConnection[] {
    const hosts = new Set(this.#hosts.values());
    const connections = [...hosts].flatMap((host) => host.connections());
    return connections.filter(({ host, remote }) => this.isCut(host, remote.host));
  }
}

/** Of each message: noise's tag and length, and yamux's header. */
const envelopeBytes = 30;
/** A message takes up to so much longer than the shortest, as a share. */
const jitter = 0.5;
/** TCP's shortest wait before it sends again, and how long it is patient here. */
const firstRetryMs = 200;
const longestRetryMs = 16_000;
/** The host's own pings (see swarm-host.ts): how long one may take, and how often they are sent. */
const silenceMs = 20_000;
const pingEveryMs = 10_000;

function sendingMs(bytes: number, from: SimulatedHost, to: SimulatedHost): number {
  return (bytes / Math.min(from.bytesPerSecond, to.bytesPerSecond)) * 1000;
}
