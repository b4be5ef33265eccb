/** A model specification: one text that names a model, on the command line and in a node's settings. */
import { modelErrors } from "./errors.ts";

export type ModelSpec =
  /** Ollama when it answers and has a chat model, else embedded. */
  | { readonly kind: "auto" }
  | { readonly kind: "ollama"; readonly name: string }
  /** The packaged weights, run in this process. */
  | { readonly kind: "embedded" }
  | { readonly kind: "gguf"; readonly path: string };

/** @throws MODEL_SPEC_INVALID, MODEL_UNSUPPORTED */
export function parseModelSpec(text: string): ModelSpec {
  if (text === "auto" || text === "embedded") return { kind: text };
  const colon = text.indexOf(":");
  const scheme = text.slice(0, Math.max(colon, 0));
  const rest = text.slice(colon + 1);
  if (scheme === "ollama" && /^\S+$/.test(rest)) return { kind: "ollama", name: rest };
  if (scheme === "gguf" && rest !== "") return { kind: "gguf", path: rest };
  if (scheme === "hf" || scheme === "openai") {
    throw modelErrors.create("MODEL_UNSUPPORTED", `${scheme}: models are not supported by this version`);
  }
  throw modelErrors.create("MODEL_SPEC_INVALID", `"${text.slice(0, 80)}" does not name a model`);
}
