/** Randomness that a seed repeats. */

export interface SeededRandom {
  /** The next number, from 0 up to but not including 1. */
  next(): number;
  /** True with the given chance, from 0 to 1. */
  chance(share: number): boolean;
  /** The members in a new order; every order is as likely. */
  shuffled<Member>(members: readonly Member[]): Member[];
}

/** Mulberry32 (T. Ettinger, 2017): 32 bits of state, enough for simulations. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    chance: (share) => next() < share,
    shuffled: <Member>(members: readonly Member[]): Member[] => {
      // R. Durstenfeld's form of the Fisher–Yates shuffle (Communications of the ACM 7(7), 1964).
      const order = [...members];
      for (let at = order.length - 1; at > 0; at--) {
        const other = Math.floor(next() * (at + 1));
        const moved = order[at] as Member;
        order[at] = order[other] as Member;
        order[other] = moved;
      }
      return order;
    },
  };
}
