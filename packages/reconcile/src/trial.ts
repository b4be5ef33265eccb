/**
 * Trials: stored tasks, each done with a lesson and without it (or with a rival), until the evidence is enough.
 *
 * The decision is A. Wald's sequential probability ratio test ("Sequential Tests of Statistical Hypotheses", Annals of Mathematical Statistics 16(2), 1945) on the
 * tasks that tell something. A task that goes well either way tells nothing and is left out, as in Q. McNemar's test of paired outcomes (1947); one that only the
 * lesson made possible is a success; one that it spoilt, or that it promised to help with and did not, is a failure. The hypotheses are the shares of
 * successes below: a lesson that does not help, and one that does.
 */
import type { TrialEvidence } from "@grapevine/core";

/** Share of telling tasks on which a useless lesson still seems to help: models change their answers for no good reason. */
export const uselessShare = 0.2;
/** Share on which a lesson that is worth having helps, at least. */
export const usefulShare = 0.7;
/** Chance that a useless lesson passes. */
export const falseAdmission = 0.025;
/** Chance that a useful lesson fails. */
export const falseRefusal = 0.05;
/** Tasks that one lesson may take; past them it stays undecided, and held. */
export const maxTrialTasks = 12;

export type TrialCounts = Pick<TrialEvidence, "wins" | "losses" | "bothRight" | "bothWrong">;
export const noTrialCounts: TrialCounts = { wins: 0, losses: 0, bothRight: 0, bothWrong: 0 };

/** The counts after one more task. */
export function countedPair(counts: TrialCounts, withLesson: boolean, withoutLesson: boolean): TrialCounts {
  const field = withLesson ? (withoutLesson ? "bothRight" : "wins") : withoutLesson ? "losses" : "bothWrong";
  return { ...counts, [field]: counts[field] + 1 };
}

/** What the pairs so far say, or undefined while they say too little: then another task is to be done. */
export function trialDecision({ wins, losses, bothWrong }: TrialCounts): "admitted" | "refused" | undefined {
  const logRatio =
    wins * Math.log(usefulShare / uselessShare) + (losses + bothWrong) * Math.log((1 - usefulShare) / (1 - uselessShare));
  if (logRatio >= Math.log((1 - falseRefusal) / falseAdmission)) return "admitted";
  if (logRatio <= Math.log(falseRefusal / (1 - falseAdmission))) return "refused";
  return undefined;
}
