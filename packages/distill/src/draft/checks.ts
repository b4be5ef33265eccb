/** What a draft's words must be, whoever wrote them. Each problem is one sentence that a model can act on. */
import { textProblem } from "@grapevine/core";
import { generalised, instancesIn, type Trajectory } from "../trajectory.ts";
import { contentStems, shareWithin } from "../words.ts";
import type { DraftFields } from "./fields.ts";

type DraftProblemCode =
  | "not-text"
  | "too-little"
  | "too-long"
  | "not-imperative"
  | "sample"
  | "restates-instruction"
  | "restates-prompt"
  | "no-information"
  | "unfaithful"
  | "instance";

export interface DraftProblem {
  readonly code: DraftProblemCode;
  readonly sentence: string;
}

export interface DraftCheckInput {
  readonly fields: DraftFields;
  /** What will stand beside the guidance in the environment's own words; empty for nothing. */
  readonly form: string;
  readonly trajectory: Trajectory;
  /** What the model was told to do; empty when no model wrote the draft. */
  readonly instruction: string;
  /** Must the words hold for other tasks than this one? An answer to a question is that question's own. */
  readonly general: boolean;
}

/** Share of the guidance that may come from the instruction: measured drafts stay below a half, copied ones above nine tenths. */
const maxFromInstruction = 0.75;

/** UTF-16 units. A model that writes more is making up examples and side conditions; measured good advice has 40 to 120. */
const maxWrittenGuidance = 240;

/** Every problem of a draft; none for one that may go on to the gate. */
export function draftProblems(input: DraftCheckInput): DraftProblem[] {
  return [...fieldProblems(input), ...meaningProblems(input)];
}

function fieldProblems({ fields, instruction }: DraftCheckInput): DraftProblem[] {
  const problems: DraftProblem[] = [];
  const { title, situation, guidance } = fields;
  for (const [name, text] of Object.entries({ title, situation, guidance })) {
    const problem = textProblem(text);
    if (problem !== undefined) problems.push({ code: "not-text", sentence: `Write plain text: the ${name} ${problem}.` });
    if (contentStems(text).size < 2) problems.push({ code: "too-little", sentence: `Write more than one word for the ${name}.` });
    if (/\.\.\.|\u2026|\blorem\b|\bTODO\b|\[insert|\bfor (?:example|instance)\b/i.test(text))
      problems.push({ code: "sample", sentence: "Leave nothing out and give no example." });
  }
  if (instruction !== "" && guidance.length > maxWrittenGuidance)
    problems.push({ code: "too-long", sentence: "Write one short sentence." });
  if (statement.test(title) && instruction !== "")
    problems.push({ code: "not-imperative", sentence: "Begin the goal with a verb." });
  if (statement.test(guidance)) problems.push({ code: "not-imperative", sentence: "Begin the advice with Use." });
  return problems;
}

/**
 * A sentence that begins with who or what is a statement; `To list a box, write it so` and `When it is full, empty it` are orders. `Please` begins
 * what small models say when they have nothing to say.
 */
const statement =
  /^(?:please|sorry|i|we|you|he|she|it|they|one|this|that|these|those|the|a|an|there|here|my|our|your|his|her|its|their|is|are|was|were|has|have|had|can|could|will|would|should|must|may|might|yes|no|because|agent|user|model|reader|title|situation|guidance|goal|advice|task|tool|command)\b/i;

function meaningProblems({ fields, form, trajectory, instruction, general }: DraftCheckInput): DraftProblem[] {
  const problems: DraftProblem[] = [];
  const { title, situation, guidance } = fields;
  if (instruction !== "" && [title, guidance].some((text) => shareWithin(text, instruction) > maxFromInstruction)) {
    problems.push({ code: "restates-instruction", sentence: "Speak of the command and its parts, in the words of the task." });
  }
  if (trajectory.forms.length > 0 && shareWithin(title, wanted(trajectory)) === 1) {
    problems.push({ code: "no-information", sentence: "Name the result in the goal, not the command." });
  }
  const known = `${trajectory.task} ${generalised(trajectory.task, trajectory)}`;
  if (shareWithin(guidance, known) === 1)
    problems.push({ code: "restates-prompt", sentence: "Say how it is done, not only what." });
  if (!tellsHow(`${guidance} ${form}`, trajectory))
    problems.push({ code: "no-information", sentence: `Name this in the advice: ${wanted(trajectory)}.` });
  const invented = inventedWords(guidance, trajectory);
  if (invented.length > 0)
    problems.push({ code: "unfaithful", sentence: `Leave out ${invented.join(" and ")}, which the command does not have.` });
  const instances = general ? instancesIn(`${title} ${situation} ${guidance}`, trajectory) : [];
  if (instances.length > 0) {
    problems.push({ code: "instance", sentence: `Leave out ${instances.join(" and ")}, which belongs to that one task.` });
  }
  return problems;
}

/** Does the guidance hold something of the solution that the task did not say? Nothing to tell when the task said all of it. */
function tellsHow(guidance: string, trajectory: Trajectory): boolean {
  const [told, said] = [contentStems(trajectory.task), contentStems(guidance)];
  const news = [...contentStems(wanted(trajectory))].filter((stem) => !told.has(stem));
  return news.length === 0 || news.some((stem) => said.has(stem));
}

function wanted({ forms, solution, usages }: Trajectory): string {
  if (forms.length > 0) return forms.map(({ form }) => form).join(", then ");
  return solution.length > 0 ? solution.join(", then ") : usages.map(({ form }) => form).join(", or ");
}

/** Options (`--by`), quoted pieces and joined-up names (`wrapMachineUponHour`) that neither a usage line nor the solution has. */
function inventedWords(guidance: string, { usages, solution }: Trajectory): string[] {
  const known = [...usages.map(({ form }) => form), ...solution].join("\n");
  const options = guidance.match(/(?<![\w-])--?[a-z][\w-]*/gi) ?? [];
  const joined = guidance.match(/(?<![\w-])(?:[a-z]+(?:[A-Z][a-z]+)+|[a-z]+(?:_[a-z]+)+)(?![\w-])/g) ?? [];
  const quoted = [...guidance.matchAll(/`([^`]+)`/g)].flatMap(([, piece = ""]) => piece.split(/\s+/));
  const wording = [...options, ...joined, ...quoted].map((word) => word.replace(/[.,:]$/, ""));
  return usages.length + solution.length === 0 ? [] : [...new Set(wording)].filter((word) => !known.includes(word));
}
