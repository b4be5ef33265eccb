/** Up to 128 records in order, 40 bytes each, and their sum: the leaves of a `RecordSet`. */
import { DigestSum, digestBytes } from "./digest-sum.ts";
import type { RangeBound, RangeItem } from "./range-bound.ts";

/** Few enough that to sum up a part of a leaf takes microseconds, enough that its own overhead is below a tenth. */
const capacity = 128;
const dateBytes = 8;
const itemBytes: number = dateBytes + digestBytes;

export class RecordLeaf {
  count = 0;
  readonly sum: DigestSum = new DigestSum();
  readonly #bytes: Uint8Array = new Uint8Array(capacity * itemBytes);
  readonly #view: DataView = new DataView(this.#bytes.buffer);

  get isFull(): boolean {
    return this.count === capacity;
  }

  item(index: number): RangeItem {
    return { createdAt: this.#createdAt(index), digest: this.digest(index) };
  }

  /** A copy. */
  digest(index: number): Uint8Array {
    const at = index * itemBytes + dateBytes;
    return this.#bytes.slice(at, at + digestBytes);
  }

  copyDigest(index: number, target: Uint8Array, offset: number): void {
    const from = index * itemBytes + dateBytes;
    for (let byte = 0; byte < digestBytes; byte++) target[offset + byte] = this.#bytes[from + byte] as number;
  }

  /** How many records lie before the bound. */
  rank(bound: RangeBound): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.isBefore(middle, bound)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  isBefore(index: number, { createdAt, prefix }: RangeBound): boolean {
    const own = this.#createdAt(index);
    if (own !== createdAt) return own < createdAt;
    const at = index * itemBytes + dateBytes;
    for (let byte = 0; byte < prefix.length; byte++) {
      const difference = (this.#bytes[at + byte] as number) - (prefix[byte] as number);
      if (difference !== 0) return difference < 0;
    }
    return false;
  }

  equals(index: number, { createdAt, digest }: RangeItem): boolean {
    if (index >= this.count || this.#createdAt(index) !== createdAt) return false;
    const at = index * itemBytes + dateBytes;
    return digest.every((byte, offset) => byte === this.#bytes[at + offset]);
  }

  /** The caller sees to the order, and that there is room. */
  insert(index: number, { createdAt, digest }: RangeItem): void {
    const at = index * itemBytes;
    this.#bytes.copyWithin(at + itemBytes, at, this.count * itemBytes);
    this.#view.setFloat64(at, createdAt);
    this.#bytes.set(digest, at + dateBytes);
    this.sum.add(digest);
    this.count++;
  }

  remove(index: number): void {
    const at = index * itemBytes;
    this.sum.subtract(this.#bytes, at + dateBytes);
    this.#bytes.copyWithin(at, at + itemBytes, this.count * itemBytes);
    this.count--;
  }

  /** Moves what lies from the index on into a new leaf. */
  split(index: number): RecordLeaf {
    const right = new RecordLeaf();
    right.#bytes.set(this.#bytes.subarray(index * itemBytes, this.count * itemBytes));
    right.count = this.count - index;
    this.addTo(right.sum, index, this.count);
    this.sum.subtractSum(right.sum);
    this.count = index;
    return right;
  }

  /** Adds the digests of a part of the leaf. */
  addTo(sum: DigestSum, from: number, to: number): void {
    for (let index = from; index < to; index++) sum.add(this.#bytes, index * itemBytes + dateBytes);
  }

  #createdAt(index: number): number {
    return this.#view.getFloat64(index * itemBytes);
  }
}
