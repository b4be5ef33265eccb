/**
 * What an author's word and a lesson are worth here. One's own outcomes come first; what others say moves a lesson only as far as they have earned it, and
 * an author of whom nothing is known moves nothing at all: identities cost nothing, so numbers of them may not count.
 */
import type { AttestationBody, LessonBody, OutcomeCounts, Principal, SignedRecord, StoredLesson } from "@grapevine/core";
import { lowerBound } from "./beta.ts";
import type { Testimony } from "./verdict.ts";

/** Trust in a principal whom the user named does not fall below this: the user knows more than the outcomes. */
export const trustedFloor = 0.5;
/** Below it an author's word does not count. Two own successes with an author's lessons, and no failure, are past it. */
export const minWitnessTrust = 0.4;
/** However often one witness has used a lesson, the word counts as so many outcomes at most, before it is weighted by trust. */
export const maxWitnessOutcomes = 3;
/** The author's own evidence in the record counts as so many outcomes at most, before it is weighted by trust. */
export const maxEvidenceOutcomes = 1;
/** A lesson that needed changes counts as half a success and half a failure. */
const changedShare = 0.5;

/** The lower bound of trust in an author, from 0 to 1: a Beta posterior over one's own outcomes with their lessons (see `lowerBound`). */
export function trustOf(principal: Pick<Principal, "standing" | "outcomes"> | undefined): number {
  if (principal === undefined || principal.standing === "blocked") return 0;
  const earned = boundOf(principal.outcomes);
  return principal.standing === "trusted" ? Math.max(trustedFloor, earned) : earned;
}

/**
 * The lower bound of a lesson's utility, from 0 to 1: a Beta posterior (see `lowerBound`) over one's own outcomes with the lesson in the prompt, to which
 * the outcomes of witnesses and those in the record are added, capped and weighted by the trust in whoever reports them.
 */
export function utilityOf(lesson: StoredLesson, testimony: Testimony): number {
  const { record, outcomes } = lesson;
  const own = record.body.author === testimony.self;
  const authorTrust = own ? 1 : trustOf(testimony.principals.get(record.body.author));
  const evidenceCap = own ? Number.POSITIVE_INFINITY : maxEvidenceOutcomes;
  const reports = [
    { counts: outcomes, cap: Number.POSITIVE_INFINITY, weight: 1 },
    { counts: record.body.evidence, cap: evidenceCap, weight: authorTrust < minWitnessTrust ? 0 : authorTrust },
    ...witnessesOf(record, testimony).map(({ body, trust }) => ({ counts: body, cap: maxWitnessOutcomes, weight: trust })),
  ];
  let successes = 0;
  let failures = 0;
  for (const { counts, cap, weight } of reports) {
    const total = counts.worked + counts.changed + counts.failed;
    if (total === 0) continue;
    const scale = weight * Math.min(1, cap / total);
    successes += scale * successesOf(counts);
    failures += scale * (total - successesOf(counts));
  }
  return lowerBound(successes, failures);
}

/** An attestation that counts, and the trust in its author. */
export interface Witness {
  readonly body: AttestationBody;
  readonly trust: number;
}

/**
 * The attestations of a lesson that count: of authors who have earned it or whom the user named, other than oneself (whose outcomes count directly), the
 * lesson's author, and everybody whose word on it is an echo.
 */
export function witnessesOf(lesson: SignedRecord<LessonBody>, testimony: Testimony): readonly Witness[] {
  const { self, relatives, principals } = testimony;
  return testimony.attestations
    .filter(({ body }) => body.lesson === lesson.id && body.author !== lesson.body.author && body.author !== self)
    .filter(({ body }) => !relatives.has(body.author))
    .map(({ body }) => ({ body, trust: trustOf(principals.get(body.author)) }))
    .filter(({ trust }) => trust >= minWitnessTrust);
}

function boundOf(counts: OutcomeCounts): number {
  const successes = successesOf(counts);
  return lowerBound(successes, counts.worked + counts.changed + counts.failed - successes);
}

function successesOf(counts: OutcomeCounts): number {
  return counts.worked + changedShare * counts.changed;
}
