/** What two texts could share at most, for leaving out those that have too little in common before they are taken apart: stems and marks, whatever they mean. */
import { meaningOf } from "./vocabulary.ts";

export type Gist = ReadonlySet<string>;

export function gistOf(text: string): Gist {
  const gist = new Set<string>();
  const lower = text.toLowerCase();
  for (const word of isPlain.test(lower) ? plainWords(lower) : lower.split(/[^\p{L}\p{N}']+/u)) {
    const stem = word === "" ? undefined : meaningOf(word);
    if (stem !== undefined) gist.add(stem);
  }
  return gist;
}

/** What the two share, as a share of the smaller one, from 0 to 1. */
export function gistContainment(first: Gist, second: Gist): number {
  const [small, large] = first.size <= second.size ? [first, second] : [second, first];
  if (small.size === 0) return 0;
  let shared = 0;
  for (const stem of small) if (large.has(stem)) shared++;
  return shared / small.size;
}

/** Letters and digits are easily told where there are no others than a keyboard's. */
const isPlain = /^[\n\r\t -~]*$/;

function plainWords(lower: string): string[] {
  const words: string[] = [];
  let from = 0;
  for (let at = 0; at <= lower.length; at++) {
    if (at < lower.length && isWordCode(lower.charCodeAt(at))) continue;
    if (at > from) words.push(lower.slice(from, at));
    from = at + 1;
  }
  return words;
}

function isWordCode(code: number): boolean {
  return (code >= letterA && code <= letterZ) || (code >= digit0 && code <= digit9) || code === apostrophe;
}

const letterA = "a".charCodeAt(0);
const letterZ = "z".charCodeAt(0);
const digit0 = "0".charCodeAt(0);
const digit9 = "9".charCodeAt(0);
const apostrophe = "'".charCodeAt(0);
