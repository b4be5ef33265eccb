/**
 * How near a lesson must be to a question to stand in its prompt, as this node's own outcomes say.
 *
 * A lesson of another question costs accuracy, and how near is near enough depends on what is asked and on the model. The bar begins where `candidates.ts` puts it and rises
 * where questions with lessons just above it went worse than questions without any, which is judged as two proportions are. It never falls below its beginning:
 * nothing is known of lessons that were never shown. Questions with and without lessons are not the same ones, so that the evidence is only taken when it is strong.
 */
import { defaultMinSimilarity } from "./candidates.ts";

/** A question that this node answered itself and whose outcome is known. */
export interface JudgedPrompt {
  /** Of the most similar lesson in the prompt; absent where there was none. */
  readonly similarity?: number;
  readonly succeeded: boolean;
}

/** Bars that are considered. Above the last, lessons are hardly ever about something else. */
const raisedBars: readonly number[] = [0.35, 0.4, 0.45, 0.5, 0.55, 0.6];
/** One-sided, at 95 %: of twenty nodes whose lessons do no harm one raises its bar, for as long as those outcomes are remembered. */
const certaintyInDeviations = 1.645;
/** Of fewer questions with lessons below a bar, the even prior would say more than they do. */
const minPromptsBelow = 5;

/** The least similarity for a prompt, given the outcomes that are remembered. */
export function calibratedMinSimilarity(prompts: readonly JudgedPrompt[]): number {
  const without = proportionOf(prompts.filter(({ similarity }) => similarity === undefined));
  let best = { bar: defaultMinSimilarity, deviations: certaintyInDeviations };
  for (const bar of raisedBars) {
    const below = prompts.filter(({ similarity }) => similarity !== undefined && similarity < bar);
    if (below.length < minPromptsBelow) continue;
    const { mean, variance } = proportionOf(below);
    const deviations = (without.mean - mean) / Math.sqrt(without.variance + variance);
    if (deviations > best.deviations) best = { bar, deviations };
  }
  return best.bar;
}

/** Mean and variance of the Beta posterior of a share, from an even prior. */
function proportionOf(prompts: readonly JudgedPrompt[]): { readonly mean: number; readonly variance: number } {
  const succeeded = prompts.filter((prompt) => prompt.succeeded).length + 1;
  const all = prompts.length + 2;
  const mean = succeeded / all;
  return { mean, variance: (mean * (1 - mean)) / (all + 1) };
}
