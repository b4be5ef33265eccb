/**
 * Which of the peers that were met are remembered when there is no room for all. Keys cost nothing: whoever brings two hundred new ones must not push out those whom a node has known
 * for long, or it would meet nobody else after its next start.
 *
 * What it guarantees: newcomers have a part of the places and make room for each other; peers that were met on different days make room only for others of their kind, first those that
 * were not met for a month, then the ones known for the shortest time. What it does not: that somebody who is patient for a day is told from a friend.
 */
import { newcomerForMs, strangeAfterMs } from "./network-limits.ts";

/** Milliseconds since the epoch. */
export interface Acquaintance {
  readonly firstMetAt: number;
  readonly lastMetAt: number;
}

export interface MakingRoom<Key> {
  /** How many are to be remembered. */
  readonly most: number;
  readonly now: number;
  /** Whoever the user named may not. */
  readonly mayGo: (key: Key) => boolean;
}

/** Who is to be forgotten where there is one too many; undefined where nobody may be. */
export function whoMakesRoom<Key>(
  peers: Iterable<readonly [Key, Acquaintance]>,
  { most, now, mayGo }: MakingRoom<Key>,
): Key | undefined {
  const all = [...peers];
  const isTooNew = all.filter(([, each]) => isNewcomer(each)).length > most * newcomersShare;
  const mayAll = all.filter(([key]) => mayGo(key));
  const newcomers = leastBy(mayAll, ([, each]) => (isNewcomer(each) ? each.lastMetAt : Number.POSITIVE_INFINITY));
  const known = leastBy(mayAll, ([, each]) => (isNewcomer(each) ? Number.POSITIVE_INFINITY : worthOf(each, now)));
  const [first, second] = isTooNew ? [newcomers, known] : [known, newcomers];
  return (first ?? second)?.[0];
}

/** Was it met on one day only? */
export function isNewcomer({ firstMetAt, lastMetAt }: Acquaintance): boolean {
  return lastMetAt - firstMetAt < newcomerForMs;
}

/** How many of the places newcomers take from others at most. */
const newcomersShare = 1 / 4;

/** Below nothing for those who were not met for long, the less the longer; otherwise for how long it is known. */
function worthOf({ firstMetAt, lastMetAt }: Acquaintance, now: number): number {
  const awayMs = now - lastMetAt;
  return awayMs > strangeAfterMs ? -awayMs : lastMetAt - firstMetAt;
}

function leastBy<Each>(all: readonly Each[], figureOf: (each: Each) => number): Each | undefined {
  let least: Each | undefined;
  let figure = Number.POSITIVE_INFINITY;
  for (const each of all) {
    const its = figureOf(each);
    if (its < figure) [least, figure] = [each, its];
  }
  return least;
}
