/** A model of an Ollama server. The server queues requests by itself and keeps the model in memory between them. */
import type { Generation, GenerationRequest, LanguageModel, ToolCall } from "@grapevine/core";
import type { ChatResponse, GenerateResponse, Ollama } from "ollama";
import { generationError, throwIfAborted } from "../abort.ts";
import { modelErrors } from "../errors.ts";
import { isWholeJson } from "../whole-json.ts";
import { type ChatRendering, chatmlBeginning, isBareTemplate, renderChat } from "./chat-rendering.ts";
import { ollamaHasToken, ollamaModelFacts } from "./ollama-catalogue.ts";
import { keepAlive, type OllamaServer } from "./ollama-server.ts";
import { ollamaMessages, ollamaTool, toolCallsOf } from "./ollama-tools.ts";

export interface OllamaModelInit {
  readonly server: OllamaServer;
  readonly name: string;
  /** The specification that opens it again. */
  readonly id: string;
  readonly log?: (message: string) => void;
  readonly signal?: AbortSignal;
}

/** Room for a few lessons and a long answer; more takes memory and time on a processor. */
const usualContextTokens = 4096;
/** Below this many weights a model continues a text better than it follows a chat. */
const fewestChatParameters = 0.3e9;

/** @throws MODEL_SERVER_UNREACHABLE, MODEL_MISSING, MODEL_UNSUPPORTED when it only embeds, MODEL_ABORTED, MODEL_FAILED */
export async function openOllamaModel(init: OllamaModelInit): Promise<LanguageModel> {
  const { server, name } = init;
  const call = init.signal ? { signal: init.signal } : {};
  const facts = await ollamaModelFacts(server, name, call);
  if (!facts.generates) throw modelErrors.create("MODEL_UNSUPPORTED", `${name} makes embeddings only; it cannot answer`);
  let rendering: ChatRendering = "server";
  if (isBareTemplate(facts.template)) {
    rendering = (await ollamaHasToken(server, name, chatmlBeginning, call)) ? "chatml" : "transcript";
    init.log?.(`${name} has no chat template in Ollama; its chats are rendered here (${rendering})`);
  }
  return new OllamaModel(init, {
    rendering,
    thinks: facts.thinks,
    takesTools: facts.takesTools && rendering === "server",
    promptForm: rendering === "transcript" || (facts.parameters ?? 1e9) < fewestChatParameters ? "completion" : "chat",
    contextTokens: Math.min(facts.contextTokens ?? usualContextTokens, wantedContextTokens()),
  });
}

/** Coding agents send far longer prompts than questions are; who has the memory for them says so by the variable that the server itself reads. */
function wantedContextTokens(): number {
  const wanted = Number(process.env["OLLAMA_CONTEXT_LENGTH"]);
  return Number.isInteger(wanted) && wanted > 0 ? wanted : usualContextTokens;
}

interface OllamaModelShape {
  readonly rendering: ChatRendering;
  readonly thinks: boolean;
  readonly takesTools: boolean;
  readonly promptForm: "chat" | "completion";
  readonly contextTokens: number;
}

/** What both of Ollama's ways to generate take. The library's types leave out `truncate` and `shift`, without which a long prompt is cut in silence. */
interface CommonRequest {
  readonly model: string;
  readonly stream: true;
  readonly keep_alive: string;
  readonly truncate: false;
  readonly shift: false;
  readonly format?: object;
  readonly options: {
    readonly num_ctx: number;
    readonly num_predict: number;
    readonly temperature: number;
    readonly top_p?: number;
    readonly seed?: number;
    readonly frequency_penalty?: number;
    readonly presence_penalty?: number;
    readonly stop: string[];
  };
}

class OllamaModel implements LanguageModel {
  readonly id: string;
  readonly promptForm: "chat" | "completion";
  readonly contextTokens: number;
  readonly #init: OllamaModelInit;
  readonly #shape: OllamaModelShape;
  readonly #closing: AbortController = new AbortController();

  constructor(init: OllamaModelInit, shape: OllamaModelShape) {
    this.id = init.id;
    this.promptForm = shape.promptForm;
    this.contextTokens = shape.contextTokens;
    this.#init = init;
    this.#shape = shape;
  }

  async generate(request: GenerationRequest): Promise<Generation> {
    throwIfAborted(request.signal);
    if (this.#closing.signal.aborted) throw this.#closing.signal.reason;
    const signal = AbortSignal.any([this.#closing.signal, ...(request.signal ? [request.signal] : [])]);
    try {
      const { name, server } = this.#init;
      return await server.call({ model: name, signal }, (client) => this.#generate(client, request));
    } catch (error) {
      if (this.#closing.signal.aborted) throw this.#closing.signal.reason;
      throw generationError(error, request.signal);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(modelErrors.create("MODEL_FAILED", `the model ${this.id} is closed`));
  }

  async #generate(client: Ollama, request: GenerationRequest): Promise<Generation> {
    const choices = request.format && "choices" in request.format ? request.format.choices : undefined;
    let text = "";
    let pieces = 0;
    const calls: ToolCall[] = [];
    for await (const part of whileItGoesOn(await this.#stream(client, request, choices))) {
      pieces += 1;
      const piece = ("message" in part ? part.message.content : part.response) ?? "";
      text += piece;
      if ("message" in part) calls.push(...toolCallsOf(part.message));
      if (choices === undefined && piece !== "") request.onText?.(piece);
      if (!part.done) continue;
      const counted = counts(part);
      if (choices !== undefined) return { ...counted, text: chosen(text, choices, request.onText), ended: "stop" };
      // A whole value may be followed by white space up to maxTokens.
      const whole = part.done_reason !== "length" || (request.format !== undefined && isWholeJson(text));
      return { ...counted, ...withCalls(text, calls), ended: whole ? "stop" : "length" };
    }
    // Given up by the server, which counts nothing then.
    const given = { promptTokens: 0, generatedTokens: pieces };
    if (choices !== undefined) return { ...given, text: chosen(text, choices, request.onText), ended: "stop" };
    if (text.trim() === "" && calls.length === 0) throw new Error("the server gave up before the model had written anything");
    return { ...given, ...withCalls(text, calls), ended: request.format !== undefined && isWholeJson(text) ? "stop" : "length" };
  }

  async #stream(
    client: Ollama,
    request: GenerationRequest,
    choices: readonly string[] | undefined,
  ): Promise<AsyncIterable<ChatResponse | GenerateResponse>> {
    const { rendering, thinks } = this.#shape;
    const { prompt } = request;
    this.#checkTools(request);
    if (typeof prompt === "string") return client.generate({ ...this.#common(request, choices, []), prompt, raw: true });
    if (rendering === "server") {
      const messages = ollamaMessages(prompt);
      const tools = request.tools === undefined ? {} : { tools: request.tools.map(ollamaTool) };
      return client.chat({ ...this.#common(request, choices, []), messages, ...tools, ...(thinks && { think: false }) });
    }
    const rendered = renderChat(rendering, prompt);
    return client.generate({ ...this.#common(request, choices, rendered.stop), prompt: rendered.prompt, raw: true });
  }

  #checkTools({ tools, toolChoice = "auto" }: GenerationRequest): void {
    if (tools === undefined) return;
    if (!this.#shape.takesTools) throw modelErrors.create("MODEL_WITHOUT_TOOLS", `${this.id} takes no tools`);
    if (toolChoice === "auto") return;
    throw modelErrors.create("MODEL_WITHOUT_TOOLS", "an Ollama server lets the model decide whether it uses a tool", {
      hint: "Leave the choice to the model (`tool_choice: auto`).",
    });
  }

  #common(request: GenerationRequest, choices: readonly string[] | undefined, turnEnds: readonly string[]): CommonRequest {
    const schema = choices
      ? { type: "string", enum: choices }
      : request.format && "schema" in request.format && request.format.schema;
    // A choice is given whole or not at all: stop texts do not cut it, and its JSON text has room. The server's grammar lets a model go on with white
    // space after it; a line's end is never within it.
    const roomForChoice = choices ? Math.max(...choices.map((choice) => JSON.stringify(choice).length)) + 8 : 0;
    return {
      model: this.#init.name,
      stream: true,
      keep_alive: keepAlive,
      truncate: false,
      shift: false,
      ...(schema && { format: schema }),
      options: {
        num_ctx: this.contextTokens,
        num_predict: Math.max(request.maxTokens, roomForChoice),
        temperature: request.temperature ?? 0,
        ...(request.topP !== undefined && { top_p: request.topP }),
        ...(request.seed !== undefined && { seed: request.seed }),
        ...(request.frequencyPenalty !== undefined && { frequency_penalty: request.frequencyPenalty }),
        ...(request.presencePenalty !== undefined && { presence_penalty: request.presencePenalty }),
        stop: choices ? ["\n"] : [...(request.stop ?? []), ...turnEnds].filter((text) => text !== ""),
      },
    };
  }
}

/**
 * The parts of a stream. Where a model repeats one token over and over, as small ones do, the server gives up after thirty and closes the stream without a last word, which its
 * client takes for an error; a connection that breaks off is another one.
 */
async function* whileItGoesOn<Part>(stream: AsyncIterable<Part>): AsyncGenerator<Part, void, undefined> {
  try {
    yield* stream;
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("Did not receive done")) throw error;
  }
}

function withCalls(text: string, calls: readonly ToolCall[]): Pick<Generation, "text" | "toolCalls"> {
  return calls.length === 0 ? { text } : { text, toolCalls: calls };
}

function counts(last: ChatResponse | GenerateResponse): Pick<Generation, "promptTokens" | "generatedTokens"> {
  // Left out by the server where nothing was evaluated.
  return { promptTokens: last.prompt_eval_count ?? 0, generatedTokens: last.eval_count ?? 0 };
}

function chosen(json: string, choices: readonly string[], onText: GenerationRequest["onText"]): string {
  const value: unknown = JSON.parse(json);
  const choice = choices.find((each) => each === value);
  if (choice === undefined) throw new Error(`the model answered ${json.slice(0, 80)}, which is none of the choices`);
  onText?.(choice);
  return choice;
}
