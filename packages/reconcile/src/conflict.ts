/**
 * Conflicts: two lessons for one situation whose guidance cannot both be followed. Both are kept; which of them is right is decided by outcomes, as long as the
 * outcomes speak clearly, and is open again as soon as they do not.
 */
import { isUsableState, type LessonState, type RecordId, type StoredLesson, type TrialEvidence } from "@grapevine/core";
import { lowerBound, upperBound } from "./beta.ts";
import { type ComparedLesson, contradictionBetween, sameSituation } from "./near-duplicate.ts";

/** Cosine below which two lessons are about too different things to contradict each other. */
export const contradictingSimilarity = 0.6;

/** What in the guidance of two lessons for one situation excludes the other, or undefined. */
export function guidanceContradiction(first: ComparedLesson, second: ComparedLesson): string | undefined {
  return sameSituation(first, second) ? contradictionBetween(first, second)?.reason : undefined;
}

/** Do the two exclude each other, as far as is known? The link may stand on either side. */
export function areInConflict(first: ConflictParty, second: ConflictParty): boolean {
  return names(first, second) || names(second, first);
}

export interface ConflictParty {
  readonly id: RecordId;
  readonly cluster: RecordId;
  readonly conflicts: readonly RecordId[];
}

/** `open`: outcomes do not tell yet. */
export type ConflictState = { readonly state: "open" } | { readonly state: "decided"; readonly winner: RecordId };

/**
 * Decided for one side when, by one's own outcomes and trials alone, the worst that can be thought of it is better than the best that can be thought of the other:
 * their one-sided 95 % bounds do not overlap (see `lowerBound`). Worked out anew each time, so that later outcomes reopen it.
 */
export function conflictState(first: StoredLesson, second: StoredLesson): ConflictState {
  return conflictStateBetween(evidenceOf(first), evidenceOf(second));
}

/** What a conflict is decided by: a glance at a lesson holds it. */
export interface ConflictEvidence extends Pick<StoredLesson, "outcomes"> {
  readonly id: RecordId;
  readonly state: LessonState;
  readonly trial?: Pick<TrialEvidence, "wins" | "losses">;
}

/** As `conflictState`. */
export function conflictStateBetween(first: ConflictEvidence, second: ConflictEvidence): ConflictState {
  const ahead = (one: ConflictEvidence, other: ConflictEvidence): boolean =>
    isUsableState(one.state) && boundsOf(one).lower > boundsOf(other).upper;
  if (ahead(first, second)) return { state: "decided", winner: first.id };
  if (ahead(second, first)) return { state: "decided", winner: second.id };
  return { state: "open" };
}

function evidenceOf({ record, standing, outcomes, trial }: StoredLesson): ConflictEvidence {
  return { id: record.id, state: standing.state, outcomes, ...(trial === undefined ? {} : { trial }) };
}

function boundsOf({ outcomes, trial }: ConflictEvidence): { readonly lower: number; readonly upper: number } {
  const successes = outcomes.worked + (trial?.wins ?? 0);
  const failures = outcomes.failed + (trial?.losses ?? 0);
  return { lower: lowerBound(successes, failures), upper: upperBound(successes, failures) };
}

function names(one: ConflictParty, other: ConflictParty): boolean {
  return one.conflicts.includes(other.id) || one.conflicts.includes(other.cluster);
}
