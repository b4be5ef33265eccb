/** Answers in the form of OpenAI's chat completions: whole, or in pieces. What is Grapevine's own stands in one field of its own. */
import type { Generation, ToolCall } from "@grapevine/core";
import type { UsedLesson } from "../control/lesson-contract.ts";

/** The extension field `grapevine`, of a whole answer and of the last piece of a streamed one. */
export interface ChatExtension {
  /** For feedback. Absent where the model wants tools used: the experience is kept with the end of the trajectory. */
  readonly experienceId?: string;
  /** The lessons that were in the prompt; a peer's own word where a peer answered. */
  readonly lessons: readonly UsedLesson[];
  readonly answeredBy?: { readonly peerId: string; readonly name?: string };
  /** The model that answered, by its specification. */
  readonly model: string;
}

/** What does not change from piece to piece. */
export interface ChatHead {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** As the client named it. */
  readonly model: string;
}

/** How an answer ended. A peer does not say how many tokens it took. */
export interface ChatEnd extends Pick<Generation, "ended" | "toolCalls"> {
  readonly tokens?: Pick<Generation, "promptTokens" | "generatedTokens">;
  readonly extension: ChatExtension;
}

/** A whole answer. */
export interface ChatCompletion extends ChatHead {
  readonly object: "chat.completion";
  readonly choices: readonly {
    readonly index: number;
    readonly message: {
      readonly role: "assistant";
      readonly content: string | null;
      readonly refusal: null;
      readonly tool_calls?: readonly OpenAiCall[];
    };
    readonly logprobs: null;
    readonly finish_reason: FinishReason;
  }[];
  /** Absent where a peer answered. */
  readonly usage?: Usage;
  readonly grapevine: ChatExtension;
}

/** A piece of a streamed answer. */
export interface ChatChunk extends ChatHead {
  readonly object: "chat.completion.chunk";
  /** Empty in the piece that holds the usage. */
  readonly choices: readonly {
    readonly index: number;
    readonly delta: {
      readonly role?: "assistant";
      readonly content?: string;
      readonly tool_calls?: readonly (OpenAiCall & { readonly index: number })[];
    };
    readonly logprobs: null;
    readonly finish_reason: FinishReason | null;
  }[];
  readonly usage?: Usage;
  /** Of the last piece alone. */
  readonly grapevine?: ChatExtension;
}

export interface OpenAiCall {
  readonly id: string;
  readonly type: "function";
  /** The arguments are JSON as the model wrote it. */
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

export type FinishReason = "stop" | "length" | "tool_calls";

/** The header that names the lessons in the prompt, by their ids. */
export const lessonsHeader = "x-grapevine-lessons";

export function lessonsHeaderValue(lessons: readonly Pick<UsedLesson, "id">[]): string {
  return lessons.map(({ id }) => id).join(",");
}

export function chatCompletion(head: ChatHead, text: string, end: ChatEnd): ChatCompletion {
  const { toolCalls } = end;
  const message = {
    role: "assistant" as const,
    content: toolCalls !== undefined && text === "" ? null : text,
    refusal: null,
    ...(toolCalls !== undefined && { tool_calls: toolCalls.map(openAiCall) }),
  };
  return {
    ...head,
    object: "chat.completion",
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(end) }],
    ...(end.tokens && { usage: usage(end.tokens) }),
    grapevine: end.extension,
  };
}

export function firstChunk(head: ChatHead): ChatChunk {
  return chunk(head, { role: "assistant", content: "" });
}

export function textChunk(head: ChatHead, piece: string): ChatChunk {
  return chunk(head, { content: piece });
}

/** The tools that are wanted, why the answer ended, and, when the client asked for it, how many tokens it took. */
export function lastChunks(head: ChatHead, end: ChatEnd, includesUsage: boolean): ChatChunk[] {
  const { toolCalls, tokens } = end;
  const calls = toolCalls?.map((call, index) => ({ index, ...openAiCall(call) }));
  return [
    ...(calls === undefined ? [] : [chunk(head, { tool_calls: calls })]),
    { ...chunk(head, {}, finishReason(end)), grapevine: end.extension },
    ...(includesUsage && tokens !== undefined ? [{ ...head, object: chunkObject, choices: [], usage: usage(tokens) }] : []),
  ];
}

const chunkObject = "chat.completion.chunk" as const;

function chunk(head: ChatHead, delta: ChatChunk["choices"][number]["delta"], finish: FinishReason | null = null): ChatChunk {
  return { ...head, object: chunkObject, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] };
}

function openAiCall({ id, name, arguments: text }: ToolCall): OpenAiCall {
  return { id, type: "function", function: { name, arguments: text } };
}

function finishReason({ ended, toolCalls }: ChatEnd): FinishReason {
  return toolCalls === undefined ? ended : "tool_calls";
}

function usage({ promptTokens, generatedTokens }: NonNullable<ChatEnd["tokens"]>): Usage {
  return { prompt_tokens: promptTokens, completion_tokens: generatedTokens, total_tokens: promptTokens + generatedTokens };
}
