/**
 * How much of this node peers may use by asking: rates a peer, rates of all strangers together, and places for what is worked on at a time.
 *
 * It guarantees that one peer has one answer in the making, that all of them together have `maxAnswersAtOnce`, and that strangers, however many
 * identities they have, leave places to peers whom the user has named. It does not share the model out: `answer` does that.
 */
import type { AuthorId, Clock } from "@grapevine/core";
import {
  maxAnswersAtOnce,
  maxProbesAtOnce,
  maxRatedKeys,
  maxStrangerAnswersAtOnce,
  peerProbeRate,
  peerQuestionRate,
  strangerProbeRate,
  strangerQuestionRate,
} from "./network-limits.ts";
import { TokenBuckets } from "./token-buckets.ts";

export type AskKind = "ask" | "probe";
type Asker = "known" | "stranger";

const together = "all strangers";

export class AskQuota {
  readonly #peers: Readonly<Record<AskKind, TokenBuckets>>;
  readonly #strangers: Readonly<Record<AskKind, TokenBuckets>>;
  /** Who is being answered. */
  readonly #answering = new Map<AuthorId, Asker>();
  #probes = 0;

  constructor(clock: Clock) {
    this.#peers = { ask: buckets(peerQuestionRate, clock), probe: buckets(peerProbeRate, clock) };
    this.#strangers = { ask: buckets(strangerQuestionRate, clock), probe: buckets(strangerProbeRate, clock) };
  }

  /**
   * A place for one piece of work, to be given back, or why there is none. A peer that finds no place has used nothing of its rate.
   */
  take(kind: AskKind, peer: AuthorId, asker: Asker): (() => void) | "ASK_BUSY" | "ASK_QUOTA" {
    if (!(kind === "ask" ? this.#hasPlace(peer, asker) : this.#probes < maxProbesAtOnce)) return "ASK_BUSY";
    if (!this.#peers[kind].take(peer)) return "ASK_QUOTA";
    if (asker === "stranger" && !this.#strangers[kind].take(together)) return "ASK_QUOTA";
    if (kind === "ask") {
      this.#answering.set(peer, asker);
      return () => void this.#answering.delete(peer);
    }
    this.#probes += 1;
    return () => {
      this.#probes -= 1;
    };
  }

  #hasPlace(peer: AuthorId, asker: Asker): boolean {
    if (this.#answering.has(peer) || this.#answering.size >= maxAnswersAtOnce) return false;
    const strangers = [...this.#answering.values()].filter((each) => each === "stranger").length;
    return asker === "known" || strangers < maxStrangerAnswersAtOnce;
  }
}

function buckets({ perMinute, burst }: { readonly perMinute: number; readonly burst: number }, clock: Clock): TokenBuckets {
  return new TokenBuckets({ perSecond: perMinute / 60, burst }, maxRatedKeys, clock);
}
