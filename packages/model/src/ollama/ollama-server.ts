/** Talking to an Ollama server: where it is, and one error of ours for each way in which it can refuse. */
import { type GrapevineError, messageOf } from "@grapevine/core";
import type { Ollama } from "ollama";
import { generationError, throwIfAborted } from "../abort.ts";
import { modelErrors } from "../errors.ts";

export interface OllamaServerInit {
  /** Default: OLLAMA_HOST, else 127.0.0.1:11434. */
  readonly host?: string;
}

export interface OllamaCall {
  /** The model that the call is about, for the error when it is missing. */
  readonly model?: string;
  readonly signal?: AbortSignal;
  /** For calls that must not wait for a server that does not answer. */
  readonly timeoutMs?: number;
}

/** A model unloads this long after its last use; longer than Ollama's five minutes, since distillation comes in waves. */
export const keepAlive = "15m";

export class OllamaServer {
  readonly host: string;

  constructor(init: OllamaServerInit) {
    this.host = reachableHost(init.host || process.env["OLLAMA_HOST"] || "127.0.0.1:11434");
  }

  /**
   * One call to the server, streamed or not. Each has a client of its own, since the library cannot stop a request before its answer begins.
   * @throws MODEL_SERVER_UNREACHABLE, MODEL_MISSING, MODEL_PROMPT_TOO_LONG, MODEL_ABORTED, MODEL_FAILED
   */
  async call<Result>(call: OllamaCall, use: (client: Ollama) => Promise<Result>): Promise<Result> {
    const { Ollama: Client } = await import("ollama");
    const client = new Client({ host: this.host, fetch: (input, init) => this.#fetch(call, input, init) });
    try {
      return await use(client);
    } catch (error) {
      throw generationError(error, call.signal);
    }
  }

  /** The library's own handling of refusals writes to stdout, which belongs to the commands; so they are turned into errors before it sees them. */
  async #fetch(call: OllamaCall, ...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    const signals = [init?.signal, call.signal, call.timeoutMs === undefined ? undefined : AbortSignal.timeout(call.timeoutMs)];
    const signal = AbortSignal.any(signals.filter((each) => each !== undefined && each !== null));
    let response: Response;
    try {
      response = await fetch(input, { ...init, signal });
    } catch (error) {
      throwIfAborted(call.signal);
      throw modelErrors.create("MODEL_SERVER_UNREACHABLE", `no Ollama server answers at ${this.host}`, { cause: error });
    }
    if (!response.ok) throw refusal(call, response.status, await response.text());
    return response;
  }
}

function refusal(call: OllamaCall, status: number, body: string): GrapevineError {
  const message = refusalText(body);
  if (status === 404 && call.model !== undefined) {
    const hint = `Fetch it with \`ollama pull ${call.model}\`; \`ollama list\` shows the models that are there.`;
    return modelErrors.create("MODEL_MISSING", `the Ollama server has no model ${call.model}`, { hint });
  }
  if (message.includes("context length")) return modelErrors.create("MODEL_PROMPT_TOO_LONG", `Ollama: ${message}`);
  return modelErrors.create("MODEL_FAILED", `Ollama answered ${status}: ${message}`);
}

function refusalText(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === "string" ? error : body.slice(0, 200);
  } catch {
    return body.slice(0, 200); // not JSON: what it says is all there is
  }
}

/** A server that listens on all addresses is told so by OLLAMA_HOST, too; a client cannot call that address everywhere. */
function reachableHost(host: string): string {
  const reachable = host.trim().replace(/^(https?:\/\/)?0\.0\.0\.0/, "$1127.0.0.1");
  try {
    new URL(reachable.includes("://") ? reachable : `http://${reachable.replace(/^:/, "127.0.0.1:")}`);
    return reachable;
  } catch (error) {
    throw modelErrors.create("MODEL_SERVER_UNREACHABLE", `"${host}" is not the address of a server: ${messageOf(error)}`, {
      hint: "Set OLLAMA_HOST to HOST:PORT, for example 127.0.0.1:11434.",
    });
  }
}
