/**
 * What a model is asked when it drafts a lesson. Small models give back whatever stands in the prompt as a sample, so there is none, no
 * ellipsis, and no failed action; the names of the one task are already replaced where the environment named them. The order stands
 * last, after the material: with the order first, the smallest model answers with single digits.
 */
import type { Message } from "@grapevine/core";
import { generalised, type Trajectory } from "../trajectory.ts";

export interface DraftPromptInput {
  readonly trajectory: Trajectory;
  /** A task that was done, or a question that was answered. */
  readonly origin: "task" | "question";
  /** Why an earlier draft could not be used: orders, one sentence each. */
  readonly problems: readonly string[];
}

export function draftPrompt({ trajectory, origin, problems }: DraftPromptInput): Message[] {
  const material = origin === "question" ? answered(trajectory) : done(trajectory);
  return [
    { role: "system", content: roles[origin] },
    { role: "user", content: `${material}\n\n${[...orders[origin], ...problems].join(" ")}` },
  ];
}

/** Everything the model is told that is not the material: a draft made of these words says nothing. */
export function instructionText({ origin, problems }: Pick<DraftPromptInput, "origin" | "problems">): string {
  return [roles[origin], ...orders[origin], ...problems].join(" ");
}

const roles: Readonly<Record<DraftPromptInput["origin"], string>> = {
  task: "You write short notes about command-line tools.",
  question: "You write short notes about answered questions.",
};

const orders: Readonly<Record<DraftPromptInput["origin"], readonly string[]>> = {
  task: [
    "Write a note in JSON about this kind of task.",
    '"goal" says in a few words what the command is for.',
    '"advice" is one sentence that begins with Use and explains the command and its words in capitals.',
  ],
  question: [
    "Write a note in JSON about this question.",
    '"goal" says in a few words what is asked, beginning with a verb.',
    '"advice" is one sentence that begins with a verb and gives the answer.',
  ],
};

function answered({ task, solution }: Trajectory): string {
  return `Question: ${task}\nAnswer: ${solution.join(" ")}`;
}

function done(trajectory: Trajectory): string {
  const { task, forms, solution } = trajectory;
  const commands =
    forms.length > 0 ? forms.map(({ form, purpose }) => (purpose === undefined ? form : `${form} (${purpose})`)) : solution;
  return [`Task: ${generalised(task, trajectory)}`, ...commands.map((command) => `Command: ${command}`)].join("\n");
}
