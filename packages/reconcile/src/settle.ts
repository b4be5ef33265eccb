/** From verdicts to lessons as they are kept. */
import { type LessonBody, noOutcomes, type SignedRecord, type Standing, type StoredLesson, withStanding } from "@grapevine/core";
import type { LessonVerdict } from "./verdict.ts";

export interface NewLessonInit {
  /** The vector index's name for it. */
  readonly label: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
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
  };
}

/** The kept lesson after a verdict on it; the very same object when the verdict changes nothing. `now` in milliseconds since the epoch. */
export function settle(lesson: StoredLesson, verdict: LessonVerdict, now: number): StoredLesson {
  const { standing, cluster } = lesson;
  const moved = cluster !== verdict.cluster;
  // What a rule says in words may hold counts that grow; only another rule or state is a new standing.
  if (!moved && standing.state === verdict.state && sameRule(standing, verdict)) return lesson;
  return withStanding({ ...lesson, cluster: verdict.cluster }, standingAfter(verdict, now));
}

/** Where a lesson was taken back, or archived, it stays so for the reason it had first. */
function sameRule(standing: Standing, verdict: LessonVerdict): boolean {
  return standing.rule === verdict.rule || verdict.state === "retracted" || verdict.state === "archived";
}

function standingAfter(verdict: LessonVerdict, now: number): Standing {
  const reason = verdict.joined === undefined ? verdict.reason : `${verdict.reason}; ${verdict.joined.reason}`;
  return { state: verdict.state, rule: verdict.rule, reason, since: now };
}
