/** One side of a connection between two simulated hosts: what is sent arrives, in order, unless the connection ends. */
import {
  type Connection,
  ConnectionClosedError,
  type Logger,
  type MessageStreamEvents,
  type MultiaddrConnectionTimeline,
  type NewStreamOptions,
  type PeerId,
  StreamCloseEvent,
  TypedEventEmitter,
  UnsupportedProtocolError,
} from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import type { SimulatedHost } from "./simulated-host.ts";
import type { SimulatedNetwork } from "./simulated-network.ts";
import { SimulatedStream, silent } from "./simulated-stream.ts";

export interface SimulatedConnectionInit {
  readonly id: string;
  readonly network: SimulatedNetwork;
  readonly host: SimulatedHost;
  readonly remotePeer: PeerId;
  readonly remoteAddr: Multiaddr;
  readonly direction: "inbound" | "outbound";
}

type ConnectionEvents = Omit<MessageStreamEvents, "drain" | "message" | "end">;

export class SimulatedConnection extends TypedEventEmitter<ConnectionEvents> implements Connection {
  readonly id: string;
  readonly remotePeer: PeerId;
  readonly remoteAddr: Multiaddr;
  readonly direction: "inbound" | "outbound";
  readonly direct = true;
  readonly log: Logger = silent;
  readonly timeline: MultiaddrConnectionTimeline;
  streams: SimulatedStream[] = [];
  status: Connection["status"] = "open";
  readonly host: SimulatedHost;
  readonly #network: SimulatedNetwork;
  #remote: SimulatedConnection | undefined;
  /** When the last thing that was sent arrives, and when the next may be sent: milliseconds. */
  #lastArrivalMs = 0;
  #freeAtMs = 0;
  /** Arrived while the hosts could not reach each other: TCP sends it again. */
  #held: (() => void)[] = [];
  /** Streams that wait for the other side's word. */
  readonly #opening = new Set<(error: Error) => void>();
  #streamCount = 0;

  constructor(init: SimulatedConnectionInit) {
    super();
    this.id = init.id;
    this.host = init.host;
    this.remotePeer = init.remotePeer;
    this.remoteAddr = init.remoteAddr;
    this.direction = init.direction;
    this.#network = init.network;
    this.timeline = { open: init.network.time.now() };
  }

  static join(first: SimulatedConnection, second: SimulatedConnection): void {
    first.#remote = second;
    second.#remote = first;
  }

  /** Milliseconds there and back. */
  get rtt(): number {
    return 2 * this.#network.latencyMs(this.host, this.remote.host);
  }

  get remote(): SimulatedConnection {
    if (this.#remote === undefined) throw new Error("a connection has two sides");
    return this.#remote;
  }

  /** One round trip settles the protocol. */
  newStream(protocols: string | string[], { signal }: NewStreamOptions = {}): Promise<SimulatedStream> {
    const protocol = typeof protocols === "string" ? protocols : (protocols[0] ?? "");
    return new Promise((resolve, reject) => {
      if (this.status !== "open") {
        reject(new ConnectionClosedError("the connection is closed"));
        return;
      }
      signal?.throwIfAborted();
      const stream = this.#createStream(protocol, "outbound");
      const settle = (): void => {
        this.#opening.delete(fail);
        signal?.removeEventListener("abort", onAbort);
      };
      const fail = (error: Error): void => {
        settle();
        stream.abort(error);
        reject(error);
      };
      const onAbort = (): void => fail(signal?.reason as Error);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#opening.add(fail);
      this.send(protocol.length + negotiationBytes, () => {
        const isServed = this.remote.#accept(stream);
        this.remote.send(protocol.length, () => {
          if (!this.#opening.has(fail)) return;
          if (!isServed) return fail(new UnsupportedProtocolError(`the other side does not speak ${protocol}`));
          settle();
          resolve(stream);
        });
      });
    });
  }

  async close(): Promise<void> {
    this.end();
  }

  abort(error: Error): void {
    this.end(error);
  }

  /** This side ends at once; the other one when it hears of it. */
  end(error?: Error): void {
    if (this.status !== "open") return;
    const { remote } = this;
    const tell = (): void => remote.ended(error && new Error("the other side ended the connection"));
    this.#network.carry(this, 0, () => {
      if (this.#network.isCut(this.host, remote.host)) this.#network.missed(tell);
      else tell();
    });
    this.ended(error);
  }

  /** This side learns that the connection is no more. */
  ended(error?: Error): void {
    if (this.status !== "open") return;
    this.status = "closed";
    this.timeline.close = this.#network.time.now();
    for (const fail of this.#opening) fail(new ConnectionClosedError("the connection has ended"));
    for (const stream of this.streams) stream.onTransportClosed(error ?? new ConnectionClosedError("the connection has ended"));
    this.#held = [];
    this.dispatchEvent(new StreamCloseEvent());
    this.host.closed(this);
  }

  /** Bytes that arrive after all that was sent before. */
  send(bytes: number, deliver: () => void): void {
    if (this.status === "open") this.#network.carry(this, bytes, () => this.#arrive(deliver));
  }

  /** When something of so many bytes arrives that leaves now and takes so long on the way, milliseconds. */
  arrivalMs(nowMs: number, sendingMs: number, delayMs: number): number {
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + sendingMs;
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, this.#freeAtMs + delayMs);
    return this.#lastArrivalMs;
  }

  /** The hosts can reach each other again. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const deliver of held) this.#arrive(deliver);
  }

  #arrive(deliver: () => void): void {
    if (this.remote.status !== "open") return;
    if (this.#network.isCut(this.host, this.remote.host) || this.#held.length > 0) this.#held.push(deliver);
    else deliver();
  }

  /** The other side has opened a stream. */
  #accept(opened: SimulatedStream): boolean {
    const served = this.host.handlerOf(opened.protocol);
    if (served === undefined) return false;
    const stream = this.#createStream(opened.protocol, "inbound");
    SimulatedStream.join(opened, stream);
    const same = this.streams.filter(({ direction, protocol }) => direction === "inbound" && protocol === opened.protocol);
    if (same.length > served.maxInboundStreams) stream.abort(new Error("too many streams of this protocol"));
    else void served.handler(stream, this);
    return true;
  }

  #createStream(protocol: string, direction: "inbound" | "outbound"): SimulatedStream {
    const stream = new SimulatedStream({ id: `${this.id}:${this.#streamCount++}`, protocol, direction, connection: this });
    this.streams.push(stream);
    stream.addEventListener("close", () => {
      this.streams = this.streams.filter((other) => other !== stream);
    });
    return stream;
  }
}

/** The protocol of the negotiation itself, and lengths. */
const negotiationBytes = 24;
