/**
 * Recall: which lessons go into a prompt. What is about the question first (`relevance.ts`), then utility and trust, then diversity, then the budget. All of that is
 * decided on glances; only what was chosen is read.
 *
 * It guarantees that only lessons that may be used come back (own or admitted, not expired), at most one of a cluster, at most one of two that contradict each other,
 * and at most one of an author whom the user has not named: whoever floods the store with lessons still gets one voice. Lessons that may not be used keep none that
 * may from being found, however many of them lie nearer to the question.
 */
import {
  type AuthorId,
  type Embedder,
  isUsable,
  type LessonGlance,
  type RecalledLesson,
  type RecordId,
  type StoredLesson,
} from "@grapevine/core";
import { answersAnotherQuestion } from "./answers.ts";
import {
  type Candidate,
  type CandidateComponents,
  type CandidateQuery,
  findCandidates,
  hasProvedItself,
  isOfEnvironment,
} from "./candidates.ts";
import { quotedWordings, wordingLikeness } from "./wording.ts";

export interface RecallComponents extends CandidateComponents {
  readonly embedder: Embedder;
  /** Lower bounds of the lessons' utility, from 0 to 1, in order. */
  readonly utilitiesOf: (glances: readonly LessonGlance[]) => Promise<readonly number[]>;
  /** What this node makes of an author. */
  readonly authorOf: (author: AuthorId) => AuthorStanding;
  /** Do the two give opposite guidance for one situation? */
  readonly areInConflict: (first: LessonGlance, second: LessonGlance) => boolean;
}

export interface AuthorStanding {
  /** Lower bound of one's trust, from 0 to 1; 1 for oneself. */
  readonly trust: number;
  /** True for oneself and for principals that the user named: they may speak more than once in a prompt. */
  readonly known: boolean;
}

export interface RecallQuery extends CandidateQuery {
  /** Most characters of all lessons together, as they would stand in the prompt. */
  readonly maxCharacters?: number;
  /** Of a task that has its own: what was right for another one of its environment says nothing of it (`answers.ts`). */
  readonly options?: readonly string[];
  /** True: of lessons that contradict each other all may come back. */
  readonly bothSides?: boolean;
  /** Told which lessons were considered and left out, closest to the question first, at most `maxLeftOut`. */
  readonly onLeftOut?: (leftOut: readonly LeftOutLesson[]) => void;
}

/**
 * Why a lesson that may be used is not in the prompt: it is too far from the question or answers another one, another of its cluster or one that it contradicts is worth more, its author has
 * spoken already, it has not proved itself and comes behind one that has, there is no room for its text, or others rank higher.
 */
export const leftOutReasons = [
  "too-far",
  "same-cluster",
  "contradicted",
  "same-author",
  "unproved",
  "too-long",
  "outranked",
] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

export interface LeftOutLesson {
  readonly lesson: StoredLesson;
  /** Cosine of question and lesson. */
  readonly similarity: number;
  readonly trust: number;
  readonly reason: LeftOutReason;
}

export const maxLeftOut = 8;
/**
 * How far lessons in the prompt of a question may lie behind the nearest. One of another question cost qwen2.5-coder:1.5b 7 of 100 questions, and a wrong
 * lesson that stands beside right ones is never found out.
 */
export const questionFallOff = 0.2;
const defaultMaxCharacters = 4_000;
/** Weights of the ranking: what it is about decides, what it is worth breaks near-ties. */
const environmentWeight = 0.5;
/** Of a task and the lessons from its own environment, beside how it is put (`wording.ts`), which tells kinds apart that lie near each other in meaning: 1. */
const taskMeaningWeight = 1.5;
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
  const found = await findCandidates(query, vector, components);
  const fromThere = await lessonsFromThere(found.near, query, components);
  const { about: near, not: answersToOthers } = siftedAnswers(found.near, fromThere, query);
  const tooFar = [...found.tooFar, ...answersToOthers];
  const utilities = await components.utilitiesOf(near.map(({ glance }) => glance));
  const ranked = near.map((candidate, position) => ranking(candidate, utilities[position] ?? 0, fromThere, query, components));
  const spokesmen = representatives(ranked);
  const agreeing =
    query.bothSides === true ? { kept: spokesmen.kept, leftOut: [] } : withoutConflicts(spokesmen.kept, components);
  const chosen = choose(agreeing.kept.sort(byRank), query);
  if (query.onLeftOut !== undefined) {
    const leftOut = [...spokesmen.leftOut, ...agreeing.leftOut, ...chosen.leftOut, ...tooFar.map(because("too-far"))];
    query.onLeftOut(await fetchedLeftOut(leftOut, components));
  }
  return await fetched(chosen.kept, components.lessons);
}

/** The lessons from the task's own environment: undefined for those that went since they were glanced at. */
type FromThere = ReadonlyMap<Candidate, StoredLesson | undefined>;

async function lessonsFromThere(
  near: readonly Candidate[],
  query: RecallQuery,
  { lessons: store }: RecallComponents,
): Promise<FromThere> {
  const fromThere = near.filter(({ glance }) => isOfEnvironment(glance, query));
  const lessons = await store.getMany(fromThere.map(({ glance }) => glance.id));
  return new Map(fromThere.map((candidate, position) => [candidate, lessons[position]]));
}

function siftedAnswers(
  near: readonly Candidate[],
  fromThere: FromThere,
  { text, options }: RecallQuery,
): { readonly about: readonly Candidate[]; readonly not: readonly Candidate[] } {
  const isAbout = (candidate: Candidate): boolean => {
    const lesson = fromThere.get(candidate);
    return options === undefined || lesson === undefined || !answersAnotherQuestion(text, options, lesson.record.body);
  };
  const sifted = Object.groupBy(near, (candidate) => (isAbout(candidate) ? "about" : "not"));
  return { about: sifted.about ?? [], not: sifted.not ?? [] };
}

/** How much the task is put like those that the lesson speaks of; undefined for lessons from elsewhere. */
function wordingOf(candidate: Candidate, fromThere: FromThere, { text }: RecallQuery): number | undefined {
  if (!fromThere.has(candidate)) return undefined;
  const lesson = fromThere.get(candidate);
  return lesson === undefined ? 0 : wordingLikeness(text, lesson.record.body);
}

/** A lesson that was taken back or archived since it was glanced at is left out. */
async function fetched(chosen: readonly Ranked[], store: RecallComponents["lessons"]): Promise<RecalledLesson[]> {
  const lessons = await store.getMany(chosen.map(({ glance }) => glance.id));
  return chosen.flatMap(({ similarity, utility, author: { trust }, wordings }, position) => {
    const lesson = lessons[position];
    if (lesson === undefined || !isUsable(lesson)) return [];
    const own = quotedWordings(lesson.record.body.situation);
    const furtherWordings = wordings.filter((wording) => !own.includes(wording));
    return [{ lesson, similarity, utility, trust, ...(furtherWordings.length > 0 && { furtherWordings }) }];
  });
}

async function fetchedLeftOut(
  leftOut: readonly LeftOut[],
  { lessons: store, authorOf }: RecallComponents,
): Promise<LeftOutLesson[]> {
  const closest = [...leftOut]
    .sort((first, second) => second.candidate.closeness - first.candidate.closeness)
    .slice(0, maxLeftOut);
  const lessons = await store.getMany(closest.map(({ candidate }) => candidate.glance.id));
  return closest.flatMap(({ candidate: { glance, similarity }, reason }, position) => {
    const lesson = lessons[position];
    return lesson === undefined ? [] : [{ lesson, similarity, trust: authorOf(glance.author).trust, reason }];
  });
}

interface LeftOut {
  readonly candidate: Candidate;
  readonly reason: LeftOutReason;
}

/** What one step of the choice keeps, in its order, and what it does not. */
interface Sifted {
  readonly kept: Ranked[];
  readonly leftOut: readonly LeftOut[];
}

function because(reason: LeftOutReason): (candidate: Candidate) => LeftOut {
  return (candidate) => ({ candidate, reason });
}

interface Ranked extends Candidate {
  readonly utility: number;
  readonly author: AuthorStanding;
  readonly rank: number;
  /** How the tasks are put that it speaks of, where it comes from the environment of the task; of a spokesman those that the others of its cluster add. */
  readonly wordings: readonly string[];
}

/** Of an environment's own tasks shared rare words are the names in the example, which say nothing of the kind. */
function ranking(
  candidate: Candidate,
  utility: number,
  fromThere: FromThere,
  query: RecallQuery,
  components: RecallComponents,
): Ranked {
  const { glance, closeness, similarity } = candidate;
  const author = components.authorOf(glance.author);
  const wording = wordingOf(candidate, fromThere, query);
  const rank =
    (wording === undefined ? closeness : taskMeaningWeight * similarity + wording) +
    environmentWeight * Number(isOfEnvironment(glance, query)) +
    utilityWeight * utility +
    trustWeight * author.trust +
    exampleWeight * Number(glance.hasExample);
  const wordings = quotedWordings(fromThere.get(candidate)?.record.body.situation ?? "");
  return { ...candidate, utility, author, rank, wordings };
}

function byRank(first: Ranked, second: Ranked): number {
  return second.rank - first.rank || (first.glance.id < second.glance.id ? -1 : 1);
}

/** By what they are worth, whatever the question. */
function byMerit(first: Ranked, second: Ranked): number {
  return second.utility - first.utility || second.author.trust - first.author.trust || byRank(first, second);
}

/** Of each cluster the member that is worth most, ranked as the highest of them: they say the same of tasks that are put differently, and it speaks of all of these. */
function representatives(candidates: readonly Ranked[]): Sifted {
  const clusters = new Map<RecordId, Ranked>();
  const others: Ranked[] = [];
  for (const each of [...candidates].sort(byMerit)) {
    const spokesman = clusters.get(each.glance.cluster);
    if (spokesman === undefined) clusters.set(each.glance.cluster, each);
    else {
      others.push(each);
      const wordings = [...new Set([...spokesman.wordings, ...each.wordings])];
      clusters.set(each.glance.cluster, { ...spokesman, wordings, rank: Math.max(spokesman.rank, each.rank) });
    }
  }
  return { kept: [...clusters.values()], leftOut: others.map(because("same-cluster")) };
}

/** Whoever contradicts one that is worth more gives way, unless that one has given way itself. */
function withoutConflicts(candidates: readonly Ranked[], { areInConflict }: RecallComponents): Sifted {
  const kept: Ranked[] = [];
  const others: Ranked[] = [];
  for (const each of [...candidates].sort(byMerit)) {
    const gaveWay = kept.some(({ glance }) => areInConflict(glance, each.glance));
    (gaveWay ? others : kept).push(each);
  }
  return { kept, leftOut: others.map(because("contradicted")) };
}

function choose(ranked: readonly Ranked[], query: RecallQuery): Sifted {
  const { limit, maxFallOff, maxCharacters = defaultMaxCharacters } = query;
  const kept: Ranked[] = [];
  const leftOut: LeftOut[] = [];
  const authors = new Set<AuthorId>();
  let characters = 0;
  let proved = false;
  const reasonAgainst = ({ glance, author }: Ranked): LeftOutReason | undefined => {
    if (kept.length >= limit) return "outranked";
    if (!author.known && authors.has(glance.author)) return "same-author";
    // What nobody has seen work does not ride along behind what has.
    if (maxFallOff !== undefined && proved && !hasProvedItself(glance)) return "unproved";
    return characters + glance.characters > maxCharacters ? "too-long" : undefined;
  };
  for (const each of ranked) {
    const reason = reasonAgainst(each);
    if (reason === undefined) {
      characters += each.glance.characters;
      authors.add(each.glance.author);
      proved ||= hasProvedItself(each.glance);
      kept.push(each);
    } else leftOut.push({ candidate: each, reason });
  }
  return { kept, leftOut };
}
