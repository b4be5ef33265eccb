/**
 * Whose answer a lesson gives. In a set of questions with options, what was right for one question says nothing of the next, however near the two lie: of 350 questions of MMLU
 * 20 had another question among 2,281 nearer than 0.7, most of them for the text around it alone ("For which of these two scenarios …"), and its answer was right for 3 of them,
 * which is less than chance. So an answer is used where its own question is asked, with the answer among the options; what stands around the question may be another.
 * What tells how to go about questions has no example, is no fact, and is used as any other lesson.
 */
import type { LessonBody } from "@grapevine/core";

/** Is the lesson the answer to a question that is not the one that is asked? */
export function answersAnotherQuestion(
  question: string,
  options: readonly string[],
  { kind, example }: Pick<LessonBody, "kind" | "example">,
): boolean {
  // The answer to a question that is too long to be kept as an example: whose it is cannot be told.
  if (example === undefined) return kind === "fact";
  const answer = plain(example.steps.at(-1) ?? "");
  return !plain(question).includes(plain(example.task)) || !options.some((option) => plain(option) === answer);
}

/** Signs are kept: in a formula they are what is asked. */
function plain(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
}
