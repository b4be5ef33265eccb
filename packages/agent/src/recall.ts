/**
 * Recall: which lessons go into a prompt. Similarity first (dense, then the words they share), then utility and trust, then diversity, then the budget. All of that
 * is decided on glances; only what was chosen is read.
 *
 * It guarantees that only lessons that may be used come back (own or admitted, not expired), at most one of a cluster, at most one of two that contradict each other,
 * and at most one of an author whom the user has not named: whoever floods the store with lessons still gets one voice. Lessons that may not be used keep none that
 * may from being found, however many of them lie nearer to the question.
 */
import {
  type AuthorId,
  type Clock,
  type Embedder,
  isUsable,
  isUsableState,
  type LessonGlance,
  type LessonStore,
  type Neighbour,
  publicSpecification,
  type RecalledLesson,
  type RecordId,
  type VectorIndex,
  wordHashes,
} from "@grapevine/core";

export interface RecallComponents {
  readonly lessons: Pick<LessonStore, "glances" | "getMany">;
  /** The index as it stands; it may be replaced while it is rebuilt. */
  readonly index: () => VectorIndex;
  readonly embedder: Embedder;
  readonly clock: Clock;
  /** Lower bounds of the lessons' utility, from 0 to 1, in order. */
  readonly utilitiesOf: (glances: readonly LessonGlance[]) => Promise<readonly number[]>;
  /** What this node makes of an author. */
  readonly authorOf: (author: AuthorId) => AuthorStanding;
  /** May the lesson with this label enter a prompt, as far as is known? Asked only where those that may not crowd the neighbourhood of a question. */
  readonly mayBeUsed: (label: number) => boolean;
  /** Do the two give opposite guidance for one situation? */
  readonly areInConflict: (first: LessonGlance, second: LessonGlance) => boolean;
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
  /** How much less similar than the most similar lesson that has proved itself here another may be; any, where it is absent. */
  readonly maxFallOff?: number;
  /** Most characters of all lessons together, as they would stand in the prompt. */
  readonly maxCharacters?: number;
  /** True: of lessons that contradict each other all may come back. */
  readonly bothSides?: boolean;
}

/** How many neighbours are looked at for each lesson that is wanted: room for the unusable, the duplicates and the crowd of one author. */
const candidatesPerLesson = 4;
const minCandidates = 24;
/**
 * Cosine of MiniLM below which a lesson is left out, unless it comes from the environment of the question. Short questions and the lessons that answer
 * them lie at 0.3 to 0.7, unrelated texts mostly below 0.25.
 */
const defaultMinSimilarity = 0.3;
/**
 * How far lessons in the prompt of a question may lie behind the nearest. One of another question cost qwen2.5-coder:1.5b 7 of 100 questions, and a wrong
 * lesson that stands beside right ones is never found out.
 */
export const questionFallOff = 0.2;
const defaultMaxCharacters = 4_000;
/** Weights of the ranking: what it is about decides, what it is worth breaks near-ties. */
const lexicalWeight = 0.15;
const environmentWeight = 0.5;
const utilityWeight = 0.15;
const trustWeight = 0.1;
/** Small models follow a worked example and copy the placeholders of a bare rule (docs/decisions). */
const exampleWeight = 0.1;

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
  const candidates = await findCandidates(query, vector, index, components);
  const utilities = await components.utilitiesOf(candidates.map(({ glance }) => glance));
  const shares = sharedWords(query.text, candidates);
  const ranked = candidates.map((candidate, position) =>
    ranking(candidate, { utility: utilities[position] ?? 0, lexical: shares[position] ?? 0 }, query, components),
  );
  const spokesmen = representatives(ranked);
  const agreeing = query.bothSides === true ? spokesmen : withoutConflicts(spokesmen, components);
  return await fetched(choose(agreeing.sort(byRank), query), components.lessons);
}

async function findCandidates(
  query: RecallQuery,
  vector: Float32Array,
  index: VectorIndex,
  { lessons, clock, mayBeUsed }: RecallComponents,
): Promise<Candidate[]> {
  const count = Math.max(minCandidates, query.limit * candidatesPerLesson);
  const now = clock.now();
  const among = async (neighbours: readonly Neighbour[]): Promise<Candidate[]> => {
    const glances = await lessons.glances(neighbours.map(({ label }) => label));
    return neighbours.flatMap(({ similarity }, position) => {
      const glance = glances[position];
      return glance !== undefined && isUsableNow(glance, now) ? [{ glance, similarity }] : [];
    });
  };
  const near = index.search(vector, count);
  let usable = await among(near);
  // Held lessons lie in the same index, and strangers can make any number of them.
  if (near.length === count && usable.length < count / 2) usable = await among(index.search(vector, count, mayBeUsed));
  const least = leastSimilarity(usable, query);
  return usable.filter(({ glance, similarity }) => similarity >= least || isOfEnvironment(glance, query));
}

/** A lesson that was taken back or archived since it was glanced at is left out. */
async function fetched(chosen: readonly Ranked[], store: RecallComponents["lessons"]): Promise<RecalledLesson[]> {
  const lessons = await store.getMany(chosen.map(({ glance }) => glance.id));
  return chosen.flatMap(({ similarity, utility, author: { trust } }, position) => {
    const lesson = lessons[position];
    return lesson !== undefined && isUsable(lesson) ? [{ lesson, similarity, utility, trust }] : [];
  });
}

interface Candidate {
  readonly glance: LessonGlance;
  /** Cosine of question and lesson. */
  readonly similarity: number;
}

function isUsableNow({ state, expiresAt }: LessonGlance, now: number): boolean {
  return isUsableState(state) && (expiresAt === undefined || expiresAt > now);
}

function leastSimilarity(candidates: readonly Candidate[], query: RecallQuery): number {
  const least = query.minSimilarity ?? defaultMinSimilarity;
  if (query.maxFallOff === undefined) return least;
  // Only what has proved itself sets the measure: a text that copies the question must not push out the lessons that are right.
  const proved = candidates.filter(({ glance }) => hasProvedItself(glance)).map(({ similarity }) => similarity);
  return Math.max(least, ...proved.map((similarity) => similarity - (query.maxFallOff ?? 0)));
}

function hasProvedItself({ state, outcomes }: LessonGlance): boolean {
  return state === "own" || outcomes.worked > outcomes.failed;
}

function isOfEnvironment(glance: LessonGlance, { environment }: RecallQuery): boolean {
  return environment !== undefined && glance.environment === publicSpecification(environment);
}

interface Ranked extends Candidate {
  readonly utility: number;
  readonly author: AuthorStanding;
  readonly rank: number;
}

function ranking(
  { glance, similarity }: Candidate,
  { utility, lexical }: { readonly utility: number; readonly lexical: number },
  query: RecallQuery,
  components: RecallComponents,
): Ranked {
  const author = components.authorOf(glance.author);
  const rank =
    similarity +
    lexicalWeight * lexical +
    environmentWeight * Number(isOfEnvironment(glance, query)) +
    utilityWeight * utility +
    trustWeight * author.trust +
    exampleWeight * Number(glance.hasExample);
  return { glance, similarity, utility, author, rank };
}

function byRank(first: Ranked, second: Ranked): number {
  return second.rank - first.rank || (first.glance.id < second.glance.id ? -1 : 1);
}

/** By what they are worth, whatever the question. */
function byMerit(first: Ranked, second: Ranked): number {
  return second.utility - first.utility || second.author.trust - first.author.trust || byRank(first, second);
}

/** Of each cluster the member that is worth most. */
function representatives(candidates: readonly Ranked[]): Ranked[] {
  const clusters = new Map<RecordId, Ranked>();
  for (const each of [...candidates].sort(byMerit)) {
    if (!clusters.has(each.glance.cluster)) clusters.set(each.glance.cluster, each);
  }
  return [...clusters.values()];
}

/** Whoever contradicts one that is worth more gives way, unless that one has given way itself. */
function withoutConflicts(candidates: readonly Ranked[], { areInConflict }: RecallComponents): Ranked[] {
  const kept: Ranked[] = [];
  for (const each of [...candidates].sort(byMerit)) {
    if (!kept.some(({ glance }) => areInConflict(glance, each.glance))) kept.push(each);
  }
  return kept;
}

function choose(ranked: readonly Ranked[], query: RecallQuery): Ranked[] {
  const chosen: Ranked[] = [];
  const authors = new Set<AuthorId>();
  let characters = 0;
  let proved = false;
  for (const each of ranked) {
    if (chosen.length >= query.limit) break;
    const { glance } = each;
    if (!each.author.known && authors.has(glance.author)) continue;
    // What nobody has seen work does not ride along behind what has.
    if (query.maxFallOff !== undefined && proved && !hasProvedItself(glance)) continue;
    if (characters + glance.characters > (query.maxCharacters ?? defaultMaxCharacters)) continue;
    characters += glance.characters;
    authors.add(glance.author);
    proved ||= hasProvedItself(glance);
    chosen.push(each);
  }
  return chosen;
}

/**
 * How much of the question each candidate shares, from 0 to 1: of the question's words, weighted by how few of the candidates hold them (the inverse
 * document frequency of K. Spärck Jones, 1972, over the candidates alone), so that what all of them say tells nothing.
 */
function sharedWords(question: string, candidates: readonly Candidate[]): number[] {
  const words = wordHashes(question);
  const shared = candidates.map(({ glance }) => positionsShared(words, glance.words));
  const holders = new Uint32Array(words.length);
  for (const positions of shared) for (const position of positions) holders[position] = (holders[position] ?? 0) + 1;
  const weights = holders.map((count) => Math.log((1 + candidates.length) / (1 + count)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return shared.map((positions) =>
    total === 0 ? 0 : positions.reduce((sum, position) => sum + (weights[position] ?? 0), 0) / total,
  );
}

/** Where in the first of two ascending lists the numbers of the second stand. */
function positionsShared(first: Uint32Array, second: Uint32Array): number[] {
  const positions: number[] = [];
  let at = 0;
  for (let position = 0; position < first.length; position++) {
    const number = first[position] as number;
    while (at < second.length && (second[at] as number) < number) at++;
    if (second[at] === number) positions.push(position);
  }
  return positions;
}
