/**
 * One of many that stand round a peer and mean to keep from it what others write. It greets, takes a place in the mesh and passes nothing on, and in syncs it tells the lie that all of them have
 * agreed upon. It knows all records that there are, as somebody does who is in the swarm himself.
 */
import type { Identity, SignedRecord } from "@grapevine/core";
import type { SimulatedHost, SimulatedNetwork } from "@grapevine/testing";
import { TopicValidatorResult } from "@libp2p/gossipsub";
import type { Connection, Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { z } from "zod";
import { type FrameStream, frameStream } from "../../packages/network/src/frame-stream.ts";
import { maxFrameBytes } from "../../packages/network/src/network-limits.ts";
import { digestBytes } from "../../packages/network/src/range-sync/digest-sum.ts";
import { endBound } from "../../packages/network/src/range-sync/range-bound.ts";
import { RangeMessageWriter } from "../../packages/network/src/range-sync/range-message.ts";
import { digestOf, idsIn } from "../../packages/network/src/range-sync/record-digest.ts";
import { packedFrames, pageReply } from "../../packages/network/src/record-pages.ts";
import { topicOf } from "../../packages/network/src/swarm-name.ts";
import {
  type OfferReply,
  offerReply,
  type SyncRequest,
  syncProtocol,
  syncRequest,
} from "../../packages/network/src/sync-protocol.ts";
import { simulatedSwarm } from "./simulated-peer.ts";

/**
 * - `in sync`: it has exactly what the victim has.
 * - `empty`: it has nothing, and wants what it is offered later.
 * - `promises`: it has all records there are and thousands that are not; none of them comes.
 * - `gone`: it has a few of the newest records, and says of them, just before the victim asks another, that they are gone.
 * - `slow`: as `promises`, each answer just before the victim gives up, with one true record in it.
 * - `wrong`: what it has was altered on the way.
 * - `crowd`: as `in sync` when it is asked; but it leads as many syncs as it can from the first moment on, offers everything, and gives one true record every few seconds.
 */
export const lies = ["in sync", "empty", "promises", "gone", "slow", "wrong", "crowd"] as const;
export type Lie = (typeof lies)[number];

export interface SybilInit {
  readonly identity: Identity;
  readonly network: SimulatedNetwork;
  readonly victim: string;
  readonly lie: Lie;
  /** Everything that was written so far. */
  readonly records: () => readonly SignedRecord[];
}

export class Sybil {
  readonly host: SimulatedHost;
  readonly #init: SybilInit;
  #stopped = false;

  constructor(init: SybilInit) {
    this.#init = init;
    this.host = init.network.createHost({ identity: init.identity });
  }

  async start(): Promise<void> {
    const { host } = this;
    await host.handle(syncProtocol, (stream) => void this.#attempt(() => this.#answer(stream)));
    host.services.pubsub.topicValidators.set(topicOf(simulatedSwarm), () => TopicValidatorResult.Ignore);
    await host.start();
    host.services.pubsub.subscribe(topicOf(simulatedSwarm));
    void this.#besiege();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.host.stop();
  }

  /** Comes again whenever it was hung up on. */
  async #besiege(): Promise<void> {
    const { lie, network, victim } = this.#init;
    while (!this.#stopped) {
      await this.#attempt(async () => {
        if (this.host.connections().length > 0) return;
        const connection = await this.host.dial(multiaddr(victim), { signal: this.#patience() });
        await this.#greet(connection);
        const leading = lie === "crowd" ? [1, 2, 3] : [];
        for (const _ of leading) void this.#leadOn(connection);
      });
      await network.time.wait(comeAgainMs);
    }
  }

  async #greet(connection: Connection): Promise<void> {
    const stream = await connection.newStream("/grapevine/hello/1", { signal: this.#patience() });
    await frameStream(stream, maxFrameBytes).write(
      { v: 1, swarm: simulatedSwarm, name: "sybil", addresses: [] },
      this.#patience(),
    );
    await stream.close();
  }

  async #leadOn(connection: Connection): Promise<void> {
    while (!this.#stopped && connection.status === "open") {
      await this.#attempt(async () => this.#lead(await connection.newStream(syncProtocol, { signal: this.#patience() })));
      await this.#init.network.time.wait(comeAgainMs);
    }
  }

  async #lead(stream: Stream): Promise<void> {
    const frames = frameStream(stream, maxFrameBytes);
    const { time } = this.#init.network;
    for (;;) {
      const offer: SyncRequest = { type: "offer", ids: Buffer.concat(this.#digests()) };
      const { wanted } = await this.#ask(frames, offer, offerReply);
      for (const frame of this.#framesOf(wanted)) {
        await time.wait(dripMs);
        await this.#ask(frames, { type: "give", frames: packedFrames([frame]) }, z.unknown());
      }
      await time.wait(dripMs);
    }
  }

  async #ask<Reply>(frames: FrameStream, request: SyncRequest, schema: z.ZodType<Reply>): Promise<Reply> {
    await frames.write(request, this.#patience());
    return await frames.read(schema, this.#patience());
  }

  async #answer(stream: Stream): Promise<void> {
    const frames = frameStream(stream, maxFrameBytes);
    for (;;) {
      const request = await frames.read(syncRequest, this.#patience());
      if (this.#init.lie === "slow") await this.#init.network.time.wait(slowMs);
      if (this.#init.lie === "gone" && request.type === "records") await this.#init.network.time.wait(dripMs);
      const reply = this.#replyTo(request);
      await (reply instanceof Uint8Array ? frames.writeBytes(reply, this.#patience()) : frames.write(reply, this.#patience()));
    }
  }

  #replyTo(request: SyncRequest): unknown {
    const { lie } = this.#init;
    switch (request.type) {
      case "summary":
        if (lie === "in sync" || lie === "crowd") return { count: request.count, sum: request.sum };
        return lie === "empty" ? { count: 0, sum: new Uint8Array(32) } : { count: nonsenseCount, sum: this.#bytes(32) };
      case "reconcile":
        return { message: listOf(this.#listed()) };
      case "records":
        return this.#recordsReply(request.ids);
      case "offer":
        return { wanted: new Uint8Array(0), later: true } satisfies OfferReply;
      case "give":
        return { kept: 0 };
    }
  }

  #recordsReply(ids: Uint8Array): Uint8Array {
    const [frame] = this.#framesOf(ids);
    const { lie } = this.#init;
    if (lie === "promises" || lie === "gone" || frame === undefined)
      return pageReply({ records: [], taken: ids.length / digestBytes });
    return pageReply({ records: [lie === "wrong" ? altered(frame) : frame], taken: 1 });
  }

  #listed(): Uint8Array[] {
    const { lie } = this.#init;
    if (lie === "empty") return [];
    return lie === "gone" ? this.#digests().slice(-fewIds) : [...this.#digests(), ...this.#nonsense()];
  }

  #digests(): Uint8Array[] {
    return this.#init.records().map(({ id }) => digestOf(id));
  }

  #framesOf(packed: Uint8Array): Uint8Array[] {
    const ids = new Set(idsIn(packed));
    return this.#init.records().flatMap(({ id, frame }) => (ids.has(id) ? [frame] : []));
  }

  #nonsense(): Uint8Array[] {
    return Array.from({ length: nonsenseCount }, () => this.#bytes(32));
  }

  #bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => Math.floor(256 * this.#init.network.random()));
  }

  #patience(): AbortSignal {
    return this.#init.network.time.timeoutSignal(patienceMs);
  }

  /** Whatever its victim throws at it. */
  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
}

const comeAgainMs = 1000;
const patienceMs = 60_000;
/** Just before a claim ends, and before a frame's time is over. */
const dripMs = 4500;
const slowMs = 13_000;
/** As many as a peer is forgiven at once. */
const fewIds = 8;
/** About as many ids as a message of set reconciliation holds. */
const nonsenseCount = 1500;

/** Set reconciliation's word for: these are all there are. */
function listOf(digests: readonly Uint8Array[]): Uint8Array {
  const writer = new RangeMessageWriter();
  writer.add({ upper: endBound, mode: "ids", digests: Buffer.concat(digests) });
  return writer.finish();
}

function altered(frame: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(frame);
  copy[0] = (copy[0] ?? 0) ^ 1;
  return copy;
}
