/** The way of records through a node without its network and its agent: what the evaluation measures, on the same parts that a node is made of. */
export { PostingIndex, questionFallOff, relevantLabels } from "@grapevine/agent";
export { openStore } from "@grapevine/store";
export { openVectorIndex } from "@grapevine/vector-index";
export { type Admission, type AdmissionComponents, createAdmission } from "./admission.ts";
export { type AuthoringComponents, publishDraft, publishRetraction } from "./authoring.ts";
export type { Behind } from "./indexing.ts";
export { type OutcomeComponents, outcomeChanges } from "./outcomes.ts";
export { openTrialBench, type TrialBench, type TrialBenchInit } from "./trial-bench.ts";
export type { FinishedTrial, TrialTotals } from "./trials.ts";
