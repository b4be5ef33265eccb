/** The port of the index of words: which lessons share rare words with a question. What it holds is derived: it can always be filled again from the lesson store. */
import type { WeighedWords } from "../lesson-words.ts";

export interface WordMatch {
  readonly label: number;
  /** How much of weight the two share: 0 for nothing, about 1 for one word that hardly any other lesson holds. */
  readonly score: number;
}

export interface WordIndex {
  readonly size: number;
  has(label: number): boolean;
  /** Adds, if the label is not there. The words of a label are always the same. */
  add(label: number, words: WeighedWords): void;
  /** Does nothing when the label is not there. */
  remove(label: number): void;
  /** As `remove`, also of a label that was removed before; and nothing of its words is left in memory. */
  forget(label: number): void;
  /** At most `count` lessons that share words with the question (see `wordHashes`), those that share most first; lessons that share only words of many may be missing. */
  search(words: Uint32Array, count: number): WordMatch[];
  /** What each of the lessons, in the index or not, shares with the question, in order. Words that no lesson in the index holds count nothing. */
  scores(words: Uint32Array, lessons: readonly WeighedWords[]): number[];
}
