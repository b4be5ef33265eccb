import { recordIdBytes, recordIdFromDigest } from "@grapevine/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DigestSum } from "../../src/range-sync/digest-sum.ts";
import type { RangeItem } from "../../src/range-sync/range-bound.ts";
import { digestOf } from "../../src/range-sync/record-digest.ts";
import { RecordSet } from "../../src/range-sync/record-set.ts";
import { itemOf } from "./sets.ts";

/** A set as it would be written without a tree. */
class PlainSet {
  items: RangeItem[] = [];

  add(item: RangeItem): void {
    if (this.items.some((each) => compare(each, item) === 0)) return;
    this.items = [...this.items, item].sort(compare);
  }

  remove(item: RangeItem): void {
    this.items = this.items.filter((each) => compare(each, item) !== 0);
  }
}

function compare(first: RangeItem, second: RangeItem): number {
  return first.createdAt - second.createdAt || Buffer.compare(first.digest, second.digest);
}

function sumOf(items: readonly RangeItem[]): bigint {
  const total = items.reduce((sum, { digest }) => sum + numberOf(digest), 0n);
  return total % 2n ** 256n;
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

const change = fc.record({ add: fc.integer({ min: 0, max: 3 }).map((kind) => kind > 0), number: fc.nat(1500), date: fc.nat(4) });

describe("a record set", () => {
  it("is what a plain sorted list is, after any additions and removals", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 1200, size: "max" }), fc.nat(), fc.nat(), (changes, first, second) => {
        const set = new RecordSet();
        const plain = new PlainSet();
        for (const { add, number, date } of changes) {
          const item = itemOf(number, date);
          if (add) expect(set.add(item)).toBe(!plain.items.some((each) => compare(each, item) === 0));
          else expect(set.remove(item)).toBe(plain.items.some((each) => compare(each, item) === 0));
          if (add) plain.add(item);
          else plain.remove(item);
        }
        const count = plain.items.length;
        expect(set.size).toBe(count);
        expect(set.digests(0, count)).toEqual(packed(plain.items));
        const [from = 0, to = 0] = [first % (count + 1), second % (count + 1)].sort((a, b) => a - b);
        expect(numberOf(set.sumBefore(to).minus(set.sumBefore(from)).toBytes())).toBe(sumOf(plain.items.slice(from, to)));
        for (const index of [from, to].filter((each) => each < count)) {
          const item = plain.items[index] as RangeItem;
          expect(set.item(index)).toEqual(item);
          expect(set.has(item)).toBe(true);
          expect(set.rank({ createdAt: item.createdAt, prefix: item.digest })).toBe(index);
          expect(set.rank({ createdAt: item.createdAt, prefix: item.digest.slice(0, 2) })).toBe(
            plain.items.filter((each) => each.createdAt < item.createdAt || isBefore(each, item, 2)).length,
          );
        }
      }),
      { numRuns: 30 },
    );
  });

  it("holds many records of one date in whatever order they come, and can be emptied", () => {
    const items = Array.from({ length: 9000 }, (_, number) => itemOf(number, 1_700_000_000_000));
    const set = new RecordSet();
    for (const item of items) set.add(item);
    const sorted = items.toSorted(compare);
    expect(set.digests(4000, 4300)).toEqual(packed(sorted.slice(4000, 4300)));
    expect(numberOf(set.sumBefore(7777).toBytes())).toBe(sumOf(sorted.slice(0, 7777)));
    for (const item of items) expect(set.remove(item)).toBe(true);
    expect(set.size).toBe(0);
    expect(set.sumBefore(0).equals(new DigestSum())).toBe(true);
    expect(() => set.item(0)).toThrow(RangeError);
  });
});

function packed(items: readonly RangeItem[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(items.map(({ digest }) => digest)));
}

function isBefore(each: RangeItem, item: RangeItem, bytes: number): boolean {
  return each.createdAt === item.createdAt && Buffer.compare(each.digest.slice(0, bytes), item.digest.slice(0, bytes)) < 0;
}

describe("digests and ids", () => {
  it("stand for each other", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (digest) => {
        const id = recordIdFromDigest(digest);
        expect(Buffer.from(recordIdBytes(id)).equals(Buffer.concat([Uint8Array.of(1, 0x71, 0x12, 32), digest]))).toBe(true);
        expect(digestOf(id)).toEqual(digest);
      }),
    );
    expect(() => digestOf("bafyrei")).toThrow(TypeError);
  });
});
