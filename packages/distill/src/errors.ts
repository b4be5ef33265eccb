import { defineErrors, type ErrorTable } from "@grapevine/core";

export const distillErrors: ErrorTable<"GATE_REFUSED" | "DRAFT_UNUSABLE"> = defineErrors({
  GATE_REFUSED: {
    summary: "The redaction gate saw a secret, personal data or a trace of this machine in a text that was to leave the node.",
    hint: "Take out what the message names and try again; `grapevine check` shows every finding and its place.",
  },
  DRAFT_UNUSABLE: {
    summary: "The model's draft of a lesson failed the checks, and so did its repair.",
    hint: "Nothing is lost: the experience is kept. A larger model drafts better; see `grapevine model list`.",
  },
});
