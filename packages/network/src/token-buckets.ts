/** One token bucket a key, for a bounded number of keys. */
import { type Clock, RecentMap } from "@grapevine/core";

export interface Rate {
  readonly perSecond: number;
  /** What may come at once after a quiet time. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  /** When `tokens` was right, milliseconds. */
  at: number;
}

/** Keys that were idle longest are forgotten first, which gives them a full bucket: at most what a new key has. */
export class TokenBuckets {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #buckets: RecentMap<string, Bucket>;

  constructor(rate: Rate, maxKeys: number, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
    this.#buckets = new RecentMap(maxKeys);
  }

  /** Takes one token; false, and nothing taken, when there is none. */
  take(key: string): boolean {
    const bucket = this.#filled(key);
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** Is there a token to take? */
  has(key: string): boolean {
    return this.#filled(key).tokens >= 1;
  }

  #filled(key: string): Bucket {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? { tokens: this.#rate.burst, at: now };
    const elapsedMs = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(this.#rate.burst, bucket.tokens + (elapsedMs / 1000) * this.#rate.perSecond);
    bucket.at = now;
    return bucket;
  }
}
