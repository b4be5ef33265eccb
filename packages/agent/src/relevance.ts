/**
 * What is about a question: lessons whose meaning is near it and lessons that share its rare words, each half bringing candidates of its own, ordered by both.
 *
 * The two are joined as independent hints that a lesson is about the question: it is far only as far as both say so. Nothing shared leaves the cosine as it is; each rare
 * word shared closes a part of what is left to 1. So it needs no figures of the other candidates: however many lessons somebody puts round a question, they
 * change nothing in how near the others are.
 *
 * `npx pnpm eval recall` measures this very code. The constants here and in `posting-index.ts` were chosen on the first two of LoCoMo's conversations; the others were only
 * measured (docs/decisions/0029-recall.md).
 */
import type { VectorIndex, WordIndex } from "@grapevine/core";

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
  readonly words: Pick<WordIndex, "search" | "scores">;
}

export interface RelevantLabel {
  readonly label: number;
  /** Cosine of question and lesson. */
  readonly similarity: number;
  /** From 0 to 1: how much of the way to the question the shared words alone are. */
  readonly sharedWords: number;
  /** From −1 to 1: the cosine, and what the shared words make of it. */
  readonly closeness: number;
}

/** Closest first. `accepts` holds for what the vectors bring. @throws what the indexes throw */
export function relevantLabels(
  { vector, words, nearest, sharing }: RelevanceQuery,
  components: RelevanceComponents,
  accepts?: (label: number) => boolean,
): RelevantLabel[] {
  const similarities = new Map(
    components.vectors.search(vector, nearest, accepts).map(({ label, similarity }) => [label, similarity]),
  );
  const further = components.words.search(words, sharing).flatMap(({ label }) => (similarities.has(label) ? [] : [label]));
  for (const [position, similarity] of components.vectors.similarities(vector, further).entries()) {
    // One that has words and no vector yet comes with its vector.
    if (similarity !== undefined) similarities.set(further[position] as number, similarity);
  }
  const labels = [...similarities.keys()];
  const scores = components.words.scores(words, labels);
  return labels
    .map((label, position) => relevantLabel(label, similarities.get(label) ?? 0, scores[position] ?? 0))
    .sort((first, second) => second.closeness - first.closeness || first.label - second.label);
}

function relevantLabel(label: number, similarity: number, score: number): RelevantLabel {
  const sharedWords = 1 - Math.exp(-score);
  return { label, similarity, sharedWords, closeness: 1 - (1 - similarity) * (1 - sharedWords) };
}
