/** The way of records through a node, and its network, without its agent: what the evaluation measures, on the same parts that a node is made of. */
export { PostingIndex, questionFallOff, relevanceOf, relevantLabels } from "@grapevine/agent";
export { createNetwork, graylistedBelow, type Network } from "@grapevine/network";
export { openEnvironment } from "@grapevine/practice";
export { openVectorIndex } from "@grapevine/vector-index";
export { type AdmissionBench, type AdmissionBenchInit, openAdmissionBench } from "./admission-bench.ts";
export { type AuthoringComponents, publishDraft, publishRetraction } from "./authoring.ts";
export type { Behind } from "./indexing.ts";
export {
  type LearningBench,
  type LearningBenchInit,
  openLearningBench,
  type PracticeTry,
  type RefinementTotals,
  type TestTry,
} from "./learning-bench.ts";
export { type OutcomeComponents, outcomeChanges } from "./outcomes.ts";
export { recalledAsGiven } from "./recalled-as-given.ts";
export { openTrialBench, type TrialBench, type TrialBenchInit } from "./trial-bench.ts";
export type { FinishedTrial, TrialTotals } from "./trials.ts";
