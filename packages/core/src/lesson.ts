/** A lesson as a node keeps it: the signed record, and what this node makes of it. */
import type { AuthorId } from "./identity.ts";
import type { LessonBody, RecordId, SignedRecord } from "./records.ts";

/**
 * `own`: written here. `admitted`: believed. `held`: kept, not used, until it earns its place. `archived`: pruned, not used, not fetched again.
 * `retracted`: its author took it back.
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
}

/** Earlier standings that a lesson keeps: enough to explain it, bounded so that a flapping lesson cannot grow. */
export const maxStandings = 16;

/** The lesson with a new standing, the old one moved to its history. */
export function withStanding(lesson: StoredLesson, standing: Standing): StoredLesson {
  return { ...lesson, standing, history: [...lesson.history, lesson.standing].slice(-maxStandings) };
}

/** May it enter a prompt? */
export function isUsable(lesson: StoredLesson): boolean {
  return lesson.standing.state === "own" || lesson.standing.state === "admitted";
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
