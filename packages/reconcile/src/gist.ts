/** What two texts could share at most, for leaving out those that have too little in common before they are taken apart: stems and marks, whatever they mean. */
import type { PiecedText } from "./tokens.ts";
import { meaningOf } from "./vocabulary.ts";

export type Gist = ReadonlySet<string>;

export function gistOf({ text, pieces, isPlain }: PiecedText): Gist {
  if (!isPlain) return new Set(stemsIn(text));
  const gist = new Set<string>();
  for (const piece of pieces) for (const stem of piece.stems) gist.add(stem);
  return gist;
}

/** Of a text, or of what stands between two spaces. */
export function stemsIn(text: string): string[] {
  const stems: string[] = [];
  for (const word of text.toLowerCase().split(/[^\p{L}\p{N}']+/u)) {
    const stem = word === "" ? undefined : meaningOf(word);
    if (stem !== undefined) stems.push(stem);
  }
  return stems;
}

/** What the two share, as a share of the smaller one, from 0 to 1. */
export function gistContainment(first: Gist, second: Gist): number {
  const [small, large] = first.size <= second.size ? [first, second] : [second, first];
  if (small.size === 0) return 0;
  let shared = 0;
  for (const stem of small) if (large.has(stem)) shared++;
  return shared / small.size;
}
