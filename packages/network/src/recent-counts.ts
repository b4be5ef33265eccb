/** How often something happened lately, a key: a count that decays with time. For a bounded number of keys; those that were counted longest ago are forgotten first. */
import type { Clock } from "@grapevine/core";

export interface RecentCountsInit {
  /** What is left of a count after a second, from 0 to 1. */
  readonly decay: number;
  readonly maxKeys: number;
}

export class RecentCounts {
  readonly #init: RecentCountsInit;
  readonly #clock: Clock;
  /** Each with when it was right, milliseconds since the epoch. */
  readonly #counts = new Map<string, { readonly count: number; readonly at: number }>();

  constructor(init: RecentCountsInit, clock: Clock) {
    this.#init = init;
    this.#clock = clock;
  }

  add(key: string): void {
    const count = this.of(key) + 1;
    this.#counts.delete(key);
    this.#counts.set(key, { count, at: this.#clock.now() });
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > this.#init.maxKeys && oldest !== undefined) this.#counts.delete(oldest);
  }

  of(key: string): number {
    const known = this.#counts.get(key);
    if (known === undefined) return 0;
    return known.count * this.#init.decay ** (Math.max(0, this.#clock.now() - known.at) / 1000);
  }
}
