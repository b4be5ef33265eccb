/** Domain types, ports, record codec, ids, signatures, limits and the error base: what every other package meets at. No I/O. */
export { cborProblem } from "./cbor-shape.ts";
export { type Clock, systemClock } from "./clock.ts";
export { decodeRecord, decodeRecordAside, decodeStoredRecord, type RecordDraft, signRecord, successionOf } from "./codec.ts";
export { cosineOfUnitVectors } from "./cosine.ts";
export {
  coreErrors,
  defineErrors,
  type ErrorDetails,
  type ErrorSpecification,
  type ErrorTable,
  GrapevineError,
  messageOf,
} from "./errors.ts";
export {
  type DistillationState,
  type Experience,
  type LessonUse,
  type Outcome,
  type Step,
  type TaskReference,
  type Verdict,
  verdicts,
} from "./experience.ts";
export {
  type AuthorId,
  authorFromPublicKey,
  createIdentity,
  type Identity,
  identityFromSeed,
  isAuthorId,
  publicKeyFromAuthor,
  signatureBytes,
  verifySignature,
} from "./identity.ts";
export { createExperienceId } from "./ids.ts";
export { keptDigests } from "./kept-digests.ts";
export {
  isUsable,
  isUsableState,
  type LessonDraft,
  type LessonState,
  lessonStates,
  maxConflicts,
  maxStandings,
  noOutcomes,
  type OutcomeCounts,
  type Principal,
  type RecalledLesson,
  type Standing,
  type StoredLesson,
  strangerCalled,
  type TrialEvidence,
  usableStates,
  type WordCounts,
  withStanding,
} from "./lesson.ts";
export { type AttestedCounts, glanceOf, type LessonGlance, type TrialCounts } from "./lesson-glance.ts";
export { lessonWords, type WeighedWords, type WordField, weighedWords, weightStep, wordHashes } from "./lesson-words.ts";
export * as limits from "./limits.ts";
export {
  isMemberAt,
  isOwnersWord,
  type MembershipRefusal,
  type Memberships,
  membershipRefusal,
  outranks,
  ownersOf,
  ownersSuccession,
  ownersWordOn,
  presentOwner,
} from "./membership.ts";
export type { Embedder } from "./ports/embedder.ts";
export type { ActionResult, Environment, Episode, Task, TaskQuery } from "./ports/environment.ts";
export { type ExperienceQuery, type ExperienceStore, forgottenTitle } from "./ports/experience-store.ts";
export type {
  Generation,
  GenerationRequest,
  JsonSchema,
  LanguageModel,
  Message,
  Sampling,
  Tool,
  ToolCall,
} from "./ports/language-model.ts";
export type { GlanceQuery, LessonQuery, LessonStore, RecordKey, StatementAhead, StoreChange } from "./ports/lesson-store.ts";
export type { Neighbour, VectorIndex } from "./ports/vector-index.ts";
export type { WordIndex, WordMatch } from "./ports/word-index.ts";
export { RecentMap } from "./recent-map.ts";
export { isRecordId, recordIdBytes, recordIdFromDigest, recordIdOf, shortId } from "./record-id.ts";
export {
  type AttestationBody,
  isAttestation,
  isLesson,
  isMembership,
  isRetraction,
  isRotation,
  type LessonBody,
  type LessonEvidence,
  type LessonExample,
  type LessonKind,
  lessonKinds,
  lessonText,
  type MembershipBody,
  type RecordBody,
  type RecordId,
  type RecordType,
  type RetractionBody,
  type RotationBody,
  recordVersion,
  type SignedRecord,
} from "./records.ts";
export { publicSpecification } from "./specification.ts";
export {
  commitsTo,
  firstKeyOf,
  isRotatedOut,
  keyHashOf,
  keysOf,
  latestWords,
  predecessorOf,
  presentKeyOf,
  RotationIndex,
  type Rotations,
  successorOf,
} from "./successions.ts";
export { closedSwarmName, isSwarmLabel, isSwarmName, shortSwarmName, swarmOwner } from "./swarm-name.ts";
export { cleanText, normalisedText, textProblem } from "./text.ts";
export { systemTimers, type Timer, type Timers } from "./timers.ts";
