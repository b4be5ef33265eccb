import type { Embedder } from "@grapevine/core";
import { MiniLmEmbedder } from "./embedding/minilm-embedder.ts";
import { modelErrors } from "./errors.ts";
import { parseModelSpec } from "./model-spec.ts";
import { openOllamaEmbedder } from "./ollama/ollama-embedder.ts";
import { OllamaServer, type OllamaServerInit } from "./ollama/ollama-server.ts";

export interface EmbedderInit {
  readonly ollamaHost?: string;
  readonly signal?: AbortSignal;
}

/**
 * `embedded` (the default: all-MiniLM-L6-v2, started with the first text) or `ollama:NAME`.
 * @throws MODEL_SPEC_INVALID, MODEL_UNSUPPORTED; for Ollama also MODEL_SERVER_UNREACHABLE, MODEL_MISSING, MODEL_ABORTED, MODEL_FAILED, EMBEDDER_FAILED
 */
export async function openEmbedder(spec: string = "embedded", init: EmbedderInit = {}): Promise<Embedder> {
  const parsed = parseModelSpec(spec);
  if (parsed.kind === "embedded") return new MiniLmEmbedder();
  if (parsed.kind === "ollama") {
    const at = init.ollamaHost ?? parsed.host;
    const host: OllamaServerInit = at === undefined ? {} : { host: at };
    return openOllamaEmbedder({ server: new OllamaServer(host), name: parsed.name, ...(init.signal && { signal: init.signal }) });
  }
  throw modelErrors.create("MODEL_UNSUPPORTED", `${spec} cannot make embeddings`, { hint: "Give embedded or ollama:NAME." });
}
