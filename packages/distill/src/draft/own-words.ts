/**
 * A draft without a model: its words are the task's and the environment's. It is what a model too weak to draft contributes, and what is left
 * when a model's draft fails its checks. It says less than a good draft, and nothing that was not seen.
 */
import { cleanText, limits } from "@grapevine/core";
import { generalised, type Trajectory } from "../trajectory.ts";
import type { Usage } from "../usage.ts";
import type { DraftFields } from "./fields.ts";

/** For a task that an environment saw solved. */
export function taskInOwnWords(trajectory: Trajectory): DraftFields {
  const { forms, solution } = trajectory;
  const purposes = purposesOf(trajectory);
  const task = asClause(generalised(trajectory.task, trajectory));
  return {
    title: purposes.length > 0 ? capitalised(purposes.join(", then ")) : firstSentence(task),
    situation: taskSituation(trajectory, purposes),
    guidance: forms.length > 0 ? `Write ${formsOf(trajectory)}` : `Do as was done: ${solution.join(", then ")}`,
  };
}

/** What the environment says that the solution's forms are for, in order: `set the place of a thing`. */
export function purposesOf({ forms }: Trajectory): string[] {
  return forms.flatMap(({ purpose }) => purpose ?? []).map((purpose) => purpose.replace(/^to\s+/i, ""));
}

/** The task in general words, and what the form is for where the environment says it: what another task of the kind is recognised by. */
export function taskSituation(trajectory: Trajectory, goals: readonly string[]): string {
  const task = quotedTask(trajectory);
  return goals.length > 0 ? `You want to ${goals.join(", then ")}; the task may say ${task}` : `The task may say ${task}`;
}

/** How the task was put, in general words and quotation marks. */
export function quotedTask(trajectory: Trajectory): string {
  return `"${asClause(generalised(trajectory.task, trajectory)).replaceAll('"', "'")}"`;
}

/** The forms of the solution's steps, in order, as one text. */
function formsOf({ forms }: Trajectory): string {
  return forms.map(({ form }) => form).join(", then ");
}

/** Does the answer fit into a guidance word for word? */
export function answerFits({ solution }: Trajectory): boolean {
  return answerOf(solution).length <= limits.maxGuidanceLength;
}

function answerOf(solution: readonly string[]): string {
  return cleanText(`Answer: ${solution.join(" ")}`, Number.POSITIVE_INFINITY);
}

/** For a question whose answer the user confirmed or corrected. */
export function questionInOwnWords({ task, solution }: Trajectory): DraftFields {
  return { title: firstSentence(asClause(task)), situation: questionSituation(task), guidance: answerOf(solution) };
}

export function questionSituation(task: string): string {
  return `The question is: ${asClause(task)}`;
}

/** For an answer that failed, where the user said why. */
export function pitfallInOwnWords(task: string, comment: string): DraftFields {
  return { title: firstSentence(asClause(task)), situation: questionSituation(task), guidance: `Take care: ${comment}` };
}

/** For a form that the environment named although the task was not solved: it is true of the tool, whatever the task needed. */
export function formInOwnWords({ form, purpose }: Usage): DraftFields {
  const command = form.split(/\s+(?=[[{<A-Z-])/)[0] ?? form;
  const want = purpose?.replace(/^to\s+/i, "") ?? `use the command ${command}`;
  return {
    title: purpose === undefined ? `The command ${command}` : `${capitalised(want)} with ${command}`,
    situation: `You want to ${want}`,
    guidance: `Write ${form}`,
  };
}

function asClause(text: string): string {
  return text.replace(/\s+/g, " ").trim().replace(/\.$/, "");
}

function firstSentence(text: string): string {
  return text.split(/(?<=[.?!])\s/)[0] ?? text;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
