/**
 * A GGUF file run in this process.
 *
 * Guarantees: the weights are loaded at the first generation, so that a node that never generates stays small; one generation at a time on the machine
 * (`generation-lock.ts`); what a prompt shares with the one before it is not evaluated again. Does not guarantee that a file whose header is whole holds a
 * model that makes sense.
 */
import type { Generation, GenerationRequest, LanguageModel, Sampling } from "@grapevine/core";
import type { SequenceEvaluateOptions, Token } from "node-llama-cpp";
import { generationError, throwIfAborted } from "../abort.ts";
import { modelErrors } from "../errors.ts";
import type { GenerationLock } from "../locking/generation-lock.ts";
import { isWholeJson } from "../whole-json.ts";
import { AnswerText } from "./answer-text.ts";
import { likeliestChoice } from "./choice-likelihood.ts";
import type { GgufSummary } from "./gguf-file.ts";
import { type LlamaRuntime, loadLlamaRuntime } from "./llama-runtime.ts";

export interface EmbeddedModelInit {
  /** The specification that opens this model again. */
  readonly id: string;
  readonly path: string;
  readonly summary: GgufSummary;
  readonly lock: GenerationLock;
  readonly log?: (message: string) => void;
}

/** Room for a few lessons and a long answer; a larger context takes memory and is not read well by small models. */
const maxContextTokens = 4096;
/** Between two looks at the abort signal: about two seconds of work on one slow core. */
const promptSliceTokens = 128;

export class EmbeddedModel implements LanguageModel {
  readonly id: string;
  readonly promptForm: "chat" | "completion";
  readonly contextTokens: number;
  readonly #init: EmbeddedModelInit;
  #runtime: Promise<LlamaRuntime> | undefined;
  readonly #closing: AbortController = new AbortController();

  constructor(init: EmbeddedModelInit) {
    this.#init = init;
    this.id = init.id;
    this.promptForm = followsChat(init.summary) ? "chat" : "completion";
    this.contextTokens = Math.min(init.summary.contextTokens ?? maxContextTokens, maxContextTokens);
  }

  async generate(request: GenerationRequest): Promise<Generation> {
    throwIfAborted(request.signal);
    if (this.#closing.signal.aborted) throw this.#closing.signal.reason;
    if (request.tools !== undefined) throw modelErrors.create("MODEL_WITHOUT_TOOLS", `${this.id} cannot be given tools`);
    const signal = AbortSignal.any([this.#closing.signal, ...(request.signal ? [request.signal] : [])]);
    try {
      return await this.#init.lock.run(async () => this.#generate(await this.#load(), { ...request, signal }), signal);
    } catch (error) {
      if (this.#closing.signal.aborted) throw this.#closing.signal.reason;
      throw generationError(error, request.signal);
    }
  }

  /** Gives up what is being generated, and frees the memory. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(modelErrors.create("MODEL_FAILED", `the model ${this.id} is closed`));
    await this.#init.lock.settled();
    const runtime = await this.#runtime?.catch(() => undefined); // a failed load was reported to the caller who asked for it
    await runtime?.dispose();
  }

  #load(): Promise<LlamaRuntime> {
    const { path, log } = this.#init;
    this.#runtime ??= loadLlamaRuntime({ path, contextTokens: this.contextTokens, ...(log && { log }) }).catch(
      (error: unknown) => {
        this.#runtime = undefined;
        throw error;
      },
    );
    return this.#runtime;
  }

  async #generate(runtime: LlamaRuntime, request: GenerationRequest): Promise<Generation> {
    if (request.format !== undefined && "choices" in request.format) {
      return this.#choose(runtime, request, request.format.choices);
    }
    const { tokens, stop } = runtime.tokenise(request.prompt);
    const prompt = await this.#evaluatePrompt(runtime, tokens, request.signal);
    return complete(runtime, request, { tokens: prompt, stop }, Math.min(request.maxTokens, this.contextTokens - prompt.length));
  }

  async #choose(runtime: LlamaRuntime, request: GenerationRequest, choices: readonly string[]): Promise<Generation> {
    const { text: textOrChat, separator } = choiceBoundary(request.prompt);
    const { tokens } = runtime.tokenise(textOrChat);
    const prompt = await this.#evaluatePrompt(runtime, tokens, request.signal);
    const { nl, eos, eot } = runtime.model.tokens;
    // In a text a choice ends with its line, in a chat with its turn.
    const end = [typeof request.prompt === "string" ? nl : eot, eos].filter((token) => token !== null).slice(0, 1);
    const index = await likeliestChoice({
      sequence: runtime.sequence,
      prompt,
      choices: choices.map((choice) => [...runtime.model.tokenize(separator + choice, false, "trimLeadingSpace"), ...end]),
      ...(request.signal && { signal: request.signal }),
    });
    const text = choices[index] ?? "";
    request.onText?.(text);
    return { text, promptTokens: prompt.length, generatedTokens: runtime.model.tokenize(text).length, ended: "stop" };
  }

  /** Brings all but the last token of the prompt into the sequence, as far as it is not there from the call before. The prompt as evaluated. */
  async #evaluatePrompt(runtime: LlamaRuntime, tokens: readonly Token[], signal: AbortSignal | undefined): Promise<Token[]> {
    const all = withBeginning(runtime, tokens);
    if (all.length >= this.contextTokens) {
      const message = `the prompt has ${all.length} tokens; ${this.id} takes less than ${this.contextTokens}`;
      throw modelErrors.create("MODEL_PROMPT_TOO_LONG", message);
    }
    const { sequence } = runtime;
    const early = all.slice(0, -1);
    await sequence.adaptStateToTokens(early, false);
    while (sequence.nextTokenIndex < early.length) {
      throwIfAborted(signal);
      const from = sequence.nextTokenIndex;
      await sequence.evaluateWithoutGeneratingNewTokens(early.slice(from, from + promptSliceTokens));
    }
    throwIfAborted(signal);
    return all;
  }
}

/**
 * Small or strongly compressed models lose the thread of a chat and do better when they continue a text (measured: the packaged model, 1.1 billion weights
 * of 2.3 bits, loops in free chat and solves tasks as few-shot completion).
 */
function followsChat(summary: GgufSummary): boolean {
  const bitsPerWeight = (summary.bytes * 8) / summary.parameters;
  return summary.hasChatTemplate && summary.parameters > 0.3e9 && bitsPerWeight > 3;
}

/** A choice continues a text after exactly one space, unless the text ends with a line or the choice begins a turn of its own. */
function choiceBoundary(prompt: GenerationRequest["prompt"]): { text: GenerationRequest["prompt"]; separator: string } {
  if (typeof prompt !== "string") return { text: prompt, separator: "" };
  const text = prompt.replace(/ +$/, "");
  return { text, separator: text === "" || text.endsWith("\n") ? "" : " " };
}

function withBeginning(runtime: LlamaRuntime, tokens: readonly Token[]): Token[] {
  const { bos, shouldPrependBosToken } = runtime.model.tokens;
  return bos !== null && shouldPrependBosToken ? [bos, ...tokens] : [...tokens];
}

async function complete(
  runtime: LlamaRuntime,
  request: GenerationRequest,
  prompt: { readonly tokens: readonly Token[]; readonly stop: readonly string[] },
  maxTokens: number,
): Promise<Generation> {
  const { format, signal } = request;
  const state = format && "schema" in format ? await runtime.schemaState(format.schema) : undefined;
  const answer = new AnswerText({
    stop: [...(request.stop ?? []), ...prompt.stop, ...(state ? [emptyLines] : [])],
    ...(request.onText && { onText: request.onText }),
  });
  const textAfterPrompt = continuationDecoder(runtime, prompt.tokens);
  const generated: Token[] = [];
  const options = { ...samplingOf(request), ...(state && { grammarEvaluationState: state }) };
  let ended: Generation["ended"] = "stop";
  for await (const token of runtime.sequence.evaluate(prompt.tokens.slice(-1), options)) {
    throwIfAborted(signal);
    generated.push(token);
    const text = textAfterPrompt(generated);
    if (answer.grow(text) || (state && isWholeJson(text))) break;
    if (generated.length >= maxTokens) {
      ended = "length";
      break;
    }
  }
  throwIfAborted(signal);
  return { text: answer.finish(), promptTokens: prompt.tokens.length, generatedTokens: generated.length, ended };
}

function samplingOf({ temperature = 0, topP, seed }: Sampling): Pick<SequenceEvaluateOptions, "temperature" | "topP" | "seed"> {
  return { temperature, ...(topP !== undefined && { topP }), ...(seed !== undefined && { seed }) };
}

/** Vocabularies drop the space before a text's first word; it is only kept when the words before it are decoded, too. */
function continuationDecoder({ model }: LlamaRuntime, prompt: readonly Token[]): (generated: readonly Token[]) => string {
  const before = prompt.slice(-4);
  const { length } = model.detokenize(before);
  return (generated) => model.detokenize([...before, ...generated]).slice(length);
}

/** The runtime's grammar of a schema goes on with empty lines after the value, which nobody needs to wait for. */
const emptyLines = "\n\n\n\n";
