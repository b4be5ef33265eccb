/**
 * Which records a node passes on, in the order of (createdAt, digest), with the sum of any range at hand.
 *
 * A B+ tree whose nodes know how many records are below them and what their digests add up to. To add, to remove, to find a position, and to sum up everything
 * before a position each take O(log n); the sum of a range is the difference of two of those. No operation looks at more than 128 records. A record takes
 * 40 bytes; one filled in order, 42 with everything about it, so that a million are about 42 MB, shared by all syncs of the node. A sync itself keeps none.
 */
import { DigestSum, digestBytes } from "./digest-sum.ts";
import type { RangeBound, RangeItem } from "./range-bound.ts";
import { RecordLeaf } from "./record-leaf.ts";

/** What the reconciliation asks of a set. Indexes count from the first record; a range ends before its second index. */
export interface OrderedRecords {
  readonly size: number;
  /** How many records lie before the bound. */
  rank(bound: RangeBound): number;
  item(index: number): RangeItem;
  /** One after the other. */
  digests(from: number, to: number): Uint8Array;
  /** The sum of the digests before the index: the caller's own. */
  sumBefore(index: number): DigestSum;
}

export class RecordSet implements OrderedRecords {
  #root: Branch | RecordLeaf = new RecordLeaf();

  get size(): number {
    return this.#root.count;
  }

  /** False when it was there before. */
  add(item: RangeItem): boolean {
    const added = insertInto(this.#root, item);
    if (added === "was there") return false;
    if (added !== "added") this.#root = new Branch([this.#root, added]);
    return true;
  }

  /** False when it was not there. */
  remove(item: RangeItem): boolean {
    if (!this.has(item)) return false;
    removeFrom(this.#root, item);
    while (this.#root instanceof Branch && this.#root.children.length <= 1)
      this.#root = this.#root.children[0] ?? new RecordLeaf();
    return true;
  }

  has(item: RangeItem): boolean {
    let node = this.#root;
    const bound = boundAt(item);
    // A leaf's own first record is before no bound of its own, so that the leaf found is the one that would hold the record.
    while (node instanceof Branch) node = node.children[childHolding(node, item)] as Branch | RecordLeaf;
    return node.equals(node.rank(bound), item);
  }

  rank(bound: RangeBound): number {
    let node = this.#root;
    let rank = 0;
    while (node instanceof Branch) {
      const child = lastBefore(node, bound);
      for (let index = 0; index < child; index++) rank += (node.children[index] as Branch | RecordLeaf).count;
      node = node.children[child] as Branch | RecordLeaf;
    }
    return rank + node.rank(bound);
  }

  item(index: number): RangeItem {
    const { leaf, offset } = this.#leafAt(index);
    return leaf.item(offset);
  }

  digests(from: number, to: number): Uint8Array {
    const digests = new Uint8Array((to - from) * digestBytes);
    for (let next = from; next < to; ) {
      const { leaf, offset } = this.#leafAt(next);
      const end = Math.min(leaf.count, offset + to - next);
      for (let index = offset; index < end; index++, next++) leaf.copyDigest(index, digests, (next - from) * digestBytes);
    }
    return digests;
  }

  sumBefore(index: number): DigestSum {
    const sum = new DigestSum();
    let node = this.#root;
    let rest = index;
    while (node instanceof Branch) {
      let child = 0;
      for (; child < node.children.length - 1; child++) {
        const { count, sum: childSum } = node.children[child] as Branch | RecordLeaf;
        if (rest < count) break;
        rest -= count;
        sum.addSum(childSum);
      }
      node = node.children[child] as Branch | RecordLeaf;
    }
    node.addTo(sum, 0, rest);
    return sum;
  }

  #leafAt(index: number): { readonly leaf: RecordLeaf; readonly offset: number } {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) throw new RangeError(`${index} of ${this.size} records`);
    let node = this.#root;
    let offset = index;
    while (node instanceof Branch) {
      let child = 0;
      for (; offset >= (node.children[child] as Branch | RecordLeaf).count; child++)
        offset -= (node.children[child] as RecordLeaf).count;
      node = node.children[child] as Branch | RecordLeaf;
    }
    return { leaf: node, offset };
  }
}

/** Children of a node, at most. */
const fanOut = 32;

class Branch {
  count = 0;
  readonly sum: DigestSum = new DigestSum();
  /** In order, none of them empty. */
  readonly children: (Branch | RecordLeaf)[];

  constructor(children: (Branch | RecordLeaf)[]) {
    this.children = children;
    for (const child of children) {
      this.count += child.count;
      this.sum.addSum(child.sum);
    }
  }
}

/** What came of it, or the node that is to stand to the right of this one, when it had to be split. */
type Inserted<Node> = "was there" | "added" | Node;

function insertInto(node: Branch | RecordLeaf, item: RangeItem): Inserted<Branch | RecordLeaf> {
  if (node instanceof RecordLeaf) return insertIntoLeaf(node, item);
  const child = childHolding(node, item);
  const inserted = insertInto(node.children[child] as Branch | RecordLeaf, item);
  if (inserted === "was there") return inserted;
  node.count++;
  node.sum.add(item.digest);
  if (inserted === "added") return inserted;
  node.children.splice(child + 1, 0, inserted);
  return node.children.length > fanOut ? splitBranch(node, child + 1) : "added";
}

function insertIntoLeaf(leaf: RecordLeaf, item: RangeItem): Inserted<RecordLeaf> {
  const index = leaf.rank(boundAt(item));
  if (leaf.equals(index, item)) return "was there";
  if (!leaf.isFull) {
    leaf.insert(index, item);
    return "added";
  }
  // What comes in order, as it does when a set is built, leaves full leaves behind.
  const right = leaf.split(index === leaf.count ? index : leaf.count >>> 1);
  if (index > leaf.count || right.count === 0) right.insert(index - leaf.count, item);
  else leaf.insert(index, item);
  return right;
}

function splitBranch(node: Branch, added: number): Branch {
  const last = node.children.length - 1;
  const right = new Branch(node.children.splice(added === last ? last : node.children.length >>> 1));
  node.count -= right.count;
  node.sum.subtractSum(right.sum);
  return right;
}

function removeFrom(node: Branch | RecordLeaf, item: RangeItem): void {
  if (node instanceof RecordLeaf) {
    node.remove(node.rank(boundAt(item)));
    return;
  }
  const index = childHolding(node, item);
  const child = node.children[index] as Branch | RecordLeaf;
  removeFrom(child, item);
  node.count--;
  node.sum.subtract(item.digest);
  if (child.count === 0) node.children.splice(index, 1);
}

/** The child in which the record is, or would be: the last whose first record is not behind it. */
function childHolding(node: Branch, item: RangeItem): number {
  const bound = boundAt(item);
  const before = lastBefore(node, bound);
  const next = node.children[before + 1];
  return next !== undefined && firstLeaf(next).equals(0, item) ? before + 1 : before;
}

/** The last child whose first record is before the bound; the first one when there is none. */
function lastBefore(node: Branch, bound: RangeBound): number {
  let low = 1;
  let high = node.children.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (firstLeaf(node.children[middle] as Branch | RecordLeaf).isBefore(0, bound)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function firstLeaf(node: Branch | RecordLeaf): RecordLeaf {
  let first = node;
  while (first instanceof Branch) first = first.children[0] as Branch | RecordLeaf;
  return first;
}

function boundAt({ createdAt, digest }: RangeItem): RangeBound {
  return { createdAt, prefix: digest };
}
