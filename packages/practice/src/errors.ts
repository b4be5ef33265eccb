import { defineErrors, type ErrorTable } from "@grapevine/core";

export const practiceErrors: ErrorTable<
  "ENVIRONMENT_INVALID" | "QUESTIONS_UNREADABLE" | "QUESTIONS_MALFORMED" | "TASK_UNKNOWN" | "TASKS_EXHAUSTED"
> = defineErrors({
  ENVIRONMENT_INVALID: {
    summary: "A text does not name an environment to practise in.",
    hint: "Write `tools`, `tools:SEED` with a whole number from 0 to 4294967295, or `questions:FILE`.",
  },
  QUESTIONS_UNREADABLE: {
    summary: "The file of a question set cannot be read.",
    hint: "Check that the file is there and that you may read it.",
  },
  QUESTIONS_MALFORMED: {
    summary: "A line of a question set is not a question, or there is none.",
    hint: 'Each line is one JSON object: {"question": …, "choices": [two or more], "answer": the index or the text of the right choice}.',
  },
  TASK_UNKNOWN: {
    summary: "A task does not belong to the environment in which it was started.",
    hint: "Start a task in the environment that drew it.",
  },
  TASKS_EXHAUSTED: {
    summary: "More distinct tasks were asked for than an environment has, or a number that is not a count.",
    hint: "Ask for fewer tasks.",
  },
});
