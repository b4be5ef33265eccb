/**
 * Recall: which lessons go into a prompt. Similarity first (dense, then the words they share), then utility and trust, then diversity, then the budget.
 *
 * It guarantees that only lessons that may be used come back (own or admitted, not expired), at most one of a cluster, and at most one of an author
 * whom the user has not named: whoever floods the store with lessons still gets one voice.
 */
import {
  type AuthorId,
  type Clock,
  type Embedder,
  isUsable,
  type LessonBody,
  type LessonStore,
  lessonText,
  publicSpecification,
  type RecalledLesson,
  type StoredLesson,
  type VectorIndex,
} from "@grapevine/core";
import { stemmer } from "stemmer";

export interface RecallComponents {
  readonly lessons: Pick<LessonStore, "byLabels">;
  /** The index as it stands; it may be replaced while it is rebuilt. */
  readonly index: () => VectorIndex;
  readonly embedder: Embedder;
  readonly clock: Clock;
  /** Lower bounds of the lessons' utility, from 0 to 1, in order. */
  readonly utilitiesOf: (lessons: readonly StoredLesson[]) => Promise<readonly number[]>;
  /** What this node makes of an author. */
  readonly authorOf: (author: AuthorId) => AuthorStanding;
}

export interface AuthorStanding {
  /** Lower bound of one's trust, from 0 to 1; 1 for oneself. */
  readonly trust: number;
  /** True for oneself and for principals that the user named: they may speak more than once in a prompt. */
  readonly known: boolean;
}

export interface RecallQuery {
  readonly text: string;
  /** Most lessons to return. */
  readonly limit: number;
  /** Id of the environment that the question comes from: lessons that depend on the very same one are about it, however they are worded. */
  readonly environment?: string;
  /** Least similarity, from −1 to 1. An irrelevant lesson costs accuracy, so that nothing is better than something far off. */
  readonly minSimilarity?: number;
  /** Most characters of all lessons together, as they would stand in the prompt. */
  readonly maxCharacters?: number;
}

/** How many neighbours are looked at for each lesson that is wanted: room for the unusable, the duplicates and the crowd of one author. */
const candidatesPerLesson = 4;
const minCandidates = 24;
/**
 * Cosine of MiniLM below which a lesson is left out, unless it comes from the environment of the question. Short questions and the lessons that answer
 * them lie at 0.3 to 0.7, unrelated texts mostly below 0.25.
 */
const defaultMinSimilarity = 0.3;
const defaultMaxCharacters = 4_000;
/** Weights of the ranking: what it is about decides, what it is worth breaks near-ties. */
const lexicalWeight = 0.15;
const environmentWeight = 0.5;
const utilityWeight = 0.15;
const trustWeight = 0.1;
/** Small models follow a worked example and copy the placeholders of a bare rule (docs/decisions). */
const exampleWeight = 0.1;
/** The fact by which a lesson names the environment that it depends on. */
const environmentFact = "environment";

/** @throws what the embedder and the store throw */
export async function recall(query: RecallQuery, components: RecallComponents): Promise<RecalledLesson[]> {
  const [vector] = await components.embedder.embed([query.text]);
  return vector === undefined ? [] : recallByVector(query, vector, components);
}

/** As `recall`, for a text whose vector is known. */
export async function recallByVector(
  query: RecallQuery,
  vector: Float32Array,
  components: RecallComponents,
): Promise<RecalledLesson[]> {
  const index = components.index();
  if (index.size === 0 || index.dimensions !== vector.length) return [];
  const neighbours = index.search(vector, Math.max(minCandidates, query.limit * candidatesPerLesson));
  const stored = await components.lessons.byLabels(neighbours.map(({ label }) => label));
  const now = components.clock.now();
  const candidates = neighbours.flatMap(({ similarity }, position) => {
    const lesson = stored[position];
    return lesson !== undefined && isCandidate(lesson, similarity, query, now) ? [{ lesson, similarity }] : [];
  });
  const utilities = await components.utilitiesOf(candidates.map(({ lesson }) => lesson));
  const shares = sharedWords(query.text, candidates);
  const ranked = candidates.map((candidate, position) =>
    ranking(candidate, { utility: utilities[position] ?? 0, lexical: shares[position] ?? 0 }, query, components),
  );
  ranked.sort((a, b) => b.rank - a.rank || (a.lesson.record.id < b.lesson.record.id ? -1 : 1));
  return choose(ranked, query);
}

interface Candidate {
  readonly lesson: StoredLesson;
  readonly similarity: number;
}

function isCandidate(lesson: StoredLesson, similarity: number, query: RecallQuery, now: number): boolean {
  if (!isUsable(lesson) || isExpired(lesson, now)) return false;
  return isOfEnvironment(lesson, query) || similarity >= (query.minSimilarity ?? defaultMinSimilarity);
}

function isOfEnvironment(lesson: StoredLesson, { environment }: RecallQuery): boolean {
  return environment !== undefined && lesson.record.body.environment?.[environmentFact] === publicSpecification(environment);
}

interface Ranked extends RecalledLesson {
  readonly rank: number;
  readonly author: AuthorStanding;
}

function ranking(
  { lesson, similarity }: Candidate,
  { utility, lexical }: { readonly utility: number; readonly lexical: number },
  query: RecallQuery,
  components: RecallComponents,
): Ranked {
  const author = components.authorOf(lesson.record.body.author);
  const rank =
    similarity +
    lexicalWeight * lexical +
    environmentWeight * Number(isOfEnvironment(lesson, query)) +
    utilityWeight * utility +
    trustWeight * author.trust +
    exampleWeight * Number(lesson.record.body.example !== undefined);
  return { lesson, similarity, utility, trust: author.trust, author, rank };
}

function choose(ranked: readonly Ranked[], query: RecallQuery): RecalledLesson[] {
  const chosen: RecalledLesson[] = [];
  const clusters = new Set<string>();
  const authors = new Set<AuthorId>();
  let characters = 0;
  for (const { lesson, similarity, utility, trust, author } of ranked) {
    if (chosen.length >= query.limit) break;
    const { body } = lesson.record;
    if (clusters.has(lesson.cluster) || (!author.known && authors.has(body.author))) continue;
    const length = lessonText(body).length + (body.example?.task.length ?? 0) + (body.example?.steps.join("").length ?? 0);
    if (characters + length > (query.maxCharacters ?? defaultMaxCharacters)) continue;
    characters += length;
    clusters.add(lesson.cluster);
    authors.add(body.author);
    chosen.push({ lesson, similarity, utility, trust });
  }
  return chosen;
}

function isExpired(lesson: StoredLesson, now: number): boolean {
  const { expiresAt } = lesson.record.body;
  return expiresAt !== undefined && expiresAt <= now;
}

/**
 * How much of the question each candidate shares, from 0 to 1: of the question's words, weighted by how few of the candidates hold them (the inverse
 * document frequency of K. Spärck Jones, 1972, over the candidates alone), so that what all of them say tells nothing.
 */
function sharedWords(question: string, candidates: readonly Candidate[]): number[] {
  const texts = candidates.map(({ lesson }) => wordsOfLesson(lesson.record.body));
  const weights = new Map<string, number>();
  for (const word of words(question)) {
    const holders = texts.filter((text) => text.has(word)).length;
    weights.set(word, Math.log((1 + texts.length) / (1 + holders)));
  }
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return texts.map((text) => {
    if (total === 0) return 0;
    let shared = 0;
    for (const [word, weight] of weights) if (text.has(word)) shared += weight;
    return shared / total;
  });
}

/** A lesson's text never changes, and the store gives what it has cached as the same object: the words are found once for as long as that lives. */
const wordsOfLessons = new WeakMap<LessonBody, ReadonlySet<string>>();

function wordsOfLesson(lesson: LessonBody): ReadonlySet<string> {
  const known = wordsOfLessons.get(lesson);
  if (known !== undefined) return known;
  const found = words(lessonText(lesson));
  wordsOfLessons.set(lesson, found);
  return found;
}

const stems = new Map<string, string>();
const maxCachedStems = 20_000;

/** Stemmed words of more than two letters. Stemming is cached: the same few thousand words come again and again. */
function words(text: string): Set<string> {
  const found = new Set<string>();
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []) {
    let stem = stems.get(word);
    if (stem === undefined) {
      stem = stemmer(word);
      if (stems.size >= maxCachedStems) stems.clear();
      stems.set(word, stem);
    }
    found.add(stem);
  }
  return found;
}
