/** Reconciliation as pure functions: values in, verdicts with reasons out. */
export { lowerBound } from "./beta.ts";
export { type ClusterMember, representative } from "./cluster.ts";
export { judge } from "./judge.ts";
export { type ComparedFields, duplicateOverlap, duplicateProblem, duplicateSimilarity } from "./near-duplicate.ts";
export { type Decision, type Rule, requiredWitnesses, rules } from "./rules.ts";
export { type NewLessonInit, newLesson, settle } from "./settle.ts";
export {
  type Finding,
  isLessonVerdict,
  type Joining,
  type JudgeInput,
  type KnownState,
  type LessonNeighbour,
  type LessonVerdict,
  type RecordVerdict,
  type Testimony,
  type Verdict,
} from "./verdict.ts";
export { voidTombstoneReason, voidTombstones } from "./void-tombstones.ts";
export { trustedFloor, trustOf, utilityOf } from "./worth.ts";
