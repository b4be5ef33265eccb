/** Reconciliation as pure functions: values in, verdicts with reasons out. */
export { lowerBound } from "./beta.ts";
export { type ClusterMember, representative } from "./cluster.ts";
export {
  areInConflict,
  type ConflictEvidence,
  type ConflictParty,
  type ConflictState,
  conflictState,
  conflictStateBetween,
} from "./conflict.ts";
export { judge } from "./judge.ts";
export {
  defaultKeepingLimits,
  Keeping,
  type KeepingLimits,
  type KeptLesson,
  type Overflow,
  type WorthInput,
  worthOf,
} from "./keeping.ts";
export { type ComparedFields, duplicateOverlap, duplicateProblem, duplicateSimilarity } from "./near-duplicate.ts";
export { isSameQuestion, maxReusedQuestionLength, type ReadQuestion, readQuestion } from "./question/same-question.ts";
export { maxFailuresInRow, mayVouch, requiredWitnesses } from "./rules/belief.ts";
export { prunedReason } from "./rules/known.ts";
export { formerOwnerReason, revokedAuthorRule } from "./rules/membership.ts";
export { rotatedAuthorRule, uncommittedReason } from "./rules/rotation.ts";
export type { Decision, Rule } from "./rules/rule.ts";
export { aheadFullCode } from "./rules/statements.ts";
export { rules } from "./rules.ts";
export { type NewLessonInit, newLesson, settle, withConflicts } from "./settle.ts";
export { crowdedOut, crowdedOutReason } from "./statements.ts";
export { type NearTopic, topicOf, topicSimilarity } from "./topic.ts";
export { countedPair, maxTrialTasks, noTrialCounts, type TrialCounts, trialDecision } from "./trial.ts";
export {
  type Contradicting,
  type Finding,
  isLessonVerdict,
  isSelf,
  type Joining,
  type JudgeInput,
  type KnownRotations,
  type KnownState,
  type LessonNeighbour,
  type LessonVerdict,
  type RecordVerdict,
  type Relatives,
  type Testimony,
  type Verdict,
} from "./verdict.ts";
export { voidTombstoneReason, voidTombstones } from "./void-tombstones.ts";
export { checkOfWord, wordAfter } from "./word.ts";
export {
  minWitnessTrust,
  type ScoredLesson,
  scoredLesson,
  trustedFloor,
  trustOf,
  utilityOf,
  type Witness,
  witnessesOf,
} from "./worth.ts";
