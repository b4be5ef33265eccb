/** Language models and embedders behind core's ports: Ollama, servers that speak OpenAI's API, and what runs in this process. */

export type { WeightsProgress } from "./embedded/packaged-weights.ts";
export { modelErrors } from "./errors.ts";
export { digestOfModel, listModels, type ModelListing, type ModelListings } from "./list-models.ts";
export { type ModelSpec, parseModelSpec } from "./model-spec.ts";
export { type EmbedderInit, openEmbedder } from "./open-embedder.ts";
export { type ModelInit, openModel } from "./open-model.ts";
