/** How often something happened lately, a key: a count that decays with time. For a bounded number of keys; those that were counted longest ago are forgotten first. */
import { type Clock, RecentMap } from "@grapevine/core";

export interface RecentCountsInit {
  /** What is left of a count after a second, from 0 to 1. */
  readonly decay: number;
  readonly maxKeys: number;
}

export class RecentCounts {
  /** What is left of a count after a second. */
  readonly #decay: number;
  readonly #clock: Clock;
  /** Each with when it was right, milliseconds since the epoch. */
  readonly #counts: RecentMap<string, { readonly count: number; readonly at: number }>;

  constructor({ decay, maxKeys }: RecentCountsInit, clock: Clock) {
    this.#decay = decay;
    this.#clock = clock;
    this.#counts = new RecentMap(maxKeys);
  }

  add(key: string): void {
    this.#counts.set(key, { count: this.of(key) + 1, at: this.#clock.now() });
  }

  of(key: string): number {
    const known = this.#counts.get(key);
    if (known === undefined) return 0;
    return known.count * this.#decay ** (Math.max(0, this.#clock.now() - known.at) / 1000);
  }
}
