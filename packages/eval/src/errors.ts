import { defineErrors, type ErrorTable } from "@grapevine/core";

export const evalErrors: ErrorTable<"EVAL_USAGE" | "EVAL_DATASET_UNREADABLE" | "EVAL_DATASET_INVALID" | "EVAL_PEER_FAILED"> =
  defineErrors({
    EVAL_USAGE: {
      summary: "The words after `eval` are not understood: a scenario that is not there, an option that is missing or not taken.",
      hint: "See `npx pnpm eval --help`.",
    },
    EVAL_DATASET_UNREADABLE: {
      summary: "The file given with --dataset cannot be read.",
      hint: "Check the path; it is relative to the folder in which the program was started.",
    },
    EVAL_DATASET_INVALID: {
      summary: "A line of the data set is not what the scenario reads, or the data set lacks what it measures.",
      hint: "Correct the line that the message names; `npx pnpm eval --help` describes the forms.",
    },
    EVAL_PEER_FAILED: {
      summary: "A peer that a scenario runs as a process of its own has failed or ended.",
      hint: "The message says at what; run the scenario again, and report it if it fails again.",
    },
  });
