/**
 * `/grapevine/sync/3`: anti-entropy by range-based set reconciliation. Whoever opens the stream leads; what is found out serves both sides.
 *
 * The leader sends requests and reads one reply to each, in order. Ids are digests of 32 bytes, one after the other in one byte string; records come as pages, one byte string
 * each (`record-pages.ts`):
 *
 * 1. `summary {count, sum}`: how many records it passes on, and what their digests add up to modulo 2^256; the reply holds the other side's. If they are the same, or differ by
 *    what is settled (see below), that was all: one message each way.
 * 2. `reconcile {message}`: messages of negentropy protocol v1 (`range-sync/range-reconciler.ts`), at most 64 KiB each. Every reply tells the leader ids that only one of
 *    the two has. It deals with them before it sends the next message, so that never more than 2,000 wait.
 * 3. `records {ids}`: for ids that the leader lacks. The reply, which alone is no CBOR, says how many ids of a first part it deals with, and holds their records, as many as fit into
 *    240 KiB; ids that are no longer there are passed over. The leader asks on for the rest, and may have three such requests under way.
 * 4. `offer {ids}`: for ids that the other side lacks. The reply names those that it wants, and whether some are on their way to it from elsewhere.
 *    `give {frames}` brings them, in parts; it is answered when they are durable.
 *
 * Back-pressure is by asking: nothing comes that was not asked for, and pages are asked for while the last is checked and the one before it is stored, so that the wire is not idle. Every record passes the same checks as
 * gossip; one that no honest peer would hold, or that was not asked for, ends the sync. A cut costs nothing but time: what was got is kept and is no
 * difference any more. Records that came this way are not gossiped again.
 *
 * What is refused, forgotten, blocked or expired on one side, and retractions kept ahead of their lesson or given up as void, stay differences: neither side fetches what it knows to be
 * unwanted, and a retraction must reach whoever may get the lesson later, so nothing is left out of the sets. They are *settled* instead: when a whole
 * reconciliation has found nothing to move, the leader remembers by how much the two sums and counts differ. What both get afterwards, by gossip or otherwise, adds the same
 * to both sums, so that two peers which have met fall silent at one message each way, and stay so while the swarm goes on. After half an hour the differences
 * are looked at once more: minds change, and a sum may be made to collide.
 *
 * Guaranteed: when a sync ends as `done`, everything that either listed was known to the other, taken, or ignored with a reason. Not guaranteed: that the other side lists all
 * that it has (it may withhold), or that records which came in meanwhile are seen before the next sync.
 */
import { z } from "zod";
import { maxIdsPerRequest, maxReconcileBytes } from "./network-limits.ts";
import { digestBytes } from "./range-sync/digest-sum.ts";

export const syncProtocol = "/grapevine/sync/3";

/** How many records, and the sum of their digests: 32 bytes, little-endian. */
export interface SyncSummary {
  readonly count: number;
  readonly sum: Uint8Array;
}

const whole = z.int().nonnegative();
const bytes = z.instanceof(Uint8Array);
const bytes32 = bytes.refine(({ length }) => length === digestBytes);
/** Ids by their digests, packed (see range-sync/record-digest.ts). */
const ids = bytes.refine(({ length }) => length % digestBytes === 0 && length <= maxIdsPerRequest * digestBytes);
const someIds = ids.refine(({ length }) => length > 0);
const message = bytes.refine(({ length }) => length > 0 && length <= maxReconcileBytes);

export type SyncRequest =
  | ({ readonly type: "summary" } & SyncSummary)
  | { readonly type: "reconcile"; readonly message: Uint8Array }
  | { readonly type: "records"; readonly ids: Uint8Array }
  | { readonly type: "offer"; readonly ids: Uint8Array }
  | { readonly type: "give"; readonly frames: Uint8Array };

export const syncRequest: z.ZodType<SyncRequest> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("summary"), count: whole, sum: bytes32 }),
  z.object({ type: z.literal("reconcile"), message }),
  z.object({ type: z.literal("records"), ids: someIds }),
  z.object({ type: z.literal("offer"), ids: someIds }),
  z.object({ type: z.literal("give"), frames: bytes.refine(({ length }) => length > 0) }),
]);

export const summaryReply: z.ZodType<SyncSummary> = z.object({ count: whole, sum: bytes32 });

export interface ReconcileReply {
  readonly message: Uint8Array;
}
export const reconcileReply: z.ZodType<ReconcileReply> = z.object({ message });

export interface OfferReply {
  /** Some of the offered ids. */
  readonly wanted: Uint8Array;
  /** Are some of the others not wanted just now, but perhaps later? */
  readonly later: boolean;
}
export const offerReply: z.ZodType<OfferReply> = z.object({ wanted: ids, later: z.boolean() });

export interface GiveReply {
  /** Frames that passed the checks and are durable. */
  readonly kept: number;
}
export const giveReply: z.ZodType<GiveReply> = z.object({ kept: whole });

/** Bytes are the frame itself: the reply to `records`. */
export type SyncReply = SyncSummary | ReconcileReply | Uint8Array | OfferReply | GiveReply;
