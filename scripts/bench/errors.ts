import { defineErrors, type ErrorTable } from "@grapevine/core";

export const benchErrors: ErrorTable<"BENCH_FAILED" | "BENCH_PROCESS_FAILED"> = defineErrors({
  BENCH_FAILED: {
    summary: "A benchmark ended before it had its figure.",
    hint: "The message says why; run the others by their names.",
  },
  BENCH_PROCESS_FAILED: {
    summary: "A process that a benchmark measures ended or was silent before it served.",
    hint: "Run the command in the message by hand to see why.",
  },
});
