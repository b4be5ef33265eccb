/** A `LanguageModel` that says what a test tells it to. It honours stop texts, formats, maxTokens, streaming and the abort signal as real ones do. */
import { type Generation, type GenerationRequest, GrapevineError, type LanguageModel, type ToolCall } from "@grapevine/core";

/** What the model says, or which tools it wants used. */
export type ScriptedReply = string | { readonly toolCalls: readonly ToolCall[] };

export interface ScriptedModelInit {
  /** Replies in order, or what to say to a request. Text that a real model would only reach after `maxTokens` is cut. */
  readonly replies:
    | readonly ScriptedReply[]
    | ((request: GenerationRequest, call: number) => ScriptedReply | Promise<ScriptedReply>);
  readonly id?: string;
  readonly promptForm?: "chat" | "completion";
  readonly contextTokens?: number;
}

export class ScriptedModel implements LanguageModel {
  readonly id: string;
  readonly promptForm: "chat" | "completion";
  readonly contextTokens: number;
  /** Every request that was made, in order: what a test looks at. */
  readonly requests: GenerationRequest[] = [];
  readonly #replies: ScriptedModelInit["replies"];
  #closed = false;

  constructor(init: ScriptedModelInit) {
    this.id = init.id ?? "scripted";
    this.promptForm = init.promptForm ?? "chat";
    this.contextTokens = init.contextTokens ?? 4096;
    this.#replies = init.replies;
  }

  async generate(request: GenerationRequest): Promise<Generation> {
    throwIfAborted(request.signal);
    if (this.#closed) throw failed(`the model ${this.id} is closed`);
    const promptTokens = tokensOf(promptText(request)).length;
    if (promptTokens >= this.contextTokens) {
      const message = `the prompt has ${promptTokens} tokens; ${this.id} takes less than ${this.contextTokens}`;
      throw new GrapevineError("MODEL_PROMPT_TOO_LONG", message, "Shorten the question, or use a model with a longer context.");
    }
    this.requests.push(request);
    const reply = await this.#reply(request, this.requests.length - 1);
    if (typeof reply !== "string") return { text: "", promptTokens, generatedTokens: 1, ended: "stop", ...reply };
    checkFormat(request, reply);
    const said = isChoice(request) ? { text: reply, ended: "stop" as const } : cut(request, reply);
    const generatedTokens = await stream(request, said.text);
    return { ...said, promptTokens, generatedTokens };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async #reply(request: GenerationRequest, call: number): Promise<ScriptedReply> {
    if (typeof this.#replies === "function") return this.#replies(request, call);
    const reply = this.#replies[call];
    if (reply === undefined) throw failed(`the script has no reply for call ${call}`);
    return reply;
  }
}

function promptText({ prompt }: GenerationRequest): string {
  return typeof prompt === "string" ? prompt : prompt.map(({ role, content }) => `${role} ${content}`).join("\n");
}

/** Words and parts of words, about as long as a real model's tokens. */
function tokensOf(text: string): string[] {
  return text.match(/\s?\S{1,4}|\s/gu) ?? [];
}

function isChoice(request: GenerationRequest): boolean {
  return request.format !== undefined && "choices" in request.format;
}

/** A reply that breaks the format is a mistake in the script, which a real model cannot make. */
function checkFormat({ format }: GenerationRequest, reply: string): void {
  if (format === undefined) return;
  if ("choices" in format) {
    if (!format.choices.includes(reply)) throw new Error(`the script says "${reply}", which is none of the choices`);
  } else JSON.parse(reply);
}

function cut(request: GenerationRequest, reply: string): Pick<Generation, "text" | "ended"> {
  const within = tokensOf(reply).slice(0, request.maxTokens).join("");
  const stops = (request.stop ?? []).filter((stop) => stop !== "").map((stop) => within.indexOf(stop));
  const found = stops.filter((at) => at >= 0);
  if (found.length > 0) return { text: within.slice(0, Math.min(...found)), ended: "stop" };
  return { text: within, ended: within.length < reply.length ? "length" : "stop" };
}

/** Gives the event loop its turn between tokens, as a real model does. The number of tokens. */
async function stream(request: GenerationRequest, text: string): Promise<number> {
  const tokens = tokensOf(text);
  for (const token of tokens) {
    await Promise.resolve();
    throwIfAborted(request.signal);
    request.onText?.(token);
  }
  throwIfAborted(request.signal);
  return tokens.length;
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new GrapevineError("MODEL_ABORTED", "the generation was given up", "Nothing needs doing.", signal.reason);
  }
}

function failed(message: string): GrapevineError {
  return new GrapevineError("MODEL_FAILED", message, "Give the script a reply for every call.");
}
