import { pingEveryMs } from "./network-limits.ts";

/** How often things happen by themselves. Tests and simulations give shorter times. */
export interface NetworkTiming {
  /** Between two syncs with a connected peer, ± 30 %. */
  readonly syncEveryMs: number;
  /** The same with a peer whom the user named: where strangers keep everything back, this is how long it takes to get round them. */
  readonly syncNamedEveryMs: number;
  /** Between two syncs of this node with whomever, where it has few peers: what gossip did not bring may be with any of them. */
  readonly syncSomebodyEveryMs: number;
  /** After the sync on connecting, and after one that did not finish, ± 30 %. */
  readonly syncSettleMs: number;
  /** From a sync that has brought something to those by which the other neighbours get it, ± 30 %: what comes meanwhile goes with it. */
  readonly syncOnMs: number;
  /** From the moment at which gossip shows a gap to the sync that fills it; gossip is not in order, and may fill it by itself. */
  readonly gapDelayMs: number;
  /** Between two syncs with one peer because of gaps. */
  readonly gapEveryMs: number;
  /** The first redial after a loss; doubled with each failure. */
  readonly redialFirstMs: number;
  readonly redialMostMs: number;
  /** The same while hardly anybody is connected; longer where very many are known. */
  readonly redialLonelyMs: number;
  /** How often links are looked at. */
  readonly watchdogMs: number;
  /** A connected peer that is not heard on the topic for so long is hung up, and redialled. */
  readonly deafAfterMs: number;
  /** How often libp2p tries each link. */
  readonly pingEveryMs: number;
  /** A link on which a ping is not answered for so long is dead; more is allowed where answers take long anyway. */
  readonly pingPatienceMs: number;
  /** The same where there is reason to doubt the link; see link-trials.ts. */
  readonly trialPatienceMs: number;
  /** What is left after a second of a peer's count of rejected records, from 0 to 1: how soon one that was graylisted is heard again. */
  readonly rejectedDecay: number;
}

export const defaultTiming: NetworkTiming = {
  syncEveryMs: 3 * 60_000,
  syncNamedEveryMs: 40_000,
  syncSomebodyEveryMs: 10_000,
  syncSettleMs: 5000,
  syncOnMs: 2000,
  gapDelayMs: 2000,
  gapEveryMs: 30_000,
  redialFirstMs: 500,
  redialMostMs: 5 * 60_000,
  redialLonelyMs: 8000,
  watchdogMs: 5000,
  deafAfterMs: 30_000,
  pingEveryMs,
  pingPatienceMs: 20_000,
  trialPatienceMs: 5000,
  rejectedDecay: 0.97,
};

/**
 * Spreads times by ± 30 %, so that peers which lost each other at once do not come back at once. `random` is uniform in [0, 1).
 */
export function jittered(milliseconds: number, random: () => number): number {
  return milliseconds * (0.7 + 0.6 * random());
}
