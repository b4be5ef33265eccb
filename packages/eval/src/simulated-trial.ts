/** Trials of held lessons without a model: whether a task goes well is drawn, the decision on the pairs is the node's own. */
import type { TrialEvidence } from "@grapevine/core";
import { countedPair, maxTrialTasks, noTrialCounts, trialDecision } from "@grapevine/reconcile";
import type { SeededRandom } from "./seeded-random.ts";

export interface TrialChances {
  /** Of doing a task without any lesson. */
  readonly alone: number;
  /** Of failing with a right lesson, and of succeeding in spite of a wrong one. */
  readonly noise: number;
}

/** As small models did in the worlds that the node's own trials use: about a third without a lesson, nine in ten with the right one. */
export const usualChances: TrialChances = { alone: 0.3, noise: 0.1 };

const choicePerTask = 2;

/** What a trial of a lesson shows that helps, or does not. */
export function simulatedTrial(helps: boolean, chances: TrialChances, random: SeededRandom, now: number): TrialEvidence {
  // As a node chooses its tasks: of twice as many as it needs, those that it failed alone come first, since the others tell nothing.
  const known = Array.from({ length: choicePerTask * maxTrialTasks }, () => random.chance(chances.alone));
  const chosen = [...known.filter((wentWell) => !wentWell), ...known.filter(Boolean)].slice(0, maxTrialTasks);
  let counts = noTrialCounts;
  let tasks = 0;
  for (const aloneWell of chosen) {
    if (trialDecision(counts) !== undefined) break;
    counts = countedPair(counts, random.chance(helps ? 1 - chances.noise : chances.noise), aloneWell);
    tasks += 1;
  }
  return { ...counts, generations: 2 * tasks, verdict: trialDecision(counts) ?? "undecided", model: "simulated", at: now };
}
