import { defineErrors, type ErrorTable } from "@grapevine/core";

export const vectorIndexErrors: ErrorTable<
  "VECTOR_INVALID" | "LABEL_INVALID" | "VECTOR_INDEX_NOT_SAVED" | "VECTOR_INDEX_CLOSED"
> = defineErrors({
  VECTOR_INVALID: {
    summary: "A vector cannot be indexed: it has the wrong length, is zero, or holds something that is not a finite number.",
    hint: "Give vectors of the embedder that the index was opened for; `grapevine status` names it.",
  },
  LABEL_INVALID: {
    summary: "A label is not a whole number from 0 to 4294967295.",
    hint: "Take labels from the lesson store, which gives each of them once.",
  },
  VECTOR_INDEX_NOT_SAVED: {
    summary: "The vector index could not be written to disk.",
    hint: "Make the folder writable and its disk not full. Nothing is lost: the index is filled again at the next start.",
  },
  VECTOR_INDEX_CLOSED: {
    summary: "The vector index was used after it was closed.",
    hint: "Start the node again; it was shutting down.",
  },
});
