/**
 * A peer that lies: it greets as it should, and then gossips what is no record, answers syncs with whatever comes to its mind, leads syncs of its own in the same way, and offers ids that
 * nobody has, or that it never sends. It listens, so that its lies are about records that there are.
 */
import { type Identity, recordIdOf } from "@grapevine/core";
import type { SimulatedHost, SimulatedNetwork } from "@grapevine/testing";
import { type GossipSub, TopicValidatorResult } from "@libp2p/gossipsub";
import type { Connection, Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { z } from "zod";
import { type FrameStream, frameStream } from "../../packages/network/src/frame-stream.ts";
import { maxFrameBytes } from "../../packages/network/src/network-limits.ts";
import { digestBytes } from "../../packages/network/src/range-sync/digest-sum.ts";
import { endBound } from "../../packages/network/src/range-sync/range-bound.ts";
import { RangeMessageWriter } from "../../packages/network/src/range-sync/range-message.ts";
import { digestOf } from "../../packages/network/src/range-sync/record-digest.ts";
import { packedFrames, pageReply } from "../../packages/network/src/record-pages.ts";
import { topicOf } from "../../packages/network/src/swarm-name.ts";
import { type SyncRequest, syncProtocol, syncRequest } from "../../packages/network/src/sync-protocol.ts";
import { simulatedSwarm } from "./simulated-peer.ts";

const helloProtocol = "/grapevine/hello/1";

export interface LiarInit {
  readonly identity: Identity;
  readonly network: SimulatedNetwork;
  /** Whom it dials. */
  readonly victims: readonly string[];
}

export class Liar {
  readonly host: SimulatedHost;
  readonly #init: LiarInit;
  /** Frames of records that it has heard, and of which it tells lies. */
  readonly #heard: Uint8Array[] = [];
  #stopped = false;

  constructor(init: LiarInit) {
    this.#init = init;
    this.host = init.network.createHost({ identity: init.identity });
  }

  async start(): Promise<void> {
    const { host } = this;
    await host.handle(helloProtocol, (stream) => this.#answerHello(stream));
    await host.handle(syncProtocol, (stream) => this.#answerSync(stream));
    host.addEventListener("connection:open", ({ detail }) => {
      if (detail.direction === "outbound") void this.#attempt(() => this.#greet(detail));
    });
    const pubsub: Pick<GossipSub, "topicValidators" | "subscribe"> = host.services.pubsub;
    pubsub.topicValidators.set(topicOf(simulatedSwarm), (_peer, { data }) => {
      this.#heard.push(data);
      return TopicValidatorResult.Accept;
    });
    await host.start();
    pubsub.subscribe(topicOf(simulatedSwarm));
    void this.#annoy();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.host.stop();
  }

  /** Every few seconds: dials somebody, pushes what is no record to everybody, and leads a sync. */
  async #annoy(): Promise<void> {
    const { network, victims } = this.#init;
    while (!this.#stopped) {
      await network.time.wait(1000 + 4000 * network.random());
      const victim = this.#one(victims);
      const signal = network.time.timeoutSignal(dialTimeoutMs);
      await this.#attempt(async () => {
        const connection = await this.host.dial(multiaddr(victim), { signal });
        for (const peer of new Set(this.host.connections().map(({ remotePeer }) => remotePeer.toString()))) {
          this.host.services.pubsub.send(peer, this.#badFrame());
        }
        await this.#lead(await connection.newStream(syncProtocol, { signal }));
      });
    }
  }

  async #greet(connection: Connection): Promise<void> {
    const signal = this.#patience();
    const stream = await connection.newStream(helloProtocol, { signal });
    await frameStream(stream, maxFrameBytes).write(this.#hello(), signal);
    await stream.close();
  }

  #answerHello(stream: Stream): void {
    void this.#attempt(async () => {
      const frames = frameStream(stream, maxFrameBytes);
      await frames.read(z.unknown(), this.#patience());
      await frames.write(this.#hello(), this.#patience());
      await stream.close();
    });
  }

  #hello(): unknown {
    return { v: 1, swarm: simulatedSwarm, name: "liar", addresses: [this.host.address.toString()] };
  }

  #answerSync(stream: Stream): void {
    void this.#attempt(async () => {
      const frames = frameStream(stream, maxFrameBytes);
      for (;;) {
        const request = await frames.read(syncRequest, this.#patience());
        // Silence until the other side has had enough.
        if (this.#init.network.random() < 0.1) return;
        const reply = this.#replyTo(request);
        await (reply instanceof Uint8Array ? frames.writeBytes(reply, this.#patience()) : frames.write(reply, this.#patience()));
      }
    });
  }

  async #lead(stream: Stream): Promise<void> {
    const frames: FrameStream = frameStream(stream, maxFrameBytes);
    const requests: SyncRequest[] = [
      { type: "summary", count: Math.floor(100 * this.#init.network.random()), sum: this.#bytes(32) },
      { type: "reconcile", message: this.#list() },
      { type: "offer", ids: Buffer.concat(this.#someIds()) },
      { type: "give", frames: packedFrames([this.#badFrame()]) },
    ];
    for (const request of requests) {
      await frames.write(request, this.#patience());
      await frames.read(z.unknown(), this.#patience());
    }
    stream.abort(new Error("it has lied enough"));
  }

  /** Another sum each time, lists of ids that nobody has, pages without records or with bad ones. */
  #replyTo(request: SyncRequest): unknown {
    const { random } = this.#init.network;
    if (random() < 0.1) return { nonsense: this.#bytes(16) };
    switch (request.type) {
      case "summary":
        return { count: Math.floor(1000 * random()), sum: this.#bytes(32) };
      case "reconcile":
        return { message: random() < 0.3 ? this.#bytes(64) : this.#list() };
      case "records":
        return random() < 0.5
          ? pageReply({ records: [], taken: request.ids.length / digestBytes })
          : pageReply({ records: [this.#badFrame()], taken: 1 });
      case "offer":
        return { wanted: random() < 0.5 ? new Uint8Array(0) : request.ids, later: random() < 0.5 };
      case "give":
        return { kept: 0 };
    }
  }

  /** Set reconciliation's word for: these are all there are. */
  #list(): Uint8Array {
    const writer = new RangeMessageWriter();
    writer.add({ upper: endBound, mode: "ids", digests: Buffer.concat(this.#someIds()) });
    return writer.finish();
  }

  #someIds(): Uint8Array[] {
    const { random } = this.#init.network;
    const anId = (): Uint8Array => {
      if (this.#heard.length === 0 || random() < 0.5) return this.#bytes(32);
      return digestOf(recordIdOf(this.#one(this.#heard).subarray(signatureBytes)));
    };
    const ids = Array.from({ length: 1 + Math.floor(8 * random()) }, anId);
    return [...new Map(ids.map((id) => [id.join(), id])).values()];
  }

  /** A record with one bit turned, or nothing at all. */
  #badFrame(): Uint8Array {
    const { random } = this.#init.network;
    if (this.#heard.length === 0 || random() < 0.2) return this.#bytes(200);
    const frame = Uint8Array.from(this.#one(this.#heard));
    const at = Math.floor(random() * frame.length);
    frame[at] = (frame[at] ?? 0) ^ (1 << Math.floor(8 * random()));
    return frame;
  }

  #bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => Math.floor(256 * this.#init.network.random()));
  }

  #one<Member>(members: readonly Member[]): Member {
    return members[Math.floor(this.#init.network.random() * members.length)] as Member;
  }

  #patience(): AbortSignal {
    return this.#init.network.time.timeoutSignal(dialTimeoutMs);
  }

  /** Whatever its victims throw at it. */
  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
}

const dialTimeoutMs = 10_000;
/** Of a frame, which a body follows. */
const signatureBytes = 64;
