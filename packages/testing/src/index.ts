/** Contract suites for the ports, and the fakes that pass them. A development dependency only. */
export { type ClusteredVectorsInit, clusteredVectors, seededRandom } from "./clustered-vectors.ts";
export { type EmbedderFactory, embedderContract } from "./embedder-contract.ts";
export { type EnvironmentFactory, environmentContract } from "./environment-contract.ts";
export { type ExperienceStoreFactory, experienceStoreContract } from "./experience-store-contract.ts";
export { ExactVectorIndex } from "./fakes/exact-vector-index.ts";
export { HashEmbedder, type HashEmbedderInit } from "./fakes/hash-embedder.ts";
export { MemoryExperienceStore } from "./fakes/memory-experience-store.ts";
export { MemoryLessonStore, type MemoryLessonStoreInit } from "./fakes/memory-lesson-store.ts";
export { ScriptedModel, type ScriptedModelInit, type ScriptedReply } from "./fakes/scripted-model.ts";
export { type LanguageModelFactory, languageModelContract } from "./language-model-contract.ts";
export type { LessonStoreFactory } from "./lesson-store-contract/store-under-test.ts";
export { lessonStoreContract } from "./lesson-store-contract.ts";
export {
  sampleAttestation,
  sampleExperience,
  sampleIdentity,
  sampleLesson,
  sampleMembership,
  sampleRetraction,
  sampleRotation,
  sampleStoredLesson,
  unknownRecordId,
} from "./sample-records.ts";
export { EventTrace } from "./simulation/event-trace.ts";
export { SimulatedHost, type SimulatedHostInit } from "./simulation/simulated-host.ts";
export { SimulatedNetwork, type SimulatedNetworkInit } from "./simulation/simulated-network.ts";
export { VirtualTime } from "./simulation/virtual-time.ts";
export { type VectorIndexFactory, vectorIndexContract } from "./vector-index-contract.ts";
