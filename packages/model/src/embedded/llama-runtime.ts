/** Weights in memory with one context: the only file that touches node-llama-cpp. It is loaded when first needed, since it costs 40 MB and half a second. */
import { availableParallelism } from "node:os";
import { GrapevineError, type JsonSchema, type Message, messageOf } from "@grapevine/core";
import type {
  ChatHistoryItem,
  ChatWrapper,
  Llama,
  LlamaContextSequence,
  LlamaGrammar,
  LlamaGrammarEvaluationState,
  LlamaModel,
  LlamaText,
  Token,
} from "node-llama-cpp";
import { modelErrors } from "../errors.ts";

export interface LlamaRuntimeInit {
  readonly path: string;
  readonly contextTokens: number;
  readonly log?: (message: string) => void;
}

interface TokenisedPrompt {
  /** Without the token that begins a sequence. */
  readonly tokens: Token[];
  /** Texts that end an answer in the model's chat template, beside the tokens that do; none for a completion. */
  readonly stop: readonly string[];
}

export interface LlamaRuntime {
  readonly model: LlamaModel;
  readonly sequence: LlamaContextSequence;
  /** Chat turns go through the model's own template; a text is taken as it is. Nothing in either is read as a special token. */
  tokenise(prompt: readonly Message[] | string): TokenisedPrompt;
  /** What the grammar of a schema allows, from its beginning. */
  schemaState(schema: JsonSchema): Promise<LlamaGrammarEvaluationState>;
  dispose(): Promise<void>;
}

/** @throws MODEL_FILE_INVALID when the runtime refuses the file, MODEL_FAILED when memory is short or there is no binary for this machine. */
export async function loadLlamaRuntime(init: LlamaRuntimeInit): Promise<LlamaRuntime> {
  const library = await import("node-llama-cpp");
  const threads = Math.max(1, availableParallelism() - 1);
  const llama = await library
    .getLlama({
      gpu: false,
      build: "never",
      skipDownload: true,
      progressLogs: false,
      maxThreads: threads,
      logLevel: library.LlamaLogLevel.warn,
      logger: (level, message) => init.log?.(`llama.cpp ${level}: ${message.trim()}`),
    })
    .catch((error: unknown) => {
      throw modelErrors.create("MODEL_FAILED", `llama.cpp does not start: ${messageOf(error)}`, { cause: error });
    });
  const loaded: { dispose(): Promise<void> }[] = [llama];
  try {
    const model = await llama.loadModel({ modelPath: init.path, gpuLayers: 0 });
    loaded.push(model);
    const context = await model.createContext({ contextSize: init.contextTokens, sequences: 1, threads });
    loaded.push(context);
    const sequence = context.getSequence();
    const grammars = schemaGrammars(llama);
    const chatWrapper = library.resolveChatWrapper(model, { warningLogs: false });
    return {
      model,
      sequence,
      tokenise: (prompt): TokenisedPrompt => tokenise(model, chatWrapper, prompt),
      schemaState: async (schema): Promise<LlamaGrammarEvaluationState> =>
        new library.LlamaGrammarEvaluationState({ model, grammar: await grammars(schema) }),
      dispose: (): Promise<void> => disposeAll(loaded),
    };
  } catch (error) {
    await disposeAll(loaded);
    if (error instanceof library.InsufficientMemoryError) {
      throw modelErrors.create("MODEL_FAILED", `there is too little memory for ${init.path}`, { cause: error });
    }
    throw modelErrors.create("MODEL_FILE_INVALID", `${init.path} cannot be loaded: ${messageOf(error)}`, { cause: error });
  }
}

async function disposeAll(loaded: { dispose(): Promise<void> }[]): Promise<void> {
  for (const part of loaded.toReversed()) await part.dispose();
}

function tokenise(model: LlamaModel, chatWrapper: ChatWrapper, prompt: readonly Message[] | string): TokenisedPrompt {
  if (typeof prompt === "string") return { tokens: model.tokenize(prompt, false, leadingSpace(model)), stop: [] };
  const chatHistory: ChatHistoryItem[] = prompt.map(historyItem);
  chatHistory.push({ type: "model", response: [] });
  const { contextText, stopGenerationTriggers } = chatWrapper.generateContextState({ chatHistory });
  return { tokens: contextText.tokenize(model.tokenizer, leadingSpace(model)), stop: stopGenerationTriggers.flatMap(plainText) };
}

/** A trigger that is made of text alone. The others hold tokens that end any generation. */
function plainText({ values }: LlamaText): string[] {
  return values.every((value) => typeof value === "string") ? [values.join("")] : [];
}

/** After the token that begins a sequence, the vocabulary's habit of putting a space before a text would make a space that nobody wrote. */
function leadingSpace(model: LlamaModel): "trimLeadingSpace" | undefined {
  return model.tokens.shouldPrependBosToken ? "trimLeadingSpace" : undefined;
}

function historyItem(message: Message): ChatHistoryItem {
  if (message.role === "assistant") return { type: "model", response: [message.content] };
  // Models in this process are given no tools; what others' tools said before is told as the user's word.
  return { type: message.role === "tool" ? "user" : message.role, text: message.content };
}

/** The few schemas that a node uses are compiled once. */
const keptGrammars = 16;

function schemaGrammars(llama: Llama): (schema: JsonSchema) => Promise<LlamaGrammar> {
  const kept = new Map<string, LlamaGrammar>();
  return async (schema) => {
    const key = JSON.stringify(schema);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const grammar = await compileSchema(llama, schema);
    if (kept.size >= keptGrammars) kept.clear();
    kept.set(key, grammar);
    return grammar;
  };
}

async function compileSchema(llama: Llama, schema: JsonSchema): Promise<LlamaGrammar> {
  try {
    return await llama.createGrammarForJsonSchema(schema as Parameters<Llama["createGrammarForJsonSchema"]>[0]);
  } catch (error) {
    if (GrapevineError.is(error)) throw error;
    throw modelErrors.create("MODEL_FAILED", `the schema cannot be made a grammar: ${messageOf(error)}`, { cause: error });
  }
}
