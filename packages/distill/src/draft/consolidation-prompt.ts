/**
 * What a model is asked when it writes one note for several that say the same. As for a draft: no sample, no ellipsis, and the order last, after the material.
 */
import type { LessonBody, Message } from "@grapevine/core";

export interface ConsolidationPromptInput {
  /** Best first. */
  readonly notes: readonly Pick<LessonBody, "situation" | "guidance">[];
  /** Why an earlier draft could not be used: orders, one sentence each. */
  readonly problems: readonly string[];
}

/** Notes that a small model can still read as one; the best of the cluster are among them. */
const maxNotes = 5;

const role = "You write short notes about how things are done.";
const orders: readonly string[] = [
  "All of these notes are about one thing. Write one note in JSON that takes their place.",
  '"goal" says in a few words what is wanted, beginning with a verb.',
  '"advice" is one short sentence that begins with a verb and says what the notes agree on.',
];

export function consolidationPrompt({ notes, problems }: ConsolidationPromptInput): Message[] {
  const material = notes.slice(0, maxNotes).map(({ situation, guidance }) => `Note: ${situation}. ${guidance}.`);
  return [
    { role: "system", content: role },
    { role: "user", content: `${material.join("\n")}\n\n${[...orders, ...problems].join(" ")}` },
  ];
}

/** Everything the model is told that is not the material. */
export function consolidationInstruction(problems: readonly string[]): string {
  return [role, ...orders, ...problems].join(" ");
}
