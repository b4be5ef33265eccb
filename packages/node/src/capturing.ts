/**
 * How an outcome is kept: together with everything that it moves, in one batch. After a kill there is the outcome and its counts, or neither.
 *
 * What the agent lived through in an environment has its outcome from the start: it is kept without it first, so that nothing of it is lost while its outcome waits for
 * its turn in the ledger.
 */
import type { Experience, ExperienceStore, Outcome } from "@grapevine/core";
import { findExperience } from "./finding.ts";
import type { Ledger } from "./ledger.ts";
import { type OutcomeComponents, outcomeChanges } from "./outcomes.ts";
import type { ReuseBook } from "./reusing.ts";

export interface CapturingComponents extends OutcomeComponents {
  readonly experiences: Pick<ExperienceStore, "append" | "get" | "resolve">;
  readonly ledger: Pick<Ledger, "revise">;
  readonly reuse: Pick<ReuseBook, "note" | "ending">;
}

/** Appends what the agent lived through; where it has an outcome and used lessons, what the outcome moves is moved. */
export async function captureExperience(experience: Experience, components: CapturingComponents): Promise<void> {
  const { experiences, ledger, reuse } = components;
  const { outcome, ...without } = experience;
  if (outcome === undefined || experience.lessons.length === 0) {
    await experiences.append(experience);
    return reuse.note(experience);
  }
  await experiences.append({ ...without, distillation: "waiting" });
  const { id, distillation } = experience;
  await ledger.revise(async () => [
    { kind: "experience-outcome", id, outcome, distillation },
    ...(await outcomeChanges(experience, outcome, undefined, components)),
  ]);
  reuse.note(experience);
}

/**
 * Gives an experience the outcome that the user saw, in place of the one that it had, and gives the experience as it is then.
 * @throws EXPERIENCE_UNKNOWN, ID_AMBIGUOUS
 */
export async function concludeExperience(id: string, outcome: Outcome, components: CapturingComponents): Promise<Experience> {
  const { experiences, ledger, reuse } = components;
  let after: Experience | undefined;
  // Read, changed and counted in one turn of the ledger, so that two words on one experience cannot both be counted as the first.
  await ledger.revise(async () => {
    const before = await findExperience(id, experiences);
    const distillation = before.answeredBy === undefined && before.reusedFrom === undefined ? "queued" : before.distillation;
    after = { ...before, outcome, distillation };
    return [
      { kind: "experience-outcome", id: before.id, outcome, distillation },
      ...(await outcomeChanges(after, outcome, before.outcome, components)),
      ...(await reuse.ending(after)),
    ];
  });
  if (after !== undefined) reuse.note(after);
  return after ?? (await findExperience(id, experiences));
}
