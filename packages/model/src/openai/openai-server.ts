/** Talking to a server that speaks OpenAI's API (vLLM, LM Studio, llama.cpp's server, Ollama): one error of ours for each way in which it can refuse. */
import { GrapevineError, messageOf } from "@grapevine/core";
import type OpenAI from "openai";
import { generationError, throwIfAborted } from "../abort.ts";
import { modelErrors } from "../errors.ts";

export interface OpenAiServerInit {
  /** Where `/models` and `/chat/completions` are found, mostly with `/v1` at the end. */
  readonly url: string;
  /** Default: GRAPEVINE_MODEL_KEY. Never OPENAI_API_KEY, which is meant for somebody else. */
  readonly key?: string;
}

export interface OpenAiCall {
  readonly model: string;
  readonly signal?: AbortSignal;
}

export class OpenAiServer {
  readonly url: string;
  readonly #key: string;
  #client: Promise<OpenAI> | undefined;

  constructor({ url, key }: OpenAiServerInit) {
    this.url = url;
    // The library demands one; servers on one's own machine mostly do not look at it.
    this.#key = key ?? process.env["GRAPEVINE_MODEL_KEY"] ?? "none";
  }

  /** @throws MODEL_SERVER_UNREACHABLE, MODEL_MISSING, MODEL_PROMPT_TOO_LONG, MODEL_ABORTED, MODEL_FAILED */
  async call<Result>(call: OpenAiCall, use: (client: OpenAI) => Promise<Result>): Promise<Result> {
    throwIfAborted(call.signal);
    const { APIError } = await import("openai");
    try {
      return await use(await this.#open());
    } catch (error) {
      throwIfAborted(call.signal);
      if (GrapevineError.is(error)) throw error;
      if (error instanceof APIError) throw this.#refusal(call, error.status, error.message, error);
      throw generationError(error, call.signal);
    }
  }

  #open(): Promise<OpenAI> {
    // Whether to try again, and where, is decided by whoever has several servers.
    this.#client ??= import("openai").then(
      ({ default: Client }) =>
        new Client({ baseURL: this.url, apiKey: this.#key, maxRetries: 0, organization: null, project: null, logLevel: "off" }),
    );
    return this.#client;
  }

  #refusal({ model }: OpenAiCall, status: number | undefined, message: string, cause: unknown): GrapevineError {
    if (status === undefined) {
      return modelErrors.create("MODEL_SERVER_UNREACHABLE", `no server answers at ${this.url}: ${messageOf(cause)}`, {
        hint: "Start the server, or check the address in the model's specification.",
        cause,
      });
    }
    if (/context (length|size|window)|maximum context|too many tokens/i.test(message)) {
      return modelErrors.create("MODEL_PROMPT_TOO_LONG", `${this.url}: ${message}`, { cause });
    }
    if (status === 404)
      return modelErrors.create("MODEL_MISSING", `${this.url} has no model ${model}: ${message}`, { hint: missingHint, cause });
    if (status === 401 || status === 403) {
      const hint = "Give the server's key in GRAPEVINE_MODEL_KEY.";
      return modelErrors.create("MODEL_FAILED", `${this.url} refuses the key: ${message}`, { hint, cause });
    }
    return modelErrors.create("MODEL_FAILED", `${this.url} answered ${status}: ${message}`, { cause });
  }
}

export const missingHint = "Give a name that the server knows; GET /models there lists them.";
