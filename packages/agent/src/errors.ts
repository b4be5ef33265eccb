import { defineErrors, type ErrorTable } from "@grapevine/core";

export const agentErrors: ErrorTable<"QUESTION_EMPTY" | "QUESTION_TOO_LONG"> = defineErrors({
  QUESTION_EMPTY: {
    summary: "A question holds nothing but white space.",
    hint: 'Ask something: grapevine ask "How do I …?"',
  },
  QUESTION_TOO_LONG: {
    summary: "A question is longer than the limit.",
    hint: "Shorten the question; no local model could read it whole.",
  },
});
