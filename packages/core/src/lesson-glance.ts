/**
 * What can be told of a lesson at a glance: enough to rank it, to prune it or to leave it out, without reading the lesson. A store holds the glances of all its
 * lessons in memory and fetches only those that were chosen.
 */
import type { AuthorId } from "./identity.ts";
import type { LessonState, OutcomeCounts, StoredLesson, TrialEvidence } from "./lesson.ts";
import { lessonWords, type WeighedWords } from "./lesson-words.ts";
import { type LessonBody, lessonText, type RecordId } from "./records.ts";

/** A field more is a line here, one in `glanceOf`, and two where the store writes and reads it. */
export interface LessonGlance {
  readonly id: RecordId;
  readonly label: number;
  readonly state: LessonState;
  readonly author: AuthorId;
  readonly cluster: RecordId;
  readonly derivedFrom: readonly RecordId[];
  /** As in `StoredLesson`. */
  readonly conflicts: readonly RecordId[];
  readonly topic: number;
  readonly pinned: boolean;
  /** Milliseconds since the epoch, as all times here. */
  readonly expiresAt?: number;
  readonly receivedAt: number;
  /** When it was last in a prompt; 0 for never. */
  readonly usedAt: number;
  /** One's own, with the lesson in the prompt. */
  readonly outcomes: OutcomeCounts;
  /** Those that its author states in the record. */
  readonly evidence: OutcomeCounts;
  /** The latest attestation of each author who made one. */
  readonly attestations: readonly AttestedCounts[];
  readonly trial?: TrialCounts;
  /** The environment that it depends on, as its facts name it. */
  readonly environment?: string;
  readonly hasExample: boolean;
  /** Of text and example together: what it takes of a prompt. */
  readonly characters: number;
  /** See `lessonWords`. */
  readonly words: WeighedWords;
}

/** What one author's attestation says of a lesson. */
export interface AttestedCounts extends OutcomeCounts {
  readonly author: AuthorId;
}

/** What counts of a trial. */
export type TrialCounts = Pick<TrialEvidence, "wins" | "losses" | "bothRight" | "at">;

export function glanceOf(lesson: StoredLesson, attestations: readonly AttestedCounts[]): LessonGlance {
  const { id, body } = lesson.record;
  const environment = body.environment?.[environmentFact];
  return {
    id,
    label: lesson.label,
    state: lesson.standing.state,
    author: body.author,
    cluster: lesson.cluster,
    derivedFrom: body.derivedFrom,
    conflicts: lesson.conflicts,
    topic: lesson.topic,
    pinned: lesson.pinned,
    ...(body.expiresAt === undefined ? {} : { expiresAt: body.expiresAt }),
    receivedAt: lesson.receivedAt,
    usedAt: lesson.usedAt,
    outcomes: countsOf(lesson.outcomes),
    evidence: countsOf(body.evidence),
    attestations,
    ...(lesson.trial === undefined ? {} : { trial: trialCountsOf(lesson.trial) }),
    ...(environment === undefined ? {} : { environment }),
    hasExample: body.example !== undefined,
    characters: charactersOf(body),
    words: lessonWords(body),
  };
}

/** The fact by which a lesson names the environment that it depends on. */
const environmentFact = "environment";

function countsOf({ worked, changed, failed }: OutcomeCounts): OutcomeCounts {
  return { worked, changed, failed };
}

function trialCountsOf({ wins, losses, bothRight, at }: TrialCounts): TrialCounts {
  return { wins, losses, bothRight, at };
}

function charactersOf({ example, ...lesson }: LessonBody): number {
  return lessonText(lesson).length + (example?.task.length ?? 0) + (example?.steps.join("").length ?? 0);
}
