/** `POST /v1/embeddings`: vectors of the node's own embedder. */
import type { Embedder } from "@grapevine/core";
import { z } from "zod";
import { nodeErrors } from "../errors.ts";
import { parseOpenAi } from "./refusals.ts";
import { ownModel } from "./served-models.ts";

/** As OpenAI has it. */
const maxInputs = 2_048;

const bodySchema = z.looseObject({
  model: z.string().min(1),
  input: z.union(
    [z.string().min(1), z.array(z.string().min(1)).min(1).max(maxInputs)],
    `a text, or 1 to ${maxInputs} texts, none of them empty; token numbers are not read here`,
  ),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  dimensions: z.int().nullish(),
});

/** What the body of a request is checked by, for the description of the API. */
export const embeddingsBody: z.ZodType = bodySchema;

export interface EmbeddingList {
  readonly object: "list";
  readonly model: string;
  readonly data: readonly {
    readonly object: "embedding";
    readonly index: number;
    /** Numbers, or their 32-bit floats in base64, as was asked for. */
    readonly embedding: readonly number[] | string;
  }[];
  /** An estimate: embedders do not count. */
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number };
}

/** @throws API_REQUEST_INVALID, SERVED_MODEL_UNKNOWN, EMBEDDER_FAILED */
export async function embeddings(value: unknown, embedder: Embedder): Promise<EmbeddingList> {
  const { model, input, encoding_format: encoding, dimensions } = parseOpenAi(bodySchema, value);
  if (model !== ownModel && model !== embedder.id) {
    throw nodeErrors.create("SERVED_MODEL_UNKNOWN", `no model "${model}" makes embeddings here`, {
      hint: `Ask for ${ownModel} or ${embedder.id}.`,
    });
  }
  if ((dimensions ?? embedder.dimensions) !== embedder.dimensions) {
    throw nodeErrors.create(
      "API_REQUEST_INVALID",
      `dimensions: ${embedder.id} gives ${embedder.dimensions}, no more and no fewer`,
    );
  }
  const texts = typeof input === "string" ? [input] : input;
  const vectors = await embedder.embed(texts);
  const tokens = texts.reduce((sum, text) => sum + estimatedTokens(text), 0);
  return {
    object: "list",
    model: embedder.id,
    data: vectors.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: encoding === "base64" ? base64(vector) : [...vector],
    })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** 32-bit floats, little-endian, as the clients read them. */
function base64(vector: Float32Array): string {
  const bytes = new DataView(new ArrayBuffer(vector.length * Float32Array.BYTES_PER_ELEMENT));
  for (const [index, value] of vector.entries()) bytes.setFloat32(index * Float32Array.BYTES_PER_ELEMENT, value, true);
  return Buffer.from(bytes.buffer).toString("base64");
}

/** Embedders do not count; four bytes a token is what English text comes to. */
function estimatedTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}
