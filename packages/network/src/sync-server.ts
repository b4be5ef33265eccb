/** The other side of a sync, which a peer leads: answers what is asked, one request at a time, and takes what it wants of what is offered. */
import { type AuthorId, GrapevineError, type RecordId } from "@grapevine/core";
import type { Connection, Stream } from "@libp2p/interface";
import type { Counters } from "./counters.ts";
import { type FrameStream, frameStream } from "./frame-stream.ts";
import {
  maxFrameBytes,
  maxRatedKeys,
  maxReconcileBytes,
  maxSyncRounds,
  offerRate,
  reconcileRate,
  reconcileWaitMs,
  syncFrameTimeoutMs,
  syncSessionTimeoutMs,
} from "./network-limits.ts";
import type { SyncRecords } from "./network-types.ts";
import { Patience } from "./patience.ts";
import type { LiveRecordSet } from "./range-sync/live-record-set.ts";
import { answerReconciliation } from "./range-sync/range-reconciler.ts";
import { idsIn, packedDigests } from "./range-sync/record-digest.ts";
import type { RecordSet } from "./range-sync/record-set.ts";
import { RecordIntake, type RecordIntakeComponents } from "./record-intake.ts";
import { badPage, framesIn, pageOf, pageReply } from "./record-pages.ts";
import {
  type GiveReply,
  type OfferReply,
  type ReconcileReply,
  type SyncReply,
  type SyncRequest,
  syncRequest,
} from "./sync-protocol.ts";
import { TokenBuckets } from "./token-buckets.ts";

export interface SyncServerComponents extends RecordIntakeComponents {
  readonly records: SyncRecords;
  readonly recordSet: LiveRecordSet;
  readonly counters: Counters;
  /** Resolves when the peer at the other end has greeted. */
  greeted(connection: Connection): Promise<unknown>;
}

export class SyncServer {
  readonly #components: SyncServerComponents;
  readonly #rates: Rates;
  /** One at a time a peer. */
  readonly #serving = new Set<AuthorId>();

  constructor(components: SyncServerComponents) {
    this.#components = components;
    this.#rates = {
      offers: new TokenBuckets(offerRate, maxRatedKeys, components.clock),
      messages: new TokenBuckets(reconcileRate, maxRatedKeys, components.clock),
    };
  }

  /** The handler of the protocol. Ends when the leader does, after silence, or when its time is over. */
  async serve(stream: Stream, connection: Connection): Promise<void> {
    const peer = connection.remotePeer.toString();
    if (this.#serving.has(peer)) {
      stream.abort(new Error("a sync with this peer is already being served"));
      return;
    }
    this.#serving.add(peer);
    const served = new ServedSync(peer, this.#components, this.#rates);
    try {
      await this.#components.greeted(connection);
      await served.run(frameStream(stream, maxFrameBytes));
    } catch (error) {
      if (GrapevineError.is(error, "FRAME_INVALID")) this.#components.counters.add("sync.served.bad-request");
      stream.abort(error as Error);
    } finally {
      served.release();
      this.#serving.delete(peer);
    }
  }
}

/** By peer. */
interface Rates {
  readonly offers: TokenBuckets;
  readonly messages: TokenBuckets;
}

class ServedSync {
  readonly #peer: AuthorId;
  readonly #components: SyncServerComponents;
  readonly #rates: Rates;
  readonly #intake: RecordIntake;
  readonly #patience: Patience;
  #set: RecordSet | undefined;
  #rounds = 0;
  /** Of the last offer: what was wanted and has not come. */
  #awaited = new Set<RecordId>();

  constructor(peer: AuthorId, components: SyncServerComponents, rates: Rates) {
    this.#peer = peer;
    this.#components = components;
    this.#rates = rates;
    this.#patience = new Patience({ timers: components.timers, sessionMs: syncSessionTimeoutMs });
    this.#intake = new RecordIntake(peer, components);
  }

  async run(frames: FrameStream): Promise<never> {
    // Ends by an error in any case: the leader's end of the stream, its silence, or a request that breaks the protocol.
    for (;;) {
      // The leader may store a page before it asks for the next; longer than this and it is gone.
      const request = await frames.read(syncRequest, this.#patience.forTurn(2 * syncFrameTimeoutMs));
      this.#patience.rest();
      const reply = await this.#reply(request);
      const signal = this.#patience.forTurn(syncFrameTimeoutMs);
      await (reply instanceof Uint8Array ? frames.writeBytes(reply, signal) : frames.write(reply, signal));
    }
  }

  release(): void {
    this.#patience.end();
    this.#intake.release();
  }

  async #reply(request: SyncRequest): Promise<SyncReply> {
    switch (request.type) {
      case "summary": {
        const set = await this.#currentSet();
        return { count: set.size, sum: set.sumBefore(set.size).toBytes() };
      }
      case "reconcile":
        return this.#reconcile(request.message);
      case "records": {
        const page = await pageOf(idsIn(request.ids), this.#components.records);
        this.#components.counters.add("sync.served.records", page.records.length);
        return pageReply(page);
      }
      case "offer":
        return this.#choose(idsIn(request.ids));
      case "give":
        return this.#take(framesIn(request.frames));
    }
  }

  async #reconcile(message: Uint8Array): Promise<ReconcileReply> {
    if (++this.#rounds > maxSyncRounds) throw badPage(`it has more than ${maxSyncRounds} rounds`);
    while (!this.#rates.messages.take(this.#peer)) {
      this.#components.counters.add("sync.served.delayed");
      await this.#components.timers.wait(reconcileWaitMs, this.#patience.signal);
    }
    const set = this.#set ?? (await this.#currentSet());
    return { message: answerReconciliation(set, message, maxReconcileBytes) };
  }

  async #choose(ids: readonly RecordId[]): Promise<OfferReply> {
    this.#intake.release();
    this.#intake.leftSome = false;
    const wanted = await this.#intake.want(ids);
    // The rate may refuse one and let the next pass, when time has gone on between them.
    this.#awaited = new Set(wanted.filter(() => this.#rates.offers.take(this.#peer)));
    const left = wanted.filter((id) => !this.#awaited.has(id));
    this.#intake.leave(left);
    return { wanted: packedDigests([...this.#awaited]), later: this.#intake.leftSome || left.length > 0 };
  }

  async #take(frames: readonly Uint8Array[]): Promise<GiveReply> {
    const records = await this.#intake.check(frames, this.#awaited);
    await this.#intake.store(records);
    return { kept: records.length };
  }

  async #currentSet(): Promise<RecordSet> {
    this.#set = await this.#components.recordSet.current();
    return this.#set;
  }
}
