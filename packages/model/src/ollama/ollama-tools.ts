/** Tools and their calls, in the form in which an Ollama server takes and gives them: calls have no ids there, and their arguments are no text. */
import { randomUUID } from "node:crypto";
import type { Message, Tool, ToolCall } from "@grapevine/core";
import type { Message as OllamaMessage, Tool as OllamaTool } from "ollama";

export function ollamaTool({ name, description = "", parameters }: Tool): OllamaTool {
  // A JSON schema in full; the library's type knows the commonest of its words only.
  const schema = (parameters ?? { type: "object", properties: {} }) as NonNullable<OllamaTool["function"]["parameters"]>;
  return { type: "function", function: { name, description, parameters: schema } };
}

export function ollamaMessages(messages: readonly Message[]): OllamaMessage[] {
  const names = new Map<string, string>();
  return messages.map((message) => {
    const { role, content } = message;
    if (message.role === "tool") return { role, content, tool_name: names.get(message.callId) ?? message.callId };
    const calls = message.role === "assistant" ? (message.toolCalls ?? []) : [];
    for (const { id, name } of calls) names.set(id, name);
    return { role, content, ...(calls.length > 0 && { tool_calls: calls.map(ollamaCall) }) };
  });
}

/** What the server gave in one piece of its answer, with ids of ours: a client tells calls of a whole conversation apart by them. */
export function toolCallsOf({ tool_calls: calls = [] }: OllamaMessage): ToolCall[] {
  return calls.map(({ function: { name, arguments: given } }) => ({
    id: `call_${randomUUID()}`,
    name,
    arguments: JSON.stringify(given),
  }));
}

function ollamaCall({ name, arguments: text }: ToolCall): { function: { name: string; arguments: Record<string, unknown> } } {
  return { function: { name, arguments: argumentsOf(text) } };
}

/** A client may send back what a model wrote, which need not be an object. */
function argumentsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : { value };
  } catch {
    return { text }; // no JSON: it is told to the model as it is
  }
}
