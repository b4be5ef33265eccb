/**
 * `/grapevine/sync/1`: anti-entropy. One side pulls, the other serves; each side of a connection opens a stream of its own to
 * pull.
 *
 * The puller sends requests and reads one reply to each, in this order:
 *
 * 1. `summary {count, digest}`: how many records it has and the sha2-256 over their ids, in order. The reply says whether the
 *    server's are the same. If so, that was all.
 * 2. `keys {after?}`: the reply is a page of at most 2,000 `[id, createdAt, type]`, strictly ascending by (createdAt, id), and
 *    whether there are more. The puller drops the ids that it knows, be it as stored, refused or forgotten.
 * 3. `records {ids}`: the reply holds frames for a first part of the ids, as many as fit into 240 KiB, and how many ids that part
 *    has; ids that are no longer there are passed over. The puller asks on for the rest, then for the next page of keys.
 *
 * Back-pressure is by asking: nothing comes that was not asked for, and the next page is asked for while the last is stored, so
 * that never more than two pages are in memory. Every record passes the same checks as gossip; one that no honest peer would
 * hold, or that was not asked for, ends the sync. A cut costs nothing but time, since the next sync asks only for what is still
 * unknown. Records that came this way are not gossiped again.
 *
 * Guaranteed: when a sync ends as `done`, everything that the server listed is known here, or was ignored with a reason. Not
 * guaranteed: that the server listed all that it has (it may withhold), or that records which came in below the page already read
 * are seen before the next sync.
 */
import { createHash } from "node:crypto";
import { isRecordId, type RecordId, type RecordKey, type RecordType } from "@grapevine/core";
import { z } from "zod";
import { maxIdsPerRequest, maxKeysPerPage } from "./network-limits.ts";
import type { SyncRecords } from "./network-types.ts";

export const syncProtocol = "/grapevine/sync/1";

export interface SyncSummary {
  readonly count: number;
  /** sha2-256 over the ids' texts, in the order of `recordKeys`. */
  readonly digest: Uint8Array;
}

/** Reads every key once: about 1 µs a record besides the store. */
export async function summarise(records: SyncRecords): Promise<SyncSummary> {
  const hash = createHash("sha256");
  let count = 0;
  for await (const { id } of records.recordKeys()) {
    hash.update(id);
    count++;
  }
  return { count, digest: hash.digest() };
}

/** Is the key behind the other in the order of pages? */
export function follows(key: RecordKey, other: RecordKey): boolean {
  return key.createdAt === other.createdAt ? key.id > other.id : key.createdAt > other.createdAt;
}

/** Id, createdAt, type. */
export type WireKey = [RecordId, number, RecordType];

const recordId = z.string().refine(isRecordId);
const whole = z.int().nonnegative();
const wireKey = z.tuple([recordId, whole, z.enum(["lesson", "attestation", "retraction", "rotation"])]);

export function toWireKey(key: RecordKey): WireKey {
  return [key.id, key.createdAt, key.type];
}

export function fromWireKey([id, createdAt, type]: WireKey): RecordKey {
  return { id, createdAt, type };
}

export type SyncRequest =
  | { readonly type: "summary"; readonly count: number; readonly digest: Uint8Array }
  | { readonly type: "keys"; readonly after?: WireKey | undefined }
  | { readonly type: "records"; readonly ids: readonly RecordId[] };

export const syncRequest: z.ZodType<SyncRequest> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("summary"), count: whole, digest: z.instanceof(Uint8Array).refine((bytes) => bytes.length === 32) }),
  z.object({ type: z.literal("keys"), after: wireKey.optional() }),
  z.object({ type: z.literal("records"), ids: z.array(recordId).min(1).max(maxIdsPerRequest) }),
]);

export interface SummaryReply {
  readonly same: boolean;
  readonly count: number;
}
export const summaryReply: z.ZodType<SummaryReply> = z.object({ same: z.boolean(), count: whole });

export interface KeysReply {
  readonly keys: readonly WireKey[];
  readonly more: boolean;
}
export const keysReply: z.ZodType<KeysReply> = z.object({ keys: z.array(wireKey).max(maxKeysPerPage), more: z.boolean() });

export interface RecordsReply {
  readonly frames: readonly Uint8Array[];
  /** Ids of the request, from its first, that this reply has dealt with. */
  readonly taken: number;
}
export const recordsReply: z.ZodType<RecordsReply> = z.object({
  frames: z.array(z.instanceof(Uint8Array)).max(maxIdsPerRequest),
  taken: z.int().min(1).max(maxIdsPerRequest),
});
