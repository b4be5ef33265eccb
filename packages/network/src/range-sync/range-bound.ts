/** Positions in the order of (createdAt, digest), in which records are compared. */
import { digestBytes } from "./digest-sum.ts";

/** A position, as negentropy writes it: before every record that has this date and whose digest is the prefix, zeros following it, or more. */
export interface RangeBound {
  /** Milliseconds; Infinity: behind everything. */
  readonly createdAt: number;
  /** At most 32 bytes. */
  readonly prefix: Uint8Array;
}

export const startBound: RangeBound = { createdAt: 0, prefix: new Uint8Array(0) };
export const endBound: RangeBound = { createdAt: Number.POSITIVE_INFINITY, prefix: new Uint8Array(0) };

/** A record as it is compared. */
export interface RangeItem {
  /** Milliseconds. */
  readonly createdAt: number;
  readonly digest: Uint8Array;
}

/** The shortest bound that separates two neighbours in the order: `upper` lies behind it, `lower` before it. */
export function boundBetween(lower: RangeItem, upper: RangeItem): RangeBound {
  if (lower.createdAt !== upper.createdAt) return { createdAt: upper.createdAt, prefix: new Uint8Array(0) };
  let shared = 0;
  while (shared < digestBytes - 1 && lower.digest[shared] === upper.digest[shared]) shared++;
  return { createdAt: upper.createdAt, prefix: upper.digest.slice(0, shared + 1) };
}

/** Is the first bound before the second, or the same position? */
export function isOrdered(first: RangeBound, second: RangeBound): boolean {
  if (first.createdAt !== second.createdAt) return first.createdAt < second.createdAt;
  for (let at = 0; at < Math.max(first.prefix.length, second.prefix.length); at++) {
    const difference = (first.prefix[at] ?? 0) - (second.prefix[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return true;
}
