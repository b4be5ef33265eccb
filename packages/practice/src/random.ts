/** Chance as a value: the same seed gives the same draws on every machine. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export interface Random {
  /** A whole number from 0 to `bound` − 1. */
  below(bound: number): number;
  /** A new list of the same members in a random order. */
  shuffled<Member>(members: readonly Member[]): Member[];
}

/** Draws that depend on all the seeds (whole numbers) and their order. */
export function randomFrom(...seeds: readonly number[]): Random {
  const generator = xoroshiro128plus(
    seeds.reduce((mixed, seed) => Math.imul(mixed ^ seed, 0x9e3779b1) ^ (mixed >>> 15), 0x2545f491),
  );
  const below = (bound: number): number => uniformInt(generator, 0, bound - 1);
  return {
    below,
    shuffled: (members) => {
      const rest = [...members];
      const drawn: typeof rest = [];
      while (rest.length > 0) drawn.push(...rest.splice(below(rest.length), 1));
      return drawn;
    },
  };
}

/** @throws TypeError when the list has no such place, which is a defect */
export function memberAt<Member>(members: readonly Member[], index: number): Member {
  const member = members[index];
  if (member === undefined) throw new TypeError(`no member ${index} among ${members.length}`);
  return member;
}
