/** Which models an Ollama server has, and which of them `auto` takes. */
import { GrapevineError } from "@grapevine/core";
import type { ShowRequest } from "ollama";
import type { OllamaCall, OllamaServer } from "./ollama-server.ts";

export interface OllamaListing {
  readonly name: string;
  readonly bytes: number;
  /** As the server says it, for example `1.8B`. */
  readonly parameters: string;
  /** Names the weights exactly: the same name can come to mean others. */
  readonly digest: string;
}

/** Largest first, then by name. @throws MODEL_SERVER_UNREACHABLE, MODEL_ABORTED, MODEL_FAILED */
export async function listOllamaModels(server: OllamaServer, call: OllamaCall): Promise<OllamaListing[]> {
  const { models } = await server.call(call, (client) => client.list());
  return models
    .map(({ name, size, digest, details }) => ({ name, bytes: size, parameters: details?.parameter_size ?? "?", digest }))
    .toSorted((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
}

export interface OllamaModelFacts {
  /** The Go template that makes a prompt of chat turns. */
  readonly template: string;
  readonly parameters: number | undefined;
  readonly contextTokens: number | undefined;
  readonly generates: boolean;
  readonly thinks: boolean;
  readonly takesTools: boolean;
}

/** @throws MODEL_SERVER_UNREACHABLE, MODEL_MISSING, MODEL_ABORTED, MODEL_FAILED */
export async function ollamaModelFacts(server: OllamaServer, model: string, call: OllamaCall): Promise<OllamaModelFacts> {
  const shown = await server.call({ ...call, model }, (client) => client.show({ model }));
  const info = asRecord(shown.model_info);
  const architecture = String(info["general.architecture"]);
  return {
    template: shown.template ?? "",
    parameters: asNumber(info["general.parameter_count"]),
    contextTokens: asNumber(info[`${architecture}.context_length`]),
    // Servers before 0.6.4 do not name capabilities; models that only embed are of the BERT family.
    generates: shown.capabilities?.includes("completion") ?? !architecture.includes("bert"),
    thinks: shown.capabilities?.includes("thinking") ?? false,
    takesTools: shown.capabilities?.includes("tools") ?? false,
  };
}

/** Does the model's vocabulary hold the token? Some megabytes over loopback, so it is asked only where nothing else tells. */
export async function ollamaHasToken(server: OllamaServer, model: string, token: string, call: OllamaCall): Promise<boolean> {
  const request: ShowRequest & { verbose: boolean } = { model, verbose: true };
  const shown = await server.call({ ...call, model }, (client) => client.show(request));
  const tokens = asRecord(shown.model_info)["tokenizer.ggml.tokens"];
  return Array.isArray(tokens) && tokens.includes(token);
}

/** Larger models answer better, up to what an ordinary machine runs without a graphics card. */
const largestPreferredBytes: number = 6 * 1024 ** 3;
/** A server on the same machine answers in milliseconds; where none is, nobody wants to wait. */
export const probeTimeoutMs = 1000;

/** The model that `auto` takes: the largest that generates and is not too large, else the smallest. Undefined when no server answers or it has none. */
export async function preferredOllamaModel(server: OllamaServer, signal?: AbortSignal): Promise<string | undefined> {
  const call: OllamaCall = { timeoutMs: probeTimeoutMs, ...(signal && { signal }) };
  try {
    const models = await listOllamaModels(server, call);
    const fitting = models.filter((model) => model.bytes <= largestPreferredBytes);
    const larger = models.filter((model) => model.bytes > largestPreferredBytes).toReversed();
    for (const { name } of [...fitting, ...larger]) {
      if ((await ollamaModelFacts(server, name, call)).generates) return name;
    }
    return undefined;
  } catch (error) {
    if (GrapevineError.is(error, "MODEL_ABORTED")) throw error;
    return undefined; // a server that does not answer as Ollama does is none
  }
}

/** The library calls it a Map; over HTTP it is an object. */
function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function asNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
