/** The candidates of a recall: lessons that may be used, near enough to the question or not. */
import {
  type Clock,
  isUsableState,
  type LessonGlance,
  type LessonStore,
  publicSpecification,
  type VectorIndex,
  type WordIndex,
  wordHashes,
} from "@grapevine/core";
import { type Relevance, relevanceOf, relevantLabels } from "./relevance.ts";

export interface CandidateComponents {
  readonly lessons: Pick<LessonStore, "glances" | "getMany">;
  /** The index as it stands; it may be replaced while it is rebuilt. */
  readonly index: () => VectorIndex;
  /** Of lessons that may be used alone: what strangers say must not make a word common. */
  readonly words: Pick<WordIndex, "search" | "scores">;
  readonly clock: Clock;
  /** May the lesson with this label enter a prompt, as far as is known? Asked only where those that may not crowd the neighbourhood of a question. */
  readonly mayBeUsed: (label: number) => boolean;
}

export interface CandidateQuery {
  readonly text: string;
  /** Most lessons to return. */
  readonly limit: number;
  /** Id of the environment that the question comes from: lessons that depend on the very same one are about it, however they are worded. */
  readonly environment?: string;
  /** Least similarity, from −1 to 1. An irrelevant lesson costs accuracy, so that nothing is better than something far off. */
  readonly minSimilarity?: number;
  /** How much further off than the closest lesson that has proved itself here another may be; any, where it is absent. */
  readonly maxFallOff?: number;
}

export interface Candidate extends Relevance {
  readonly glance: LessonGlance;
  /** Cosine of question and lesson. */
  readonly similarity: number;
}

export interface Candidates {
  readonly near: readonly Candidate[];
  readonly tooFar: readonly Candidate[];
}

/** How many neighbours are looked at for each lesson that is wanted: room for the unusable, the duplicates and the crowd of one author. */
const candidatesPerLesson = 4;
const minCandidates = 24;
/** For a task of an environment: its kinds lie near each other, and the wording tells them apart only among those that are looked at. */
const minCandidatesOfTask = 64;
/** How many the shared words bring beyond those that are wanted. With 40 near ones, 12 for 10 find as much as 40 do on LoCoMo's first two conversations. */
const sharingBeyondLimit = 2;
const minSharing = 8;
/**
 * Cosine of MiniLM below which a lesson is left out, unless it comes from the environment of the question. Short questions and the lessons that answer
 * them lie at 0.3 to 0.7, unrelated texts mostly below 0.25.
 */
export const defaultMinSimilarity = 0.3;
/** Words that close so much of the way to the question, as one that hardly any other lesson holds, halve the similarity that is asked for: the name of a command, an error's code. */
const tellingWords = 0.6;

export async function findCandidates(
  query: CandidateQuery,
  vector: Float32Array,
  components: CandidateComponents,
): Promise<Candidates> {
  const index = components.index();
  if (index.size === 0 || index.dimensions !== vector.length) return { near: [], tooFar: [] };
  const usable = await usableCandidates(query, vector, index, components);
  const isNear = nearness(usable, query);
  return { near: usable.filter(isNear), tooFar: usable.filter((candidate) => !isNear(candidate)) };
}

export function hasProvedItself({ state, outcomes }: LessonGlance): boolean {
  return state === "own" || outcomes.worked > outcomes.failed;
}

export function isOfEnvironment(glance: LessonGlance, { environment }: Pick<CandidateQuery, "environment">): boolean {
  return environment !== undefined && glance.environment === publicSpecification(environment);
}

async function usableCandidates(
  { text, limit, environment }: CandidateQuery,
  vector: Float32Array,
  index: VectorIndex,
  { lessons, words, clock, mayBeUsed }: CandidateComponents,
): Promise<Candidate[]> {
  const nearest = Math.max(environment === undefined ? minCandidates : minCandidatesOfTask, limit * candidatesPerLesson);
  const relevance = { vector, words: wordHashes(text), nearest, sharing: Math.max(minSharing, limit + sharingBeyondLimit) };
  const now = clock.now();
  // What the words find is the same where neighbours are looked for once more.
  const shared = words.search(relevance.words, relevance.sharing);
  const indexes = { vectors: index, words: { search: () => shared } };
  const found = async (accepts?: (label: number) => boolean): Promise<Candidate[]> => {
    const relevant = relevantLabels(relevance, indexes, accepts);
    const glances = await lessons.glances(relevant.map(({ label }) => label));
    const usable = relevant.flatMap(({ similarity }, position) => {
      const glance = glances[position];
      return glance !== undefined && isUsableNow(glance, now) ? [{ glance, similarity }] : [];
    });
    const scores = words.scores(
      relevance.words,
      usable.map(({ glance }) => glance.words),
    );
    return usable.map((each, position) => ({ ...each, ...relevanceOf(each.similarity, scores[position] ?? 0) }));
  };
  const usable = await found();
  // Held lessons lie in the same index, and strangers can make any number of them.
  return index.size > nearest && usable.length < nearest / 2 ? await found(mayBeUsed) : usable;
}

function isUsableNow({ state, expiresAt }: LessonGlance, now: number): boolean {
  return isUsableState(state) && (expiresAt === undefined || expiresAt > now);
}

function nearness(candidates: readonly Candidate[], query: CandidateQuery): (candidate: Candidate) => boolean {
  const { minSimilarity: least = defaultMinSimilarity, maxFallOff = Number.POSITIVE_INFINITY } = query;
  // Only what has proved itself sets the measure: a text that copies the question must not push out the lessons that are right.
  const proved = candidates.filter(({ glance }) => hasProvedItself(glance));
  const leastBehind = Math.max(...proved.map(({ similarity }) => similarity)) - maxFallOff;
  const closenessBehind = Math.max(...proved.map(({ closeness }) => closeness)) - maxFallOff;
  return ({ glance, similarity, sharedWords, closeness }) => {
    if (isOfEnvironment(glance, query)) return true;
    const isAbout = similarity >= least || (sharedWords >= tellingWords && similarity >= least / 2);
    return isAbout && (similarity >= leastBehind || closeness >= closenessBehind);
  };
}
