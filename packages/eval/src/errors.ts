import { defineErrors, type ErrorTable } from "@grapevine/core";

export const evalErrors: ErrorTable<
  | "EVAL_USAGE"
  | "EVAL_DATASET_UNREADABLE"
  | "EVAL_DATASET_INVALID"
  | "EVAL_PEER_FAILED"
  | "EVAL_MODEL_GONE"
  | "EVAL_OUT_MISMATCH"
  | "EVAL_OUT_DAMAGED"
> = defineErrors({
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
  EVAL_MODEL_GONE: {
    summary: "The model failed at several generations one after the other, each tried several times.",
    hint: "See that its server answers, then give the same command again: it goes on behind the last row.",
  },
  EVAL_OUT_MISMATCH: {
    summary: "The folder given with --out holds the rows of another run: of other code, another model, or other sizes.",
    hint: "Give another --out, or check out the commit that made those rows to go on with them.",
  },
  EVAL_OUT_DAMAGED: {
    summary: "A file of an earlier run in the folder given with --out cannot be read.",
    hint: "Mend what the message names, or give another --out.",
  },
});
