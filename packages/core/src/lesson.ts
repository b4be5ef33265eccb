/** A lesson as a node keeps it: the signed record, and what this node makes of it. */
import type { AuthorId } from "./identity.ts";
import type { LessonBody, RecordId, SignedRecord } from "./records.ts";

/**
 * `own`: written here. `admitted`: believed. `held`: kept, not used, until it earns its place. `archived`: pruned, not used, not fetched again.
 * `retracted`: its author took it back, or the owner or the author's next key does not keep it.
 */
export const lessonStates = ["own", "admitted", "held", "archived", "retracted"] as const;
export type LessonState = (typeof lessonStates)[number];

/** Why a lesson is in its state: the rule that decided, in words, and when. */
export interface Standing {
  readonly state: LessonState;
  /** The rule's name in the table of `reconcile`. */
  readonly rule: string;
  /** One sentence for people: on what evidence. */
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Outcomes of one's own with the lesson in the prompt. */
export interface OutcomeCounts {
  readonly worked: number;
  readonly changed: number;
  readonly failed: number;
}
export const noOutcomes: OutcomeCounts = { worked: 0, changed: 0, failed: 0 };

/** What a node's own trial of a lesson showed: stored tasks, each done with the lesson and without it. */
export interface TrialEvidence {
  /** Tasks done only with the lesson. */
  readonly wins: number;
  /** Tasks done only without it. */
  readonly losses: number;
  readonly bothRight: number;
  readonly bothWrong: number;
  /** How often the model was asked. */
  readonly generations: number;
  /** `undecided`: the budget of tasks is used up, or there were too few. */
  readonly verdict: "admitted" | "refused" | "undecided";
  /** Which tasks they were, so that none counts twice; absent in what earlier versions kept. */
  readonly tasks?: readonly string[];
  /** The lesson that it was tried against; absent where it was tried against no lesson at all. */
  readonly against?: RecordId;
  readonly model: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface StoredLesson {
  readonly record: SignedRecord<LessonBody>;
  readonly standing: Standing;
  /** Earlier standings, oldest first, bounded by `maxStandings`. */
  readonly history: readonly Standing[];
  /** The first member's id: near-duplicates share it. A lesson alone is its own cluster. */
  readonly cluster: RecordId;
  /** The vector index's name for it: a uint32 that is never used for another lesson. */
  readonly label: number;
  readonly pinned: boolean;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly outcomes: OutcomeCounts;
  /** When it was last in a prompt; 0 for never. Milliseconds since the epoch. */
  readonly usedAt: number;
  /** Lessons that give opposite guidance for the same situation, both kept: at most `maxConflicts`, the first ones found. */
  readonly conflicts: readonly RecordId[];
  /** The label of the lesson that its topic began with: what pruning covers evenly. Its own label as long as it is alone or not placed. */
  readonly topic: number;
  readonly trial?: TrialEvidence;
  /** A draft for a whole cluster: the member that it has to beat in a trial before it is used or passed on. */
  readonly consolidates?: RecordId;
  /** The lower bound of its utility when it was pruned: more than that, and it comes back. */
  readonly prunedUtility?: number;
}

/** Conflicts that a lesson remembers: a flood of contradictions must not make it grow. Each is remembered on the other side as well. */
export const maxConflicts = 16;

/** Earlier standings that a lesson keeps: enough to explain it, bounded so that a flapping lesson cannot grow. */
export const maxStandings = 16;

/** A lesson, or what is kept about it, with a new standing; the old one is moved to its history. */
export function withStanding<Kept extends Pick<StoredLesson, "standing" | "history">>(lesson: Kept, standing: Standing): Kept {
  return { ...lesson, standing, history: [...lesson.history, lesson.standing].slice(-maxStandings) };
}

/** May it enter a prompt? */
export function isUsable(lesson: StoredLesson): boolean {
  return isUsableState(lesson.standing.state);
}

/** States of lessons that may stand in a prompt. */
export const usableStates: readonly LessonState[] = ["own", "admitted"];

export function isUsableState(state: LessonState): boolean {
  return usableStates.includes(state);
}

/** An identity that this node knows something of. */
export interface Principal {
  readonly author: AuthorId;
  /** What the user calls it; absent when nobody named it. */
  readonly name?: string;
  /** `trusted` and `blocked` are the user's word; `stranger` is everybody else. */
  readonly standing: "trusted" | "blocked" | "stranger";
  /** One's own outcomes with this author's lessons: what trust is computed from. */
  readonly outcomes: OutcomeCounts;
  /** How often this author's attestations were confirmed by one's own outcomes with the same lessons, and how often they were belied. */
  readonly word: WordCounts;
  /**
   * The row of this author's lessons that failed at their first use here: each lengthens it by one, one that came no earlier and worked at its first use shortens it by
   * one, and the user's word ends it.
   */
  readonly failuresInRow: number;
  /** When the first to come of the lessons in that row was received. Milliseconds since the epoch; without meaning while the row is empty. */
  readonly failingSince?: number | undefined;
}

export interface WordCounts {
  readonly agreed: number;
  readonly disagreed: number;
}

/** An author of whom nothing is known. */
export function strangerCalled(author: AuthorId): Principal {
  return { author, standing: "stranger", outcomes: noOutcomes, word: { agreed: 0, disagreed: 0 }, failuresInRow: 0 };
}

/** A lesson that recall chose, and why. */
export interface RecalledLesson {
  readonly lesson: StoredLesson;
  /** Cosine of question and lesson. */
  readonly similarity: number;
  /** Lower bound of the lesson's utility, from 0 to 1. */
  readonly utility: number;
  /** Lower bound of one's trust in its author, from 0 to 1. */
  readonly trust: number;
  /** How tasks of its kind are put, as the situations of other lessons of its cluster quote it; absent where nothing is added. */
  readonly furtherWordings?: readonly string[];
}

/** A lesson that is not signed yet: what distillation and teaching produce. */
export type LessonDraft = Pick<
  LessonBody,
  | "kind"
  | "title"
  | "situation"
  | "guidance"
  | "example"
  | "evidence"
  | "tags"
  | "environment"
  | "model"
  | "derivedFrom"
  | "supersedes"
>;
