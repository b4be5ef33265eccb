/** The port of what generates text. Implementations: Ollama, the embedded model; `scripted` in tests. */

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** A JSON Schema, as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface GenerationRequest {
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
  /** 0, the default, is greedy. */
  readonly temperature?: number;
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
}

export interface LanguageModel {
  /** A model specification that makes the same model again, for example `ollama:qwen2.5-coder:0.5b`. */
  readonly id: string;
  /** In which form this model follows lessons best. */
  readonly promptForm: "chat" | "completion";
  /** Tokens of prompt and answer together. */
  readonly contextTokens: number;
  /** @throws MODEL_FAILED, MODEL_ABORTED (the table of `model`) */
  generate(request: GenerationRequest): Promise<Generation>;
  close(): Promise<void>;
}
