/**
 * What a model is asked when it drafts a lesson. Small models give back whatever stands in the prompt as a sample, so there is none, no
 * ellipsis, and no failed action; the names of the one task are already replaced where the environment named them. The material stands last:
 * it is what a small model goes on from.
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

export function draftPrompt(input: DraftPromptInput): Message[] {
  return [
    { role: "system", content: instructionText(input) },
    { role: "user", content: input.origin === "question" ? answered(input.trajectory) : done(input.trajectory) },
  ];
}

/** Everything the model is told that is not the material: a draft made of these words says nothing. */
export function instructionText({ origin, problems }: Pick<DraftPromptInput, "origin" | "problems">): string {
  return [...instructions[origin], ...problems].join(" ");
}

const instructions: Readonly<Record<DraftPromptInput["origin"], readonly string[]>> = {
  task: [
    "You turn a solved task into a rule for tasks of the same kind with other names.",
    "Reply in JSON.",
    "goal: say in a few words what such tasks want; begin with a verb.",
    "advice: explain in one sentence which command does it and what goes where; begin with Use.",
  ],
  question: [
    "You turn an answered question into a note for later readers.",
    "Reply in JSON.",
    "goal: say in a few words what is asked; begin with a verb.",
    "advice: give the answer in one sentence; begin with a verb.",
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
