/**
 * What an author's word and a lesson are worth here. One's own outcomes come first; what others say moves a lesson only as far as they have earned it, and
 * an author of whom nothing is known moves nothing at all: identities cost nothing, so numbers of them may not count.
 */
import type { AuthorId, OutcomeCounts, Principal, StoredLesson, TrialEvidence } from "@grapevine/core";
import { lowerBound } from "./beta.ts";
import type { Testimony } from "./verdict.ts";
import { credibilityOf, minCredibility } from "./word.ts";

/** Trust in a principal whom the user named does not fall below this: the user knows more than the outcomes. */
export const trustedFloor = 0.5;
/** Below it an author's word does not count. Two own successes with an author's lessons, and no failure, are past it. */
export const minWitnessTrust = 0.4;
/** However often one witness has used a lesson, the word counts as so many outcomes at most, before it is weighted by trust and credibility. */
export const maxWitnessOutcomes = 3;
/** The author's own evidence in the record counts as so many outcomes at most, before it is weighted by trust. */
export const maxEvidenceOutcomes = 1;
/** All evidence of a lesson that nobody has used for so long counts half: one is less sure of it, not convinced of the opposite. */
export const evidenceHalfLifeMs: number = 180 * 24 * 60 * 60 * 1000;
/** A lesson that needed changes counts as half a success and half a failure. */
const changedShare = 0.5;

/** The lower bound of trust in an author, from 0 to 1: a Beta posterior over one's own outcomes with their lessons (see `lowerBound`). */
export function trustOf(principal: Pick<Principal, "standing" | "outcomes"> | undefined): number {
  if (principal === undefined || principal.standing === "blocked") return 0;
  const earned = boundOf(principal.outcomes);
  return principal.standing === "trusted" ? Math.max(trustedFloor, earned) : earned;
}

/** The part of a lesson that its utility is worked out from: a glance at it is enough. */
export interface ScoredLesson extends Pick<StoredLesson, "outcomes" | "usedAt" | "receivedAt"> {
  readonly author: AuthorId;
  /** What its author states in the record. */
  readonly evidence: OutcomeCounts;
  readonly trial?: Pick<TrialEvidence, "wins" | "losses" | "bothRight" | "at">;
}

export function scoredLesson(lesson: StoredLesson): ScoredLesson {
  const { author, evidence } = lesson.record.body;
  return { ...lesson, author, evidence };
}

/**
 * The lower bound of a lesson's utility, from 0 to 1: a Beta posterior (see `lowerBound`) over one's own outcomes with the lesson in the prompt and over one's own
 * trials, to which the outcomes of witnesses and those in the record are added, capped and weighted by the trust in whoever reports them. All of it fades
 * with disuse, which widens the posterior and leaves its mean.
 */
export function utilityOf(lesson: ScoredLesson, testimony: Testimony): number {
  const { author, evidence, outcomes, trial } = lesson;
  const own = author === testimony.self;
  const authorTrust = own ? 1 : trustOf(testimony.principals.get(author));
  const evidenceCap = own ? Number.POSITIVE_INFINITY : maxEvidenceOutcomes;
  const said = [
    { counts: evidence, cap: evidenceCap, weight: authorTrust < minWitnessTrust ? 0 : authorTrust },
    ...witnessesOf(author, testimony).map(({ body, weight }) => ({ counts: body, cap: maxWitnessOutcomes, weight })),
  ];
  let successes = attribution(trial) * successesOf(outcomes) + (trial?.wins ?? 0);
  let failures = failuresOf(outcomes) + (trial?.losses ?? 0);
  for (const { counts, cap, weight } of said) {
    const total = counts.worked + counts.changed + counts.failed;
    if (total === 0) continue;
    const scale = weight * Math.min(1, cap / total);
    successes += scale * successesOf(counts);
    failures += scale * failuresOf(counts);
  }
  const confidence = confidenceAfter(testimony.now - Math.max(lesson.usedAt, lesson.receivedAt, trial?.at ?? 0));
  return lowerBound(confidence * successes, confidence * failures);
}

/** An attestation that counts, and what it counts for. */
export interface Witness {
  readonly body: OutcomeCounts & { readonly author: AuthorId };
  /** Trust in its author, times how far the author's word was borne out; from 0 to 1. */
  readonly weight: number;
}

/**
 * The attestations of a lesson that count: of authors who have earned it or whom the user named, and whose word one's own outcomes have not belied, other than oneself
 * (whose outcomes count directly), the lesson's author, and everybody whose word on it is an echo.
 */
export function witnessesOf(lessonAuthor: AuthorId, testimony: Testimony): readonly Witness[] {
  const { self, relatives, principals } = testimony;
  if (relatives === "everybody") return [];
  return testimony.attestations
    .filter(({ body }) => body.author !== lessonAuthor && body.author !== self && !relatives.has(body.author))
    .flatMap(({ body }) => {
      const principal = principals.get(body.author);
      const trust = trustOf(principal);
      const credibility = credibilityOf(principal?.word);
      return trust >= minWitnessTrust && credibility >= minCredibility ? [{ body, weight: trust * credibility }] : [];
    });
}

/**
 * The share of a lesson's successes that it can be credited with: of the tasks of its trial that went well with it, those that failed without it. Successes that
 * would have come anyway say nothing for it. 1 where no trial says otherwise; half a task is added above and below the line, so that few tasks decide little.
 */
function attribution(trial: ScoredLesson["trial"]): number {
  if (trial === undefined || trial.wins + trial.bothRight === 0) return 1;
  return (trial.wins + 0.5) / (trial.wins + trial.bothRight + 0.5);
}

function confidenceAfter(disuseMs: number): number {
  return 2 ** (-Math.max(0, disuseMs) / evidenceHalfLifeMs);
}

function boundOf(counts: OutcomeCounts): number {
  return lowerBound(successesOf(counts), failuresOf(counts));
}

function successesOf(counts: OutcomeCounts): number {
  return counts.worked + changedShare * counts.changed;
}

function failuresOf(counts: OutcomeCounts): number {
  return counts.failed + (1 - changedShare) * counts.changed;
}
