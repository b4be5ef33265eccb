/** Serves the sync protocol: answers what is asked, one request at a time, and keeps nothing between them. */
import { type AuthorId, GrapevineError, type RecordId } from "@grapevine/core";
import type { Connection, Stream } from "@libp2p/interface";
import type { Counters } from "./counters.ts";
import { frameStream } from "./frame-stream.ts";
import { frameBudgetBytes, maxFrameBytes, maxKeysPerPage, syncFrameTimeoutMs } from "./network-limits.ts";
import type { SyncRecords } from "./network-types.ts";
import {
  fromWireKey,
  type KeysReply,
  type RecordsReply,
  type SummaryReply,
  type SyncRequest,
  summarise,
  syncRequest,
  toWireKey,
  type WireKey,
} from "./sync-protocol.ts";

export interface SyncServerComponents {
  readonly records: SyncRecords;
  readonly counters: Counters;
  /** Resolves when the peer at the other end has greeted. */
  greeted(connection: Connection): Promise<unknown>;
}

export class SyncServer {
  readonly #components: SyncServerComponents;
  /** One at a time a peer. */
  readonly #serving = new Set<AuthorId>();

  constructor(components: SyncServerComponents) {
    this.#components = components;
  }

  /** The handler of the protocol. Ends when the puller does, or after fifteen seconds of silence. */
  async serve(stream: Stream, connection: Connection): Promise<void> {
    const peer = connection.remotePeer.toString();
    if (this.#serving.has(peer)) {
      stream.abort(new Error("a sync with this peer is already being served"));
      return;
    }
    this.#serving.add(peer);
    try {
      await this.#components.greeted(connection);
      await this.#serveRequests(stream);
    } catch (error) {
      if (GrapevineError.is(error, "FRAME_INVALID")) this.#components.counters.add("sync.served.bad-request");
      stream.abort(error as Error);
    } finally {
      this.#serving.delete(peer);
    }
  }

  async #serveRequests(stream: Stream): Promise<never> {
    const frames = frameStream(stream, maxFrameBytes);
    // Ends by an error in any case: the puller's end of the stream, its silence, or a request that breaks the protocol.
    for (;;) {
      // The puller may store a page before it asks for the next; longer than this and it is gone.
      const request = await frames.read(syncRequest, AbortSignal.timeout(2 * syncFrameTimeoutMs));
      await frames.write(await this.#reply(request), AbortSignal.timeout(syncFrameTimeoutMs));
    }
  }

  async #reply(request: SyncRequest): Promise<SummaryReply | KeysReply | RecordsReply> {
    if (request.type === "summary") {
      const own = await summarise(this.#components.records);
      return { same: own.count === request.count && Buffer.compare(own.digest, request.digest) === 0, count: own.count };
    }
    return request.type === "keys" ? this.#keys(request) : this.#records(request.ids);
  }

  async #keys(request: SyncRequest & { type: "keys" }): Promise<KeysReply> {
    const keys: WireKey[] = [];
    const after = request.after === undefined ? undefined : fromWireKey(request.after);
    for await (const key of this.#components.records.recordKeys(after)) {
      if (keys.length === maxKeysPerPage) return { keys, more: true };
      keys.push(toWireKey(key));
    }
    return { keys, more: false };
  }

  async #records(ids: readonly RecordId[]): Promise<RecordsReply> {
    const frames: Uint8Array[] = [];
    let bytes = 0;
    let taken = 0;
    for (const id of ids) {
      const record = await this.#components.records.record(id);
      if (record !== undefined) {
        if (frames.length > 0 && bytes + record.frame.length > frameBudgetBytes) break;
        frames.push(record.frame);
        bytes += record.frame.length + 4;
      }
      taken++;
    }
    this.#components.counters.add("sync.served.records", frames.length);
    return { frames, taken };
  }
}
