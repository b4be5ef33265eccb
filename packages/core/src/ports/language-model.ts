/** The port of what generates text. Implementations: Ollama, servers that speak OpenAI's API, the embedded model; `scripted` in tests. */

export type Message =
  | { readonly role: "system" | "user"; readonly content: string }
  | { readonly role: "assistant"; readonly content: string; readonly toolCalls?: readonly ToolCall[] }
  /** What came of a call that the assistant asked for. */
  | { readonly role: "tool"; readonly content: string; readonly callId: string };

/** A JSON Schema, as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Something that the caller can do for the model. The caller decides whether it does. */
export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** Of its arguments, an object. */
  readonly parameters?: JsonSchema;
}

/** The model's wish that a tool be used. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text, as the model wrote it. */
  readonly arguments: string;
}

/** How a token is chosen among the likely ones. A model does what its server offers of these; absent, the server's own value holds. */
export interface Sampling {
  /** 0, the default, is greedy. */
  readonly temperature?: number;
  /** The likeliest tokens that together have this probability are chosen from, above 0 to 1. */
  readonly topP?: number;
  /** The same seed and prompt give the same text where the server allows for it. */
  readonly seed?: number;
  /** From −2 to 2: against words by how often, and whether at all, they came already. */
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
}

export interface GenerationRequest extends Sampling {
  /**
   * Chat turns, or a text to go on with. A model takes both; `promptForm` says which serves it better. A completion is continued as it is,
   * without any template.
   */
  readonly prompt: readonly Message[] | string;
  /** Most tokens to generate. */
  readonly maxTokens: number;
  /** The generation ends before the first of these. */
  readonly stop?: readonly string[];
  /** Constrains the output: to JSON of a schema, or to one of the given texts. */
  readonly format?: { readonly schema: JsonSchema } | { readonly choices: readonly string[] };
  /** With chat turns only. */
  readonly tools?: readonly Tool[];
  /** Default `auto`: the model decides. `required`: some tool; a name: that one. Not every server can be told. */
  readonly toolChoice?: "auto" | "required" | { readonly name: string };
  readonly signal?: AbortSignal;
  /** Called with each piece of text as it is generated; the pieces together are the result's text. */
  readonly onText?: (piece: string) => void;
}

export interface Generation {
  readonly text: string;
  readonly promptTokens: number;
  readonly generatedTokens: number;
  /** `stop`: it ended by itself or at a stop text. `length`: maxTokens was reached. */
  readonly ended: "stop" | "length";
  /** Tools that the model wants used before it goes on; absent where there are none. */
  readonly toolCalls?: readonly ToolCall[];
}

export interface LanguageModel {
  /** A model specification that makes the same model again, for example `ollama:qwen2.5-coder:0.5b`. */
  readonly id: string;
  /** In which form this model follows lessons best. */
  readonly promptForm: "chat" | "completion";
  /** Tokens of prompt and answer together. */
  readonly contextTokens: number;
  /** @throws MODEL_FAILED, MODEL_ABORTED, MODEL_PROMPT_TOO_LONG, MODEL_WITHOUT_TOOLS (the table of `model`) */
  generate(request: GenerationRequest): Promise<Generation>;
  close(): Promise<void>;
}
