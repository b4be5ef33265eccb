/** Vectors from a model of an Ollama server. */
import type { Embedder } from "@grapevine/core";
import { unitVector } from "../embedding/unit-vector.ts";
import { modelErrors } from "../errors.ts";
import { listOllamaModels } from "./ollama-catalogue.ts";
import { keepAlive, type OllamaServer } from "./ollama-server.ts";

export interface OllamaEmbedderInit {
  readonly server: OllamaServer;
  readonly name: string;
  readonly signal?: AbortSignal;
}

/** Texts in a request: enough to keep the server busy, few enough that others get their turn. */
const textsPerCall = 32;

/** @throws MODEL_SERVER_UNREACHABLE, MODEL_MISSING, MODEL_ABORTED, MODEL_FAILED, EMBEDDER_FAILED */
export async function openOllamaEmbedder(init: OllamaEmbedderInit): Promise<Embedder> {
  const call = init.signal ? { signal: init.signal } : {};
  const [probe] = await embedBatch(init, ["a"], call);
  const listing = await listOllamaModels(init.server, call);
  const digest = listing.find(({ name }) => name === init.name || name === `${init.name}:latest`)?.digest;
  return new OllamaEmbedder(init, `ollama:${init.name}@${digest?.slice(0, 12) ?? "unknown"}`, probe?.length ?? 0);
}

class OllamaEmbedder implements Embedder {
  readonly id: string;
  readonly dimensions: number;
  readonly #init: OllamaEmbedderInit;
  readonly #closing: AbortController = new AbortController();

  constructor(init: OllamaEmbedderInit, id: string, dimensions: number) {
    this.#init = init;
    this.id = id;
    this.dimensions = dimensions;
  }

  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    const { signal } = this.#closing;
    if (signal.aborted) throw modelErrors.create("EMBEDDER_FAILED", `the embedder ${this.id} is closed`);
    const vectors: Float32Array[] = [];
    for (let from = 0; from < texts.length; from += textsPerCall) {
      vectors.push(...(await embedBatch(this.#init, texts.slice(from, from + textsPerCall), { signal })));
    }
    if (vectors.some((vector) => vector.length !== this.dimensions)) {
      throw modelErrors.create("EMBEDDER_FAILED", `${this.id} gave vectors of another length than ${this.dimensions}`);
    }
    return vectors;
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }
}

async function embedBatch(
  { server, name }: OllamaEmbedderInit,
  texts: readonly string[],
  call: { readonly signal?: AbortSignal },
): Promise<Float32Array[]> {
  // Servers answer nothing for an empty text; a space has no words either.
  const input = texts.map((text) => text || " ");
  const { embeddings } = await server.call({ ...call, model: name }, (client) =>
    client.embed({ model: name, input, truncate: true, keep_alive: keepAlive }),
  );
  if (embeddings.length !== texts.length) {
    throw modelErrors.create("EMBEDDER_FAILED", `${name} gave ${embeddings.length} vectors for ${texts.length} texts`);
  }
  return embeddings.map(unitVector);
}
