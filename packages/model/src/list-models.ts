import { GrapevineError } from "@grapevine/core";
import { listOllamaModels, probeTimeoutMs } from "./ollama/ollama-catalogue.ts";
import { type ModelInit, ollamaServer } from "./open-model.ts";

/** A model that is there, or why a place where models could be has none. */
export interface ModelListing {
  /** What to give to open it. */
  readonly spec: string;
  readonly description: string;
  readonly bytes?: number;
  /** Of the weights, as their server names it. */
  readonly digest?: string;
}

export interface ModelListings {
  readonly models: readonly ModelListing[];
  /** Why Ollama's models are missing from the list, when they are. */
  readonly ollamaProblem?: GrapevineError;
}

/** What the model's server calls its weights; undefined where nobody tells, as of an unlisted model or a server that is away. @throws MODEL_ABORTED */
export async function digestOfModel(id: string): Promise<string | undefined> {
  const { models } = await listModels();
  return models.find(({ spec }) => spec === id)?.digest;
}

/** The models that can be opened now, Ollama's first. @throws MODEL_ABORTED */
export async function listModels(init: Pick<ModelInit, "ollamaHost" | "signal"> = {}): Promise<ModelListings> {
  const embedded: ModelListing = {
    spec: "embedded",
    description: "TinyLlama 1.1B in 2 bits, packaged: needs nothing, knows little",
    bytes: 322_591_712,
  };
  try {
    const call = { timeoutMs: probeTimeoutMs, ...(init.signal && { signal: init.signal }) };
    const listed = await listOllamaModels(ollamaServer(init), call);
    const models = listed.map(({ name, bytes, parameters, digest }) => ({
      spec: `ollama:${name}`,
      description: `${parameters} weights, on Ollama`,
      bytes,
      digest,
    }));
    return { models: [...models, embedded] };
  } catch (error) {
    if (!GrapevineError.is(error) || error.code === "MODEL_ABORTED") throw error;
    return { models: [embedded], ollamaProblem: error };
  }
}
