/** Sets of records for the tests of reconciliation. */
import { hash } from "node:crypto";
import { type RecordId, recordIdFromDigest } from "@grapevine/core";
import { OpenRanges } from "../../src/range-sync/open-ranges.ts";
import type { RangeItem } from "../../src/range-sync/range-bound.ts";
import { answerReconciliation, beginReconciliation, continueReconciliation } from "../../src/range-sync/range-reconciler.ts";
import { RecordSet } from "../../src/range-sync/record-set.ts";

/** The digest is a hash of the number: any two numbers give two records, whatever the dates. */
export function itemOf(number: number, createdAt: number): RangeItem {
  return { createdAt, digest: Uint8Array.from(hash("sha256", String(number), "buffer")) };
}

export function setOf(items: Iterable<RangeItem>): RecordSet {
  const set = new RecordSet();
  for (const item of items) set.add(item);
  return set;
}

export function idsOf(items: readonly RangeItem[]): RecordId[] {
  return items.map(({ digest }) => recordIdFromDigest(digest)).sort();
}

export interface Outcome {
  readonly have: readonly RecordId[];
  readonly need: readonly RecordId[];
  readonly rounds: number;
  /** Both ways. */
  readonly bytes: number;
  readonly longestMessage: number;
}

/** From the first message to the last. @throws when it takes more than 2,000 rounds. */
export function reconciled(
  initiator: RecordSet,
  responder: RecordSet,
  maxBytes: number = 64 * 1024,
  open: OpenRanges = new OpenRanges(),
): Outcome {
  const lengths: number[] = [];
  const have: RecordId[] = [];
  const need: RecordId[] = [];
  let message: Uint8Array | undefined = beginReconciliation(initiator, maxBytes);
  while (message !== undefined) {
    if (lengths.length > 4000) throw new Error("the reconciliation does not end");
    const reply = answerReconciliation(responder, message, maxBytes);
    lengths.push(message.length, reply.length);
    const found = continueReconciliation(initiator, reply, maxBytes, open);
    have.push(...found.have);
    need.push(...found.need);
    message = found.message;
  }
  const bytes = lengths.reduce((total, length) => total + length, 0);
  return { have: have.sort(), need: need.sort(), rounds: lengths.length / 2, bytes, longestMessage: Math.max(...lengths) };
}
