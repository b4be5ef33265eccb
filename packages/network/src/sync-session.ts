/** One sync that this node leads, with a peer that has greeted. */
import { type AuthorId, GrapevineError, messageOf, type RecordId } from "@grapevine/core";
import type { z } from "zod";
import type { Counters } from "./counters.ts";
import { type FrameStream, frameStream } from "./frame-stream.ts";
import {
  maxFrameBytes,
  maxIdsPerRequest,
  maxPagesUnderWay,
  maxReconcileBytes,
  maxSyncRounds,
  syncFrameTimeoutMs,
  syncSessionTimeoutMs,
} from "./network-limits.ts";
import type { NetworkLog, SyncRecords, SyncReport } from "./network-types.ts";
import { Patience } from "./patience.ts";
import { DigestSum } from "./range-sync/digest-sum.ts";
import type { LiveRecordSet } from "./range-sync/live-record-set.ts";
import { OpenRanges } from "./range-sync/open-ranges.ts";
import { beginReconciliation, continueReconciliation } from "./range-sync/range-reconciler.ts";
import { idsIn, packedDigests } from "./range-sync/record-digest.ts";
import type { RecordSet } from "./range-sync/record-set.ts";
import { connectionTo } from "./reach/paths.ts";
import { RecordIntake, type RecordIntakeComponents } from "./record-intake.ts";
import { badPage, packedFrames, pageOf, readPageReply } from "./record-pages.ts";
import type { Difference, Settlements } from "./settlements.ts";
import type { SwarmHost } from "./swarm-host.ts";
import {
  giveReply,
  offerReply,
  reconcileReply,
  type SyncRequest,
  type SyncSummary,
  summaryReply,
  syncProtocol,
} from "./sync-protocol.ts";

export interface SyncSessionComponents extends RecordIntakeComponents {
  readonly host: SwarmHost;
  readonly log: NetworkLog;
  readonly counters: Counters;
  readonly records: SyncRecords;
  readonly recordSet: LiveRecordSet;
  readonly settlements: Settlements;
}

/** Never throws: how it ended is in the report. */
export async function syncWith(peer: AuthorId, components: SyncSessionComponents, stopped: AbortSignal): Promise<SyncReport> {
  const patience = new Patience({ timers: components.timers, sessionMs: syncSessionTimeoutMs, stopped });
  const session = new SyncSession(peer, components, patience);
  const startedAt = components.clock.now();
  const ended = await session.run();
  patience.end();
  components.counters.add(`sync.ended.${ended}`);
  components.counters.add("sync.rounds", session.rounds);
  const at = components.clock.now();
  const { received, ignored } = session.intake;
  return { at, ms: at - startedAt, received, ignored, given: session.given, rounds: session.rounds, ended };
}

class SyncSession {
  readonly intake: RecordIntake;
  given = 0;
  rounds = 0;
  readonly #peer: AuthorId;
  readonly #components: SyncSessionComponents;
  readonly #patience: Patience;
  /** Does the peer want something later, or are we to go on later? */
  #unfinished = false;
  /** Was there something that the peer wanted? */
  #gaveSome = false;

  constructor(peer: AuthorId, components: SyncSessionComponents, patience: Patience) {
    this.intake = new RecordIntake(peer, components);
    this.#peer = peer;
    this.#components = components;
    this.#patience = patience;
  }

  async run(): Promise<SyncReport["ended"]> {
    try {
      await this.#exchangeAll();
      return this.intake.leftSome || this.#unfinished ? "partial" : "done";
    } catch (error) {
      this.#components.log("debug", `the sync with ${this.#peer} broke off: ${messageOf(error)}`);
      if (GrapevineError.is(error, "FRAME_INVALID")) return "bad-page";
      return isTimeout(error) || this.#patience.signal.aborted ? "timed-out" : "cut";
    } finally {
      this.intake.release();
    }
  }

  async #exchangeAll(): Promise<void> {
    const set = await this.#components.recordSet.current();
    const connection = connectionTo(this.#components.host, this.#peer);
    if (connection === undefined) throw new Error("there is no connection to the peer any more");
    const signal = this.#patience.forTurn(syncFrameTimeoutMs);
    const stream = await connection.newStream(syncProtocol, { signal, runOnLimitedConnection: true });
    try {
      const frames = frameStream(stream, maxFrameBytes);
      await this.#compare(frames, set);
      await stream.close({ signal: this.#patience.forTurn(syncFrameTimeoutMs) });
    } catch (error) {
      stream.abort(error as Error);
      throw error;
    }
  }

  async #compare(frames: FrameStream, set: RecordSet): Promise<void> {
    const { settlements } = this.#components;
    const own = { count: set.size, sum: set.sumBefore(set.size) };
    const theirs = await this.#ask(frames, { type: "summary", count: own.count, sum: own.sum.toBytes() }, summaryReply);
    const difference = { count: own.count - theirs.count, sum: own.sum.minus(sumOf(theirs)) };
    if (difference.count === 0 && difference.sum.equals(new DigestSum())) return;
    if (settlements.holds(this.#peer, difference)) return;
    const found = await this.#reconcile(frames, set);
    const isSettled = this.intake.asked === 0 && !this.#gaveSome && !this.intake.leftSome && !this.#unfinished;
    // Sets that changed meanwhile are compared anew the next time.
    if (isSettled && found.count === difference.count && found.sum.equals(difference.sum))
      settlements.remember(this.#peer, found);
  }

  /** Gives the difference that was found. */
  async #reconcile(frames: FrameStream, set: RecordSet): Promise<Difference> {
    const sum = new DigestSum();
    let count = 0;
    const open = new OpenRanges();
    let message: Uint8Array | undefined = beginReconciliation(set, maxReconcileBytes);
    for (; message !== undefined; this.rounds++) {
      if (this.rounds === maxSyncRounds) {
        this.#unfinished = true;
        break;
      }
      const reply = await this.#ask(frames, { type: "reconcile", message }, reconcileReply);
      this.#components.counters.add("sync.reconcile-bytes", message.length + reply.message.length);
      const { have, need, sum: found, message: next } = continueReconciliation(set, reply.message, maxReconcileBytes, open);
      sum.addSum(found);
      count += have.length - need.length;
      const wanted: RecordId[] = [];
      for (const page of pagesOf(need)) wanted.push(...(await this.intake.want(page)));
      await this.#fetch(frames, wanted);
      for (const page of pagesOf(have)) await this.#offer(frames, page);
      message = next;
    }
    return { count, sum };
  }

  /** Some pages are on their way here while the one before them is checked, and the one before that is stored. */
  async #fetch(frames: FrameStream, wanted: readonly RecordId[]): Promise<void> {
    /** What was asked for and not answered, in order. */
    const asked: (readonly RecordId[])[] = [];
    let rest = wanted;
    const askOn = async (): Promise<void> => {
      for (; asked.length < maxPagesUnderWay && rest.length > 0; rest = rest.slice(maxIdsPerRequest)) {
        const ids = rest.slice(0, maxIdsPerRequest);
        const request: SyncRequest = { type: "records", ids: packedDigests(ids) };
        await frames.write(request, this.#patience.forTurn(syncFrameTimeoutMs));
        asked.push(ids);
      }
      this.#patience.rest();
    };
    let storing: Promise<void> = Promise.resolve();
    try {
      await askOn();
      for (let ids = asked.shift(); ids !== undefined; ids = asked.shift()) {
        const reply = await frames.readBytes(this.#patience.forTurn(syncFrameTimeoutMs));
        this.#patience.rest();
        const { taken, records } = readPageReply(reply);
        if (taken > ids.length || records.length > taken) throw badPage("it answers more than was asked");
        rest = [...ids.slice(taken), ...rest];
        await askOn();
        const awaited = new Set(ids.slice(0, taken));
        const checked = await this.intake.check(records, awaited);
        // It has listed them, and they are gone there since.
        this.intake.miss(awaited);
        await storing;
        storing = seenLater(this.intake.store(checked));
      }
    } finally {
      await storing;
    }
  }

  async #offer(frames: FrameStream, ids: readonly RecordId[]): Promise<void> {
    const reply = await this.#ask(frames, { type: "offer", ids: packedDigests(ids) }, offerReply);
    if (reply.later) this.#unfinished = true;
    const offered = new Set(ids);
    let rest = idsIn(reply.wanted);
    if (!rest.every((id) => offered.delete(id))) throw badPage("it wants what was not offered");
    this.#gaveSome ||= rest.length > 0;
    while (rest.length > 0) {
      const page = await pageOf(rest.slice(0, maxIdsPerRequest), this.#components.records);
      rest = rest.slice(page.taken);
      if (page.records.length === 0) continue;
      this.given += (await this.#ask(frames, { type: "give", frames: packedFrames(page.records) }, giveReply)).kept;
    }
  }

  async #ask<Reply>(frames: FrameStream, request: SyncRequest, schema: z.ZodType<Reply>): Promise<Reply> {
    const signal = this.#patience.forTurn(syncFrameTimeoutMs);
    await frames.write(request, signal);
    const reply = await frames.read(schema, signal);
    this.#patience.rest();
    return reply;
  }
}

function sumOf(summary: SyncSummary): DigestSum {
  const sum = new DigestSum();
  sum.add(summary.sum);
  return sum;
}

function* pagesOf(ids: readonly RecordId[]): Generator<readonly RecordId[]> {
  for (let from = 0; from < ids.length; from += maxIdsPerRequest) yield ids.slice(from, from + maxIdsPerRequest);
}

/** It may fail before anybody waits for it; whoever does is told then, and where the sync has ended for another reason it is no news. */
function seenLater<T>(promise: Promise<T>): Promise<T> {
  void Promise.allSettled([promise]);
  return promise;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
}
