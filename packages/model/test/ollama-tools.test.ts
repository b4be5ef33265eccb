import { describe, expect, it } from "vitest";
import { ollamaMessages, ollamaTool, toolCallsOf } from "../src/ollama/ollama-tools.ts";

describe("tools for an Ollama server", () => {
  it("name the tool where OpenAI's form names the call, and give arguments as values", () => {
    const call = { id: "call_1", name: "look", arguments: '{"at":"hinges"}' };
    expect(
      ollamaMessages([
        { role: "user", content: "Why?" },
        {
          role: "assistant",
          content: "",
          toolCalls: [call, { ...call, id: "call_2", arguments: "[1]" }, { ...call, id: "call_3", arguments: "{" }],
        },
        { role: "tool", callId: "call_1", content: "dry" },
      ]),
    ).toEqual([
      { role: "user", content: "Why?" },
      {
        role: "assistant",
        content: "",
        tool_calls: [{ at: "hinges" }, { value: [1] }, { text: "{" }].map((given) => ({
          function: { name: "look", arguments: given },
        })),
      },
      { role: "tool", content: "dry", tool_name: "look" },
    ]);
  });

  it("come back as calls, each with an id of its own", () => {
    const wanted = { function: { name: "look", arguments: { at: "hinges" } } };
    const calls = toolCallsOf({ role: "assistant", content: "", tool_calls: [wanted, wanted] });
    expect(calls).toMatchObject([{ name: "look", arguments: '{"at":"hinges"}' }, { name: "look" }]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
    expect(toolCallsOf({ role: "assistant", content: "hm" })).toEqual([]);
  });

  it("have a schema even where the client gave none", () => {
    expect(ollamaTool({ name: "now" }).function.parameters).toEqual({ type: "object", properties: {} });
  });
});
