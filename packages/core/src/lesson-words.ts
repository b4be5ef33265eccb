/**
 * Texts as weighted words: which words a lesson holds and how much each counts, as numbers, so that those of all lessons fit into memory. Each stemmed word is a hash;
 * its weight is how often it occurs, counted by the field in which it does (S. Robertson, H. Zaragoza, M. Taylor: Simple BM25 extension to multiple weighted
 * fields, 2004).
 */
import { stemmer } from "stemmer";
import type { LessonBody } from "./records.ts";

export interface WordField {
  readonly text: string;
  /** What one occurrence counts, a multiple of `weightStep`. */
  readonly weight: number;
}

export interface WeighedWords {
  /** See `wordHashes`. */
  readonly words: Uint32Array;
  /** Of each word, in steps of `weightStep`; what is more than 255 of them counts as 255. */
  readonly weights: Uint8Array;
}

export const weightStep = 0.05;

/** A lesson is about what its title, its situation and its tags say. What to do about it is told in words that many lessons share, and so is how another did. */
const guidanceWeight = 0.5;

/**
 * The hashes of the stemmed words of more than one letter that mean something by themselves, in ascending order, each once. Two words are taken for one where their 32
 * bits agree: one pair in four thousand million.
 */
export function wordHashes(text: string): Uint32Array {
  const hashes = Uint32Array.from(tokensOf(text), hashOfWord).sort();
  return hashes.filter((hash, position) => position === 0 || hash !== hashes[position - 1]);
}

/** The words of all fields together. */
export function weighedWords(fields: readonly WordField[]): WeighedWords {
  const steps = new Map<number, number>();
  for (const { text, weight } of fields) {
    const step = Math.round(weight / weightStep);
    for (const word of tokensOf(text)) {
      const hash = hashOfWord(word);
      steps.set(hash, (steps.get(hash) ?? 0) + step);
    }
  }
  const words = Uint32Array.from(steps.keys()).sort();
  return { words, weights: Uint8Array.from(words, (word) => Math.min(maxSteps, steps.get(word) ?? 0)) };
}

export function lessonWords({ title, situation, guidance, tags, example }: LessonBody): WeighedWords {
  const task = example === undefined ? "" : `${example.task} ${example.steps.join(" ")}`;
  return weighedWords([
    { text: `${title} ${situation} ${tags.join(" ")}`, weight: 1 },
    { text: `${guidance} ${task}`, weight: guidanceWeight },
  ]);
}

const maxSteps = 255;

function tokensOf(text: string): string[] {
  const found = text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  return found.filter((word) => !functionWords.has(word));
}

/** English words, and what is left of them before and behind an apostrophe, that stand in texts about anything. */
const functionWords: ReadonlySet<string> = new Set(
  (
    "an the this that these those such same own other another each every both either neither all any some most more few much many several no nor not " +
    "and or but if because as until while than so too very just also only then there here again once " +
    "of at by for with without about against between into through during before after above below to from up down in on off over under out " +
    "be am is are was were been being have has had having do does did doing done will would shall should can could may might must " +
    "he him his she her hers it its they them their theirs we us our ours you your yours me my mine " +
    "what which who whom whose when where why how " +
    "don didn doesn isn aren wasn weren hasn haven hadn won wouldn shouldn couldn ll ve re"
  ).split(" "),
);

/** Stemming costs more than the rest, and the same few thousand words come again and again. */
const hashesOfWords = new Map<string, number>();
const maxCachedWords = 20_000;

function hashOfWord(word: string): number {
  const known = hashesOfWords.get(word);
  if (known !== undefined) return known;
  const hash = fnv1a(stemmer(word));
  if (hashesOfWords.size >= maxCachedWords) hashesOfWords.clear();
  hashesOfWords.set(word, hash);
  return hash;
}

/** FNV-1a, 32 bits (G. Fowler, L. C. Noll, K.-P. Vo; RFC 9923), over UTF-16 units instead of bytes. Stored with the lessons: a change of it is a change of format. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
