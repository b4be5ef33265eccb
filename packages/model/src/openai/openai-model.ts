/**
 * A model of a server that speaks OpenAI's API.
 *
 * Such servers differ in what they know beyond the common ground, so that no more than that is used: chat and plain completions, streams, `response_format` with a JSON
 * schema, tools. A choice among texts is asked for as a schema with one field, since not every server takes a schema that is no object.
 */
import type { Generation, GenerationRequest, JsonSchema, LanguageModel } from "@grapevine/core";
import type OpenAI from "openai";
import { generationError, throwIfAborted } from "../abort.ts";
import { modelErrors } from "../errors.ts";
import { isWholeJson } from "../whole-json.ts";
import { chatMessages, GrowingCalls, openAiTool, openAiToolChoice } from "./openai-chat.ts";
import { missingHint, type OpenAiServer } from "./openai-server.ts";

export interface OpenAiModelInit {
  readonly server: OpenAiServer;
  readonly name: string;
  readonly signal?: AbortSignal;
}

/** Where a server does not say: what every server of today has at least. */
const assumedContextTokens = 4096;
/**
 * Some servers (Ollama's) cut a prompt that is too long, in silence. Texts come to three to five bytes a token, so that more bytes than this a token of the context
 * cannot fit.
 */
const mostBytesPerToken = 5;

/** @throws MODEL_SERVER_UNREACHABLE, MODEL_MISSING, MODEL_ABORTED, MODEL_FAILED */
export async function openOpenAiModel({ server, name, signal }: OpenAiModelInit): Promise<LanguageModel> {
  const call = { model: name, ...(signal && { signal }) };
  const listed = await server.call(
    call,
    async (client) => (await client.models.list(call.signal && { signal: call.signal })).data,
  );
  const model = listed.find(({ id }) => id === name);
  if (model === undefined) {
    const names = listed.map(({ id }) => id).join(", ");
    throw modelErrors.create("MODEL_MISSING", `${server.url} has no model ${name}; it has ${names || "none"}`, {
      hint: missingHint,
    });
  }
  return new OpenAiModel(server, name, contextTokensOf(model) ?? assumedContextTokens);
}

/** vLLM says `max_model_len`, llama.cpp `meta.n_ctx`, others `context_length` or `max_context_length`. */
function contextTokensOf(model: object): number | undefined {
  const facts: Readonly<Record<string, unknown>> = {
    ...model,
    ...("meta" in model && typeof model.meta === "object" ? model.meta : {}),
  };
  const found = ["max_model_len", "n_ctx", "context_length", "max_context_length"].map((key) => facts[key]);
  return found.find((value): value is number => typeof value === "number" && value > 0);
}

/** What both kinds of completions take. */
interface CommonRequest {
  readonly model: string;
  readonly stream: true;
  readonly stream_options: { readonly include_usage: true };
  readonly temperature: number;
  readonly max_tokens?: number;
  readonly stop?: string[];
  readonly top_p?: number;
  readonly seed?: number;
  readonly frequency_penalty?: number;
  readonly presence_penalty?: number;
}

/** What has come of an answer. */
interface Received {
  text: string;
  finish: string | undefined;
  usage: OpenAI.CompletionUsage | undefined;
  pieces: number;
  readonly calls: GrowingCalls;
}

class OpenAiModel implements LanguageModel {
  readonly id: string;
  readonly promptForm = "chat";
  readonly contextTokens: number;
  readonly #server: OpenAiServer;
  readonly #name: string;
  readonly #closing: AbortController = new AbortController();

  constructor(server: OpenAiServer, name: string, contextTokens: number) {
    this.id = `openai:${server.url}#${name}`;
    this.contextTokens = contextTokens;
    this.#server = server;
    this.#name = name;
  }

  async generate(request: GenerationRequest): Promise<Generation> {
    throwIfAborted(request.signal);
    if (this.#closing.signal.aborted) throw this.#closing.signal.reason;
    this.#checkLength(request.prompt);
    const signal = AbortSignal.any([this.#closing.signal, ...(request.signal ? [request.signal] : [])]);
    try {
      const received = await this.#server.call({ model: this.#name, signal }, (client) => this.#receive(client, request, signal));
      throwIfAborted(request.signal);
      return generationOf(received, request);
    } catch (error) {
      if (this.#closing.signal.aborted) throw this.#closing.signal.reason;
      throw generationError(error, request.signal);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(modelErrors.create("MODEL_FAILED", `the model ${this.id} is closed`));
  }

  #checkLength(prompt: GenerationRequest["prompt"]): void {
    const bytes = Buffer.byteLength(typeof prompt === "string" ? prompt : prompt.map(({ content }) => content).join(""));
    const most = this.contextTokens * mostBytesPerToken;
    if (bytes > most)
      throw modelErrors.create("MODEL_PROMPT_TOO_LONG", `the prompt has ${bytes} bytes; ${this.id} reads ${most} at most`);
  }

  async #receive(client: OpenAI, request: GenerationRequest, signal: AbortSignal): Promise<Received> {
    const received: Received = { text: "", finish: undefined, usage: undefined, pieces: 0, calls: new GrowingCalls() };
    // A choice is passed on when it is known which.
    const onText = choicesOf(request) === undefined ? request.onText : undefined;
    const take = (piece: string | null | undefined, finish: string | null | undefined): void => {
      if (piece) {
        received.text += piece;
        received.pieces += 1;
        onText?.(piece);
      }
      received.finish = finish ?? received.finish;
    };
    const { prompt } = request;
    // Plain completions know no schemas and no tools.
    if (typeof prompt === "string" && request.format === undefined) {
      for await (const { choices, usage } of await client.completions.create({ ...this.#common(request), prompt }, { signal })) {
        take(choices[0]?.text, choices[0]?.finish_reason);
        received.usage = usage ?? received.usage;
      }
      return received;
    }
    for await (const { choices, usage } of await client.chat.completions.create(this.#chat(request), { signal })) {
      received.calls.take(choices[0]?.delta?.tool_calls);
      take(choices[0]?.delta?.content, choices[0]?.finish_reason);
      received.usage = usage ?? received.usage;
    }
    return received;
  }

  #chat(request: GenerationRequest): OpenAI.ChatCompletionCreateParamsStreaming {
    const schema = schemaOf(request);
    return {
      ...this.#common(request),
      messages: chatMessages(request.prompt),
      ...(schema && {
        response_format: { type: "json_schema", json_schema: { name: "answer", schema: { ...schema }, strict: true } },
      }),
      ...(request.tools && { tools: request.tools.map(openAiTool) }),
      ...(request.tools && request.toolChoice && { tool_choice: openAiToolChoice(request.toolChoice) }),
    };
  }

  #common(request: GenerationRequest): CommonRequest {
    const choices = choicesOf(request);
    // A choice is given whole or not at all: stop texts do not cut it, and its JSON text has room, in tokens of one byte each.
    const roomForChoice = choices ? Math.max(...choices.map((choice) => JSON.stringify({ choice }).length)) + 16 : 0;
    const maxTokens = Math.max(request.maxTokens, roomForChoice);
    const stop = choices ? [] : (request.stop ?? []).filter((text) => text !== "");
    return {
      model: this.#name,
      stream: true,
      stream_options: { include_usage: true },
      temperature: request.temperature ?? 0,
      // What the context leaves is the server's to know; some refuse a number that it cannot hold.
      ...(maxTokens < this.contextTokens && { max_tokens: maxTokens }),
      ...(stop.length > 0 && { stop }),
      ...(request.topP !== undefined && { top_p: request.topP }),
      ...(request.seed !== undefined && { seed: request.seed }),
      ...(request.frequencyPenalty !== undefined && { frequency_penalty: request.frequencyPenalty }),
      ...(request.presencePenalty !== undefined && { presence_penalty: request.presencePenalty }),
    };
  }
}

function choicesOf({ format }: GenerationRequest): readonly string[] | undefined {
  return format && "choices" in format ? format.choices : undefined;
}

function schemaOf(request: GenerationRequest): JsonSchema | undefined {
  const choices = choicesOf(request);
  if (choices === undefined) return request.format && "schema" in request.format ? request.format.schema : undefined;
  const choice = { type: "string", enum: choices };
  return { type: "object", properties: { choice }, required: ["choice"], additionalProperties: false };
}

function generationOf({ text, finish, usage, pieces, calls }: Received, request: GenerationRequest): Generation {
  if (finish === undefined) throw new Error("the stream ended early");
  const counts = {
    // A server that does not count is one of few; the order of magnitude is what is needed.
    promptTokens: usage?.prompt_tokens ?? Math.ceil(JSON.stringify(request.prompt).length / 4),
    generatedTokens: usage?.completion_tokens ?? pieces,
  };
  const choices = choicesOf(request);
  if (choices !== undefined) return { ...counts, text: chosen(text, choices, request.onText), ended: "stop" };
  // A whole value may be followed by white space up to maxTokens.
  const whole = finish !== "length" || (request.format !== undefined && isWholeJson(text));
  const toolCalls = calls.all();
  return { ...counts, text, ended: whole ? "stop" : "length", ...(toolCalls.length > 0 && { toolCalls }) };
}

function chosen(json: string, choices: readonly string[], onText: GenerationRequest["onText"]): string {
  const { choice: value } = JSON.parse(json) as { choice?: unknown };
  const choice = choices.find((each) => each === value);
  if (choice === undefined) throw new Error(`the model answered ${json.slice(0, 80)}, which is none of the choices`);
  onText?.(choice);
  return choice;
}
