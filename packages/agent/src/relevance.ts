/**
 * What is about a question: lessons whose meaning is near it and lessons that share its rare words, each half bringing candidates of its own, ordered by both.
 *
 * The two are joined as independent hints that a lesson is about the question: it is far only as far as both say so. Nothing shared leaves the cosine as it is; each rare
 * word shared closes a part of what is left to 1. So it needs no figures of the other candidates: however many lessons somebody puts round a question, they
 * change nothing in how near the others are.
 *
 * `npx pnpm eval recall` measures this very code. The constants here and in `posting-index.ts` were chosen on the first two of LoCoMo's conversations; the others were only
 * measured (docs/decisions/0023-recall.md).
 */
import type { Neighbour, VectorIndex, WordIndex } from "@grapevine/core";

export interface RelevanceQuery {
  readonly vector: Float32Array;
  /** Of the question: see `wordHashes`. */
  readonly words: Uint32Array;
  /** Candidates that the vectors bring, and those that the words bring. */
  readonly nearest: number;
  readonly sharing: number;
}

export interface RelevanceComponents {
  readonly vectors: Pick<VectorIndex, "search" | "similarities">;
  readonly words: Pick<WordIndex, "search">;
}

/** Labels of lessons that may be about the question, each once, in no order; with their cosines. `accepts` holds for what the vectors bring. @throws what the indexes throw */
export function relevantLabels(
  { vector, words, nearest, sharing }: RelevanceQuery,
  { vectors, words: wordIndex }: RelevanceComponents,
  accepts?: (label: number) => boolean,
): Neighbour[] {
  const near = vectors.search(vector, nearest, accepts);
  const labels = new Set(near.map(({ label }) => label));
  const further = wordIndex.search(words, sharing).flatMap(({ label }) => (labels.has(label) ? [] : [label]));
  const similarities = vectors.similarities(vector, further);
  // One that has words and no vector yet comes with its vector.
  const sharers = further.flatMap((label, position) => {
    const similarity = similarities[position];
    return similarity === undefined ? [] : [{ label, similarity }];
  });
  return [...near, ...sharers];
}

export interface Relevance {
  /** From 0 to 1: how much of the way to the question the shared words alone are. */
  readonly sharedWords: number;
  /** From −1 to 1: the cosine, and what the shared words make of it. */
  readonly closeness: number;
}

/** @param score As `WordIndex` gives it. */
export function relevanceOf(similarity: number, score: number): Relevance {
  const sharedWords = 1 - Math.exp(-score);
  return { sharedWords, closeness: 1 - (1 - similarity) * (1 - sharedWords) };
}
