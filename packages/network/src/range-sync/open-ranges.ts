/** What a reconciliation has not finished with: ranges of the order, apart from each other. At first everything is open. */
import { endBound, isOrdered, type RangeBound, startBound } from "./range-bound.ts";

export interface OpenRange {
  readonly lower: RangeBound;
  readonly upper: RangeBound;
}

/** About half a megabyte. */
const defaultMaxRanges = 2048;

export class OpenRanges {
  /** What is open behind this bound was not asked about in the last message. */
  askedTo: RangeBound = endBound;
  /** In order. */
  readonly #ranges: OpenRange[] = [{ lower: startBound, upper: endBound }];
  readonly #maxRanges: number;

  constructor(maxRanges: number = defaultMaxRanges) {
    this.#maxRanges = maxRanges;
  }

  /** What is open between the bounds, in order. */
  within(lower: RangeBound, upper: RangeBound): OpenRange[] {
    const { first, behind } = this.#touched(lower, upper);
    return this.#ranges.slice(first, behind).map((range) => ({
      lower: isBefore(range.lower, lower) ? lower : range.lower,
      upper: isBefore(upper, range.upper) ? upper : range.upper,
    }));
  }

  /** Where the open range ends in which the bound lies. */
  endAfter(bound: RangeBound): RangeBound {
    return this.#ranges[this.#firstBehind(bound)]?.upper ?? endBound;
  }

  /**
   * What lies between the bounds is finished with. False, and nothing done, when there would be too many ranges: never where an open range is closed from one of
   * its ends, so that whoever goes on in order gets on.
   */
  close(lower: RangeBound, upper: RangeBound): boolean {
    const { first, behind } = this.#touched(lower, upper);
    if (first === behind) return true;
    const left = { lower: (this.#ranges[first] as OpenRange).lower, upper: lower };
    const right = { lower: upper, upper: (this.#ranges[behind - 1] as OpenRange).upper };
    const kept = [left, right].filter((range) => isBefore(range.lower, range.upper));
    if (kept.length > behind - first && this.#ranges.length >= this.#maxRanges) return false;
    this.#ranges.splice(first, behind - first, ...kept);
    return true;
  }

  /** Indexes of the first open range that has something between the bounds, and of the first one behind those. */
  #touched(lower: RangeBound, upper: RangeBound): { readonly first: number; readonly behind: number } {
    const first = this.#firstBehind(lower);
    let behind = first;
    while (isBefore(lower, upper) && behind < this.#ranges.length && isBefore((this.#ranges[behind] as OpenRange).lower, upper))
      behind++;
    return { first, behind };
  }

  /** The first open range that ends behind the bound. */
  #firstBehind(bound: RangeBound): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(bound, (this.#ranges[middle] as OpenRange).upper)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function isBefore(first: RangeBound, second: RangeBound): boolean {
  return !isOrdered(second, first);
}
