/** From verdicts to lessons as they are kept. */
import {
  type LessonBody,
  maxConflicts,
  noOutcomes,
  type RecordId,
  type SignedRecord,
  type Standing,
  type StoredLesson,
  withStanding,
} from "@grapevine/core";
import type { LessonVerdict } from "./verdict.ts";

export interface NewLessonInit {
  /** The vector index's name for it. */
  readonly label: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** A draft for a whole cluster: the member that it has to beat. */
  readonly consolidates?: RecordId;
}

/** A lesson that was judged on its arrival, as it is first kept. */
export function newLesson(record: SignedRecord<LessonBody>, verdict: LessonVerdict, init: NewLessonInit): StoredLesson {
  return {
    record,
    standing: standingAfter(verdict, init.now),
    history: [],
    cluster: verdict.cluster,
    label: init.label,
    pinned: false,
    receivedAt: init.now,
    outcomes: noOutcomes,
    usedAt: 0,
    conflicts: verdict.contradicts?.with.slice(0, maxConflicts) ?? [],
    topic: init.label,
    ...(init.consolidates === undefined ? {} : { consolidates: init.consolidates }),
  };
}

/** The kept lesson after a verdict on it; the very same object when the verdict changes nothing. `now` in milliseconds since the epoch. */
export function settle(lesson: StoredLesson, verdict: LessonVerdict, now: number): StoredLesson {
  const linked = withConflicts(lesson, verdict.contradicts?.with ?? []);
  const { standing, cluster } = linked;
  const moved = cluster !== verdict.cluster;
  // What a rule says in words may hold counts that grow; only another rule or state is a new standing.
  if (!moved && standing.state === verdict.state && sameRule(standing, verdict)) return linked;
  return withStanding({ ...linked, cluster: verdict.cluster }, standingAfter(verdict, now));
}

/** The lesson with more links to lessons that it contradicts; the very same object when all of them are known, or no more are kept. */
export function withConflicts(lesson: StoredLesson, others: readonly RecordId[]): StoredLesson {
  const conflicts = [...new Set([...lesson.conflicts, ...others])].slice(0, maxConflicts);
  return conflicts.length === lesson.conflicts.length ? lesson : { ...lesson, conflicts };
}

/** Where a lesson was taken back, or archived, it stays so for the reason it had first. */
function sameRule(standing: Standing, verdict: LessonVerdict): boolean {
  return standing.rule === verdict.rule || verdict.state === "retracted" || verdict.state === "archived";
}

function standingAfter(verdict: LessonVerdict, now: number): Standing {
  const reasons = [verdict.reason, verdict.joined?.reason, verdict.contradicts?.reason].filter((reason) => reason !== undefined);
  return { state: verdict.state, rule: verdict.rule, reason: reasons.join("; "), since: now };
}
