/** One pull by the sync protocol, from a peer that has greeted. */
import {
  type AuthorId,
  type Clock,
  GrapevineError,
  messageOf,
  type RecordId,
  type RecordKey,
  type SignedRecord,
} from "@grapevine/core";
import { peerIdFromString } from "@libp2p/peer-id";
import type { z } from "zod";
import type { Counters } from "./counters.ts";
import { networkErrors } from "./errors.ts";
import { type FrameStream, frameStream } from "./frame-stream.ts";
import { maxFrameBytes, maxIdsPerRequest, recordsPerTurn, syncFrameTimeoutMs, syncSessionTimeoutMs } from "./network-limits.ts";
import type { NetworkLog, SyncRecords, SyncReport } from "./network-types.ts";
import type { RecordGate } from "./record-gate.ts";
import type { SwarmHost } from "./swarm-host.ts";
import {
  follows,
  fromWireKey,
  keysReply,
  recordsReply,
  type SyncRequest,
  summarise,
  summaryReply,
  syncProtocol,
  toWireKey,
} from "./sync-protocol.ts";

export interface SyncPullComponents {
  readonly host: SwarmHost;
  readonly clock: Clock;
  readonly log: NetworkLog;
  readonly counters: Counters;
  readonly records: SyncRecords;
  readonly gate: RecordGate;
  receive(records: readonly SignedRecord[], from: AuthorId): Promise<void>;
  /** Ids that some pull of this node is fetching, so that several peers are not asked for the same bodies. */
  readonly claimed: Set<RecordId>;
}

/** Never throws: how it ended is in the report. */
export async function pullFrom(peer: AuthorId, components: SyncPullComponents, stopped: AbortSignal): Promise<SyncReport> {
  const pull = new SyncPull(peer, components, AbortSignal.any([stopped, AbortSignal.timeout(syncSessionTimeoutMs)]));
  const startedAt = components.clock.now();
  const ended = await pull.run();
  components.counters.add(`sync.ended.${ended}`);
  const at = components.clock.now();
  return { at, ms: at - startedAt, received: pull.received, ignored: pull.ignored, ended };
}

class SyncPull {
  received = 0;
  ignored = 0;
  readonly #peer: AuthorId;
  readonly #components: SyncPullComponents;
  readonly #session: AbortSignal;
  readonly #claims = new Set<RecordId>();
  /** Was something left to another pull? */
  #leftSome = false;

  constructor(peer: AuthorId, components: SyncPullComponents, session: AbortSignal) {
    this.#peer = peer;
    this.#components = components;
    this.#session = session;
  }

  async run(): Promise<SyncReport["ended"]> {
    try {
      await this.#exchangeAll();
      return this.#leftSome ? "partial" : "done";
    } catch (error) {
      this.#components.log("debug", `the sync with ${this.#peer} broke off: ${messageOf(error)}`);
      if (GrapevineError.is(error, "FRAME_INVALID")) return "bad-page";
      return isTimeout(error) || this.#session.aborted ? "timed-out" : "cut";
    } finally {
      for (const id of this.#claims) this.#components.claimed.delete(id);
    }
  }

  async #exchangeAll(): Promise<void> {
    const stream = await this.#components.host.dialProtocol(peerIdFromString(this.#peer), syncProtocol, { signal: this.#turn() });
    try {
      const frames = frameStream(stream, maxFrameBytes);
      await this.#pullAll(frames);
      await stream.close({ signal: this.#turn() });
    } catch (error) {
      stream.abort(error as Error);
      throw error;
    }
  }

  async #pullAll(frames: FrameStream): Promise<void> {
    const own = await summarise(this.#components.records);
    const { same, count } = await this.#ask(frames, { type: "summary", ...own }, summaryReply);
    if (same || count === 0) return;
    let after: RecordKey | undefined;
    let more = true;
    while (more) {
      const page = await this.#ask(frames, { type: "keys", after: after && toWireKey(after) }, keysReply);
      const keys = page.keys.map(fromWireKey);
      for (const key of keys) {
        if (after !== undefined && !follows(key, after)) throw badPage("its keys are not in order");
        after = key;
      }
      if (page.more && keys.length === 0) throw badPage("an empty page of keys says that there are more");
      await this.#fetch(frames, await this.#wanted(keys));
      more = page.more;
    }
  }

  async #wanted(keys: readonly RecordKey[]): Promise<RecordId[]> {
    const known = await this.#components.records.knows(keys.map((key) => key.id));
    const wanted: RecordId[] = [];
    keys.forEach(({ id }, index) => {
      if (known[index] === true) return;
      if (this.#components.claimed.has(id)) {
        this.#leftSome = true;
        return;
      }
      this.#components.claimed.add(id);
      this.#claims.add(id);
      wanted.push(id);
    });
    return wanted;
  }

  /** Asks for the next page while the last one is stored. */
  async #fetch(frames: FrameStream, wanted: readonly RecordId[]): Promise<void> {
    let rest = wanted;
    let checked: SignedRecord[] = [];
    while (rest.length > 0) {
      const ids = rest.slice(0, maxIdsPerRequest);
      const [page] = await Promise.all([this.#ask(frames, { type: "records", ids }, recordsReply), this.#store(checked)]);
      if (page.taken > ids.length || page.frames.length > page.taken) throw badPage("it answers more than was asked");
      checked = await this.#check(page.frames, new Set(ids.slice(0, page.taken)));
      rest = rest.slice(page.taken);
    }
    await this.#store(checked);
  }

  /** In turns, since a page of signatures would hold up everything else for a tenth of a second. */
  async #check(frames: readonly Uint8Array[], asked: Set<RecordId>): Promise<SignedRecord[]> {
    const records: SignedRecord[] = [];
    for (const [index, frame] of frames.entries()) {
      if (index % recordsPerTurn === recordsPerTurn - 1) await new Promise<void>((resolve) => setImmediate(resolve));
      const result = this.#components.gate.check(frame, this.#peer, "sync");
      if (result.verdict === "reject") throw badPage(`a record was rejected: ${result.reason}`);
      if (result.verdict === "ignore") this.ignored++;
      else if (asked.delete(result.record.id)) records.push(result.record);
      else throw badPage("it sent a record that was not asked for");
    }
    return records;
  }

  async #store(records: readonly SignedRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#components.receive(records, this.#peer);
    this.received += records.length;
  }

  async #ask<Reply>(frames: FrameStream, request: SyncRequest, schema: z.ZodType<Reply>): Promise<Reply> {
    const signal = this.#turn();
    await frames.write(request, signal);
    return frames.read(schema, signal);
  }

  #turn(): AbortSignal {
    return AbortSignal.any([this.#session, AbortSignal.timeout(syncFrameTimeoutMs)]);
  }
}

function badPage(what: string): Error {
  return networkErrors.create("FRAME_INVALID", `a page of the sync is wrong: ${what}`);
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
}
