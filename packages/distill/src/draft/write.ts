/** Has a model write the words of a draft: one try, one repair that names what was wrong, no third. */
import type { LanguageModel } from "@grapevine/core";
import { generalised, type Trajectory } from "../trajectory.ts";
import { draftProblems } from "./checks.ts";
import { cleanFields, type DraftFields, readWritten, type WrittenFields, writtenSchema } from "./fields.ts";
import { purposesOf, questionSituation, taskInOwnWords, taskSituation } from "./own-words.ts";
import { type DraftPromptInput, draftPrompt, instructionText } from "./prompt.ts";

/** Room for three short fields; a draft that needs more has lost its way. */
const maxDraftTokens = 160;

export interface WriteInput {
  readonly model: LanguageModel;
  readonly trajectory: Trajectory;
  readonly origin: DraftPromptInput["origin"];
  readonly signal: AbortSignal | undefined;
}

export type Written =
  | { readonly fields: DraftFields; readonly repaired: boolean }
  /** Why the repaired draft could not be used either, one sentence each. */
  | { readonly fields: undefined; readonly problems: readonly string[] };

/** @throws MODEL_FAILED, MODEL_ABORTED */
export async function writeDraft(input: WriteInput): Promise<Written> {
  const first = await tryOnce(input, []);
  if (first.problems.length === 0) return { fields: first.fields, repaired: false };
  const second = await tryOnce(input, first.problems);
  if (second.problems.length === 0) return { fields: second.fields, repaired: true };
  return { fields: undefined, problems: second.problems };
}

async function tryOnce(
  { model, trajectory, origin, signal }: WriteInput,
  earlier: readonly string[],
): Promise<{ readonly fields: DraftFields; readonly problems: readonly string[] }> {
  const { text } = await model.generate({
    prompt: draftPrompt({ trajectory, origin, problems: earlier }),
    maxTokens: maxDraftTokens,
    format: { schema: writtenSchema },
    ...(signal === undefined ? {} : { signal }),
  });
  const written = readWritten(text);
  if (written === undefined) return { fields: noFields, problems: ["Reply with the JSON alone, in few words."] };
  const fields = lessonFields(written, trajectory, origin);
  const form = origin === "task" ? missingForms(fields.guidance, trajectory) : "";
  const instruction = instructionText({ origin, problems: earlier });
  const problems = draftProblems({ fields, form, trajectory, instruction, general: origin === "task" });
  const guidance = form === "" ? fields.guidance : `${fields.guidance.replace(/[.:\s]*$/, ".")} Write ${form}`;
  return { fields: cleanFields({ ...fields, guidance }), problems: [...new Set(problems.map(({ sentence }) => sentence))] };
}

const noFields: DraftFields = { title: "", situation: "", guidance: "" };

/**
 * The model's advice is the guidance. Its goal is the title where the environment does not say itself what the form is for. Goal and task in
 * general words are the situation: another task of the kind is recognised by it.
 */
function lessonFields({ goal, advice }: WrittenFields, trajectory: Trajectory, origin: WriteInput["origin"]): DraftFields {
  const guidance = generalised(advice, trajectory);
  const goals = purposesOf(trajectory);
  if (goals.length > 0 && origin === "task") return cleanFields({ ...taskInOwnWords(trajectory), guidance });
  const title = generalised(goal, trajectory)
    .trim()
    .replace(/^to\s+/i, "")
    .replace(/[\s.]+$/, "");
  const situation =
    origin === "question" ? questionSituation(trajectory.task) : taskSituation(trajectory, [uncapitalised(title)]);
  return cleanFields({ title: title.charAt(0).toUpperCase() + title.slice(1), situation, guidance });
}

function uncapitalised(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** The environment's own forms are verified and the model's wording of them is not: those that the advice leaves out, to be added to it. */
function missingForms(advice: string, { forms }: Trajectory): string {
  return forms
    .map(({ form }) => form)
    .filter((form) => !advice.includes(form))
    .join(", then ");
}
