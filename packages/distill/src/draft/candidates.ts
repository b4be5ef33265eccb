/** Which drafts an experience calls for, before anybody asks whether they may be published. */
import {
  type Experience,
  GrapevineError,
  type LanguageModel,
  type LessonDraft,
  type LessonKind,
  type Outcome,
} from "@grapevine/core";
import { distillErrors } from "../errors.ts";
import type { Trajectory } from "../trajectory.ts";
import { assembleDraft } from "./assemble.ts";
import type { DraftFields } from "./fields.ts";
import { answerFits, formInOwnWords, pitfallInOwnWords, questionInOwnWords, taskInOwnWords } from "./own-words.ts";
import { writeDraft } from "./write.ts";

export interface Material {
  readonly experience: Experience;
  readonly outcome: Outcome;
  readonly trajectory: Trajectory;
  readonly model: LanguageModel;
  readonly signal: AbortSignal | undefined;
}

export interface Candidate {
  readonly draft: LessonDraft;
  /** The model's draft could not be used or did not come; this one is in the trajectory's own words. */
  readonly failure?: GrapevineError;
  /** The model's first try failed the checks, and its second passed. */
  readonly repaired?: boolean;
}

const maxDrafts = 3;

/**
 * From one to three. A model that follows instructions words what worked; for one that only completes text, for an answer that fits as it is, where the tool said the
 * form of every step, and after a failure, the trajectory speaks for itself.
 * @throws MODEL_ABORTED
 */
export async function candidatesFrom(material: Material): Promise<Candidate[]> {
  const { experience, trajectory, model, signal } = material;
  if (material.outcome.verdict === "failed") return failedCandidates(material);
  const answered = isAnswer(experience, trajectory);
  const draftOf = (fields: DraftFields, modelId: string): LessonDraft =>
    assembleDraft({ ...material, kind: answered ? "fact" : "procedure", fields, model: modelId });
  const inOwnWords = draftOf(answered ? questionInOwnWords(trajectory) : taskInOwnWords(trajectory), experience.model);
  // A confirmed answer is true as it stands: a small model that words it anew turns it round (a correction into what it corrects).
  // So is a form that the tool itself named and that every step follows: small models add to it what is not so.
  const isToldByTool = !answered && trajectory.formsOfAllSteps;
  if (model.promptForm === "completion" || isToldByTool || (answered && answerFits(trajectory))) return [{ draft: inOwnWords }];
  try {
    const written = await writeDraft({ model, trajectory, origin: answered ? "question" : "task", signal });
    if (written.fields !== undefined) return [{ draft: draftOf(written.fields, model.id), repaired: written.repaired }];
    return [{ draft: inOwnWords, failure: distillErrors.create("DRAFT_UNUSABLE", written.problems.join(" ")) }];
  } catch (error) {
    if (!GrapevineError.is(error, "MODEL_FAILED") && !GrapevineError.is(error, "MODEL_PROMPT_TOO_LONG")) throw error;
    return [{ draft: inOwnWords, failure: error }];
  }
}

/** A plain question, or a task that one action settled at once and of which no form is known: what is to be learnt is that action itself. */
function isAnswer(experience: Experience, { solution, forms, failedTries }: Trajectory): boolean {
  return experience.task === undefined || (solution.length === 1 && forms.length === 0 && failedTries === 0);
}

/** What failed teaches only what was said about it: the user's comment, and the forms that the environment named. */
function failedCandidates(material: Material): Candidate[] {
  const { experience, outcome, trajectory } = material;
  const draftOf = (kind: LessonKind, fields: DraftFields): Candidate => ({
    draft: assembleDraft({ ...material, kind, fields, model: experience.model }),
  });
  const comment = outcome.comment?.trim() ?? "";
  const pitfalls = comment === "" ? [] : [draftOf("pitfall", pitfallInOwnWords(experience.prompt, comment))];
  const forms = trajectory.usages.map((usage) => draftOf("fact", formInOwnWords(usage)));
  return [...pitfalls, ...forms].slice(0, maxDrafts);
}
