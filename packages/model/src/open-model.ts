/** From a specification to a model that answers. */
import { resolve } from "node:path";
import type { LanguageModel } from "@grapevine/core";
import { EmbeddedModel } from "./embedded/embedded-model.ts";
import { readGgufFile } from "./embedded/gguf-file.ts";
import { packagedWeights, type WeightsProgress } from "./embedded/packaged-weights.ts";
import { GenerationLock } from "./locking/generation-lock.ts";
import { parseModelSpec } from "./model-spec.ts";
import { preferredOllamaModel } from "./ollama/ollama-catalogue.ts";
import { openOllamaModel } from "./ollama/ollama-model.ts";
import { OllamaServer, type OllamaServerInit } from "./ollama/ollama-server.ts";

export interface ModelInit {
  /** Where the packaged weights are joined. Default: GRAPEVINE_CACHE or the user's cache folder. */
  readonly cacheFolder?: string;
  /** Embedded models that name the same folder generate one at a time. Default: one folder a user. */
  readonly lockFolder?: string;
  /** Default: OLLAMA_HOST, else 127.0.0.1:11434. */
  readonly ollamaHost?: string;
  readonly log?: (message: string) => void;
  /** While the packaged weights are joined, which happens once on a machine. */
  readonly onProgress?: (progress: WeightsProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Opens a model. An embedded one is checked, and loaded at its first generation.
 * @throws MODEL_SPEC_INVALID, MODEL_UNSUPPORTED, MODEL_SERVER_UNREACHABLE, MODEL_MISSING, MODEL_FILE_MISSING, MODEL_FILE_INVALID,
 * MODEL_WEIGHTS_UNAVAILABLE, MODEL_ABORTED, MODEL_FAILED
 */
export async function openModel(spec: string, init: ModelInit = {}): Promise<LanguageModel> {
  const parsed = parseModelSpec(spec);
  switch (parsed.kind) {
    case "several":
      return openSeveral(parsed.specs, init);
    case "ollama":
      return openOllama(parsed.name, parsed.host === undefined ? init : { ...init, ollamaHost: parsed.host }, spec);
    case "openai":
      return openOpenAi(parsed, init);
    case "gguf":
      return openGguf(`gguf:${resolve(parsed.path)}`, resolve(parsed.path), init);
    case "embedded":
      return openPackaged(init);
    case "auto": {
      const name = await preferredOllamaModel(ollamaServer(init), init.signal);
      if (name !== undefined) return openOllama(name, init);
      init.log?.("no Ollama server with a model answers; using the packaged model");
      return openPackaged(init);
    }
  }
}

/** Loaded when wanted: its library, and the breaker's, are nothing that other models need. */
async function openOpenAi({ url, name }: { url: string; name: string }, { signal }: ModelInit): Promise<LanguageModel> {
  const [{ openOpenAiModel }, { OpenAiServer }] = await Promise.all([
    import("./openai/openai-model.ts"),
    import("./openai/openai-server.ts"),
  ]);
  return openOpenAiModel({ server: new OpenAiServer({ url }), name, ...(signal && { signal }) });
}

async function openSeveral(specs: readonly string[], { signal, ...init }: ModelInit): Promise<LanguageModel> {
  signal?.throwIfAborted();
  const { openFailoverModel } = await import("./failover/failover-model.ts");
  const members = specs.map((spec) => ({ spec, open: () => openModel(spec, init) }));
  return openFailoverModel({ members, ...(init.log && { log: init.log }) });
}

function openOllama(name: string, init: ModelInit, id: string = `ollama:${name}`): Promise<LanguageModel> {
  const { log, signal } = init;
  return openOllamaModel({ server: ollamaServer(init), name, id, ...(log && { log }), ...(signal && { signal }) });
}

async function openPackaged(init: ModelInit): Promise<LanguageModel> {
  const { cacheFolder, onProgress, signal } = init;
  const path = await packagedWeights({
    ...(cacheFolder !== undefined && { cacheFolder }),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  });
  return openGguf("embedded", path, init);
}

function openGguf(id: string, path: string, { lockFolder, log }: ModelInit): LanguageModel {
  const lock = new GenerationLock(lockFolder === undefined ? {} : { folder: lockFolder });
  return new EmbeddedModel({ id, path, summary: readGgufFile(path), lock, ...(log && { log }) });
}

export function ollamaServer({ ollamaHost }: Pick<ModelInit, "ollamaHost">): OllamaServer {
  const init: OllamaServerInit = ollamaHost === undefined ? {} : { host: ollamaHost };
  return new OllamaServer(init);
}
