/** Turns, tools and calls in OpenAI's form. */
import { randomUUID } from "node:crypto";
import type { GenerationRequest, Message, Tool, ToolCall } from "@grapevine/core";
import type OpenAI from "openai";

/** A text to go on with, where only a chat will do, is what the user says. */
export function chatMessages(prompt: GenerationRequest["prompt"]): OpenAI.ChatCompletionMessageParam[] {
  return typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt.map(chatMessage);
}

function chatMessage(message: Message): OpenAI.ChatCompletionMessageParam {
  if (message.role === "tool") return { role: "tool", content: message.content, tool_call_id: message.callId };
  if (message.role !== "assistant" || message.toolCalls === undefined) return { role: message.role, content: message.content };
  const calls = message.toolCalls.map(({ id, name, arguments: text }) => ({
    id,
    type: "function" as const,
    function: { name, arguments: text },
  }));
  return { role: "assistant", content: message.content, tool_calls: calls };
}

export function openAiTool({ name, description, parameters }: Tool): OpenAI.ChatCompletionTool {
  return {
    type: "function",
    function: { name, ...(description !== undefined && { description }), ...(parameters && { parameters: { ...parameters } }) },
  };
}

export function openAiToolChoice(choice: NonNullable<GenerationRequest["toolChoice"]>): OpenAI.ChatCompletionToolChoiceOption {
  return typeof choice === "string" ? choice : { type: "function", function: { name: choice.name } };
}

/** Calls that come in pieces, each piece with the number of its call. */
export class GrowingCalls {
  readonly #calls: Map<number, { id: string; name: string; text: string }> = new Map();

  take(pieces: readonly OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall[] | null | undefined): void {
    for (const { index, id, function: part } of pieces ?? []) {
      const call = this.#calls.get(index) ?? { id: "", name: "", text: "" };
      call.id ||= id ?? "";
      call.name ||= part?.name ?? "";
      call.text += part?.arguments ?? "";
      this.#calls.set(index, call);
    }
  }

  all(): ToolCall[] {
    const calls = [...this.#calls.entries()].sort(([one], [two]) => one - two);
    return calls.map(([, { id, name, text }]) => ({ id: id || `call_${randomUUID()}`, name, arguments: text }));
  }
}
