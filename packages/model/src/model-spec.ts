/** A model specification: one text that names a model, on the command line and in a node's settings. */
import { modelErrors } from "./errors.ts";

export type ModelSpec = SingleModelSpec | { readonly kind: "several"; readonly specs: readonly string[] };

export type SingleModelSpec =
  /** Ollama when it answers and has a chat model, else embedded. */
  | { readonly kind: "auto" }
  /** `ollama:NAME` of the usual server, or `ollama:NAME@URL` of another. */
  | { readonly kind: "ollama"; readonly name: string; readonly host?: string }
  /** `openai:URL#NAME`, for example `openai:http://127.0.0.1:8000/v1#qwen2.5-7b`. */
  | { readonly kind: "openai"; readonly url: string; readonly name: string }
  /** The packaged weights, run in this process. */
  | { readonly kind: "embedded" }
  | { readonly kind: "gguf"; readonly path: string };

/** Several, between commas, each of which begins with its kind: paths may hold commas. */
const betweenSpecs = /,(?=(?:ollama|openai|gguf):|embedded(?:,|$))/;

/** @throws MODEL_SPEC_INVALID, MODEL_UNSUPPORTED */
export function parseModelSpec(text: string): ModelSpec {
  const specs = text.split(betweenSpecs);
  if (specs.length === 1) return parseSingle(text);
  for (const spec of specs) parseSingle(spec);
  return { kind: "several", specs };
}

function parseSingle(text: string): SingleModelSpec {
  if (text === "auto" || text === "embedded") return { kind: text };
  const colon = text.indexOf(":");
  const scheme = text.slice(0, Math.max(colon, 0));
  const rest = text.slice(colon + 1);
  if (scheme === "ollama" && /^\S+$/.test(rest)) return parseOllama(rest);
  if (scheme === "openai") return parseOpenAi(text, rest);
  if (scheme === "gguf" && rest !== "") return { kind: "gguf", path: rest };
  if (scheme === "hf") throw modelErrors.create("MODEL_UNSUPPORTED", "hf: models are not supported by this version");
  throw modelErrors.create("MODEL_SPEC_INVALID", `"${text.slice(0, 80)}" does not name a model`);
}

function parseOllama(rest: string): SingleModelSpec {
  const [, name, host] = /^(\S+?)@(https?:\/\/\S+)$/.exec(rest) ?? [];
  if (name === undefined || host === undefined) return { kind: "ollama", name: rest };
  if (!URL.canParse(host))
    throw modelErrors.create("MODEL_SPEC_INVALID", `"${host.slice(0, 80)}" is not the address of a server`);
  return { kind: "ollama", name, host };
}

function parseOpenAi(text: string, rest: string): SingleModelSpec {
  const hash = rest.indexOf("#");
  const [url, name] = [rest.slice(0, Math.max(hash, 0)).replace(/\/+$/, ""), rest.slice(hash + 1)];
  const parsed = URL.parse(url);
  // Specifications are shown, logged and stored: no place for a password.
  const isServer = parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.username === "" && parsed.password === "";
  if (isServer && /^\S+$/.test(name)) return { kind: "openai", url, name };
  throw modelErrors.create("MODEL_SPEC_INVALID", `"${text.slice(0, 80)}" does not name a model of a server`, {
    hint: "Give openai:URL#NAME, for example openai:http://127.0.0.1:8000/v1#qwen2.5-7b; a key goes into GRAPEVINE_MODEL_KEY.",
  });
}
