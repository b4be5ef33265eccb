import { defineErrors, type ErrorTable } from "@grapevine/core";

export const practiceErrors: ErrorTable<
  | "ENVIRONMENT_INVALID"
  | "QUESTIONS_UNREADABLE"
  | "QUESTIONS_MALFORMED"
  | "CHECKER_UNREADABLE"
  | "CHECKER_MALFORMED"
  | "CHECKER_FAILED"
  | "TASK_UNKNOWN"
  | "TASKS_EXHAUSTED"
> = defineErrors({
  ENVIRONMENT_INVALID: {
    summary: "A text does not name an environment to practise in.",
    hint: "Write `tools`, `tables` or `order`, each alone or with `:SEED`, a whole number from 0 to 4294967295; or `questions:FILE`; or `command:FILE`.",
  },
  QUESTIONS_UNREADABLE: {
    summary: "The file of a question set cannot be read.",
    hint: "Check that the file is there and that you may read it.",
  },
  QUESTIONS_MALFORMED: {
    summary: "A line of a question set is not a question, or there is none.",
    hint: 'Each line is one JSON object: {"question": …, "choices": [two or more], "answer": the index or the text of the right choice}.',
  },
  CHECKER_UNREADABLE: {
    summary: "The description of a checker, or the file of its tasks, cannot be read.",
    hint: "Check that both files are there and that you may read them; `tasks` is looked for beside the description.",
  },
  CHECKER_MALFORMED: {
    summary: "The description of a checker, or a line of its tasks, is not what it should be.",
    hint: 'The description is JSON: {"name": …, "tasks": "tasks.jsonl", "command": ["python3", "check.py"]}; each line of the tasks is one JSON object: {"prompt": …}.',
  },
  CHECKER_FAILED: {
    summary: "The command of a checker cannot be started.",
    hint: "Run the command by hand: its first word is a program on the PATH or a file beside the description that may be executed.",
  },
  TASK_UNKNOWN: {
    summary: "A task does not belong to the environment in which it was started.",
    hint: "Start a task in the environment that drew it.",
  },
  TASKS_EXHAUSTED: {
    summary: "More distinct tasks were asked for than an environment has, or a number that is not a count.",
    hint: "Ask for fewer tasks, with --tasks.",
  },
});
