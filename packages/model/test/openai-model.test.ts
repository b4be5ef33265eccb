/** `openai:URL#NAME` against a server of our own on loopback, and against the same face of a real Ollama server where one answers. */
import { GrapevineError, type LanguageModel } from "@grapevine/core";
import { languageModelContract } from "@grapevine/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listModels, openModel } from "../src/index.ts";
import { startToyServer, type ToyServer, toyContextTokens, toyModel } from "./toy-openai-server.ts";

const toy = await startToyServer();
afterAll(() => toy.close());
const spec = (server: Pick<ToyServer, "url"> = toy, name: string = toyModel): string => `openai:${server.url}#${name}`;

languageModelContract("openai:URL#NAME", { open: () => openModel(spec()) });

describe("a model of a server that speaks OpenAI's API", () => {
  let model: LanguageModel;
  beforeAll(async () => {
    model = await openModel(spec());
  });
  afterAll(() => model.close());

  it("knows its context, and opens again by its id", async () => {
    expect(model).toMatchObject({ id: spec(), contextTokens: toyContextTokens });
    await (await openModel(model.id)).close();
  });

  it("leaves out what was not given, and passes on what was", async () => {
    await model.generate({ prompt: [{ role: "user", content: "Hm?" }], maxTokens: toyContextTokens });
    expect(Object.keys(toy.requests.at(-1) ?? {}).sort()).toEqual([
      "key",
      "messages",
      "model",
      "stream",
      "stream_options",
      "temperature",
    ]);
    await model.generate({
      prompt: "1, 2,",
      maxTokens: 3,
      topP: 0.5,
      seed: 7,
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      temperature: 0.3,
    });
    expect(toy.requests.at(-1)).toMatchObject({
      prompt: "1, 2,",
      max_tokens: 3,
      top_p: 0.5,
      seed: 7,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      temperature: 0.3,
    });
  });

  it("takes tools, gives their calls whole, and says what came of them", async () => {
    const server = await startToyServer({ toolCall: { name: "look", arguments: '{"at":"hinges"}' } });
    const open = await openModel(spec(server));
    const tools = [{ name: "look", description: "Looks", parameters: { type: "object" } }];
    const { toolCalls } = await open.generate({
      prompt: [{ role: "user", content: "Why?" }],
      maxTokens: 20,
      tools,
      toolChoice: { name: "look" },
    });
    expect(toolCalls).toEqual([{ id: "call_7", name: "look", arguments: '{"at":"hinges"}' }]);
    expect(server.requests.at(-1)).toMatchObject({
      tools: [{ type: "function", function: tools[0] }],
      tool_choice: { type: "function", function: { name: "look" } },
    });
    const prompt = [
      { role: "user", content: "Why?" },
      { role: "assistant", content: "", toolCalls: toolCalls ?? [] },
      { role: "tool", content: "dry", callId: "call_7" },
    ] as const;
    await open.generate({ prompt, maxTokens: 20 });
    expect(server.requests.at(-1)?.["messages"]).toMatchObject([
      {},
      { tool_calls: [{ id: "call_7", function: { name: "look" } }] },
      { role: "tool", content: "dry", tool_call_id: "call_7" },
    ]);
    await open.close();
    await server.close();
  });

  it("refuses by name: no server, no such model, a broken one, a wrong key, an answer that is cut off", async () => {
    const codeOf = async (work: Promise<unknown>): Promise<string> => {
      const error: unknown = await work.catch((thrown: unknown) => thrown);
      return GrapevineError.is(error) ? error.code : String(error);
    };
    const server = await startToyServer();
    const open = await openModel(spec(server));
    const ask = (): Promise<unknown> => open.generate({ prompt: "1, 2,", maxTokens: 40 });
    expect(await codeOf(openModel(spec(server, "other")))).toBe("MODEL_MISSING");
    server.fault = 500;
    expect(await codeOf(ask())).toBe("MODEL_FAILED");
    server.fault = 401;
    await expect(ask()).rejects.toMatchObject({ hint: expect.stringContaining("GRAPEVINE_MODEL_KEY") });
    server.fault = "cut";
    expect(await codeOf(ask())).toBe("MODEL_FAILED");
    await server.close();
    expect(await codeOf(ask())).toBe("MODEL_SERVER_UNREACHABLE");
    expect(await codeOf(openModel(spec(server)))).toBe("MODEL_SERVER_UNREACHABLE");
  });

  it("shows the key that is meant for it, and no other", async () => {
    process.env["OPENAI_API_KEY"] = "for-somebody-else";
    process.env["GRAPEVINE_MODEL_KEY"] = "for-this-server";
    const open = await openModel(spec());
    await open.generate({ prompt: "1,", maxTokens: 2 });
    expect(toy.requests.at(-1)?.["key"]).toBe("Bearer for-this-server");
    delete process.env["OPENAI_API_KEY"];
    delete process.env["GRAPEVINE_MODEL_KEY"];
    await open.close();
  });
});

const ollamaModel = "qwen2.5-coder:0.5b";
const { models } = await listModels();
const isThere = models.some((listed) => listed.spec === `ollama:${ollamaModel}`);

describe.skipIf(!isThere)(
  `with the /v1 of a real Ollama server (skipped where none has ${ollamaModel})`,
  { timeout: 180_000 },
  () => {
    it("answers, streams, keeps to a schema and to choices", async () => {
      const model = await openModel(`openai:http://127.0.0.1:11434/v1#${ollamaModel}`);
      const counted = await model.generate({ prompt: "1, 2, 3, 4, 5, 6, 7,", maxTokens: 6 });
      expect(counted).toMatchObject({ ended: "length", generatedTokens: 6, text: expect.stringContaining("8") });
      const pieces: string[] = [];
      const schema = {
        type: "object",
        properties: { ripe: { type: "boolean" } },
        required: ["ripe"],
        additionalProperties: false,
      };
      const { text } = await model.generate({
        prompt: [{ role: "user", content: "Is a red apple ripe? As JSON." }],
        maxTokens: 32,
        format: { schema },
        onText: (piece) => pieces.push(piece),
      });
      expect(JSON.parse(text)).toEqual({ ripe: expect.any(Boolean) });
      expect(pieces.join("")).toBe(text);
      const choices = ["meow", "woof"];
      const chosen = await model.generate({
        prompt: [{ role: "user", content: "What does a cat say?" }],
        maxTokens: 4,
        format: { choices },
      });
      expect(choices).toContain(chosen.text);
      await model.close();
    });
  },
);
