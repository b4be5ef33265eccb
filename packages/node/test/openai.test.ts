/** The endpoint as OpenAI's own client for JavaScript sees it, unchanged. */
import type { GenerationRequest } from "@grapevine/core";
import OpenAI, { APIError, NotFoundError } from "openai";
import { describe, expect, it } from "vitest";
import { maxConversationBytes } from "../src/openai/routes.ts";
import { connect, embedded, patient } from "./bench.ts";
import { type Served, serve } from "./serving.ts";

const door = { situation: "The door squeaks", guidance: "Put oil on its hinges" };
const question = "The door squeaks. What helps?";
const ask: { model: string; messages: OpenAI.ChatCompletionMessageParam[] } = {
  model: "grapevine",
  messages: [{ role: "user", content: question }],
};

function client({ url, token }: Served): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: token, maxRetries: 0 });
}

/** What the model was given, as one text. */
function prompted({ model }: Served, call = -1): string {
  return JSON.stringify(model.requests.at(call)?.prompt);
}

interface Extended {
  readonly grapevine?: {
    readonly experienceId?: string;
    readonly lessons: { id: string; title: string }[];
    readonly model: string;
  };
}

async function refusal(call: Promise<unknown>): Promise<APIError> {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (error instanceof APIError) return error;
  throw new Error(`no refusal: ${String(error)}`);
}

describe("a chat completion", () => {
  it("uses the node's lessons, names them, counts its tokens, and is kept", async () => {
    const node = await serve({ reply: () => "Oil." });
    const { id } = await node.service.teach(door);
    await embedded(node);
    const { data, response } = await client(node).chat.completions.create(ask).withResponse();
    expect(data).toMatchObject({
      object: "chat.completion",
      model: "grapevine",
      choices: [{ message: { role: "assistant", content: "Oil." }, finish_reason: "stop" }],
    });
    expect(data.usage?.total_tokens).toBe((data.usage?.prompt_tokens ?? 0) + (data.usage?.completion_tokens ?? 0));
    expect(data.usage?.prompt_tokens).toBeGreaterThan(10);
    expect(response.headers.get("x-grapevine-lessons")).toBe(id);
    const { grapevine } = data as Extended;
    expect(grapevine).toMatchObject({ lessons: [{ id, own: true }], model: "scripted" });
    expect(prompted(node)).toContain(door.guidance);
    expect(await node.service.experience(grapevine?.experienceId ?? "")).toMatchObject({
      prompt: question,
      answer: "Oil.",
      usedLessons: [{ id }],
    });
  });

  it("leaves the lessons out for grapevine:off, and what the client wrote as it is", async () => {
    const node = await serve();
    await node.service.teach(door);
    await embedded(node);
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: "system", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "One." },
          { type: "text", text: "Two." },
        ],
      },
      { role: "assistant", content: "Yes?" },
      { role: "user", content: question },
    ];
    const sampling = {
      temperature: 0.3,
      top_p: 0.5,
      seed: 7,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      stop: ["END"],
      max_tokens: 5,
    };
    const { response } = await client(node)
      .chat.completions.create({
        model: "grapevine:off",
        messages,
        ...sampling,
      })
      .withResponse();
    expect(response.headers.get("x-grapevine-lessons")).toBe("");
    expect(node.model.requests.at(-1)).toMatchObject({
      prompt: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "One.\nTwo." },
        { role: "assistant", content: "Yes?" },
        { role: "user", content: question },
      ],
      temperature: 0.3,
      topP: 0.5,
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      stop: ["END"],
      maxTokens: 5,
    });
  });

  it("says so when the tokens were used up", async () => {
    const node = await serve({ reply: () => "a long answer that goes on and on" });
    const { choices } = await client(node).chat.completions.create({ ...ask, max_completion_tokens: 2 });
    expect(choices[0]?.finish_reason).toBe("length");
  });

  it("gives JSON of a schema", async () => {
    const node = await serve({ reply: () => '{"remedy":"oil"}' });
    const schema = {
      type: "object",
      properties: { remedy: { type: "string" } },
      required: ["remedy"],
      additionalProperties: false,
    };
    const { choices } = await client(node).chat.completions.create({
      ...ask,
      response_format: { type: "json_schema", json_schema: { name: "remedy", strict: true, schema } },
    });
    expect(JSON.parse(choices[0]?.message.content ?? "")).toEqual({ remedy: "oil" });
    expect(node.model.requests.at(-1)?.format).toEqual({ schema });
  });
});

describe("a streamed chat completion", () => {
  it("comes in pieces, with the lessons named before the first and the experience with the last", async () => {
    const node = await serve({ reply: () => "Put oil on its hinges." });
    const { id } = await node.service.teach(door);
    await embedded(node);
    const { data, response } = await client(node)
      .chat.completions.create({ ...ask, stream: true, stream_options: { include_usage: true } })
      .withResponse();
    expect(response.headers.get("x-grapevine-lessons")).toBe(id);
    const chunks = [];
    for await (const chunk of data) chunks.push(chunk);
    const pieces = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "");
    expect(pieces.filter((piece) => piece !== "").length).toBeGreaterThan(2);
    expect(pieces.join("")).toBe("Put oil on its hinges.");
    expect(chunks[0]?.choices[0]?.delta.role).toBe("assistant");
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: expect.any(Number) } });
    const last = chunks.at(-2) as (typeof chunks)[number] & Extended;
    expect(last.choices[0]?.finish_reason).toBe("stop");
    expect(last.grapevine?.lessons).toMatchObject([{ id }]);
    expect((await node.service.experience(last.grapevine?.experienceId ?? "")).answer).toBe("Put oil on its hinges.");
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
  });

  it("is read by the client's own helper, tools and all", async () => {
    const call = { id: "call_1", name: "oil", arguments: '{"what":"hinges"}' };
    const node = await serve({ reply: () => ({ toolCalls: [call] }) });
    const tools = [{ type: "function" as const, function: { name: "oil", parameters: { type: "object" } } }];
    const stream = client(node).chat.completions.stream({ ...ask, tools });
    const message = await stream.finalMessage();
    expect(message.tool_calls).toMatchObject([{ id: "call_1", function: { name: "oil", arguments: '{"what":"hinges"}' } }]);
  });

  it("ends the generation when the client hangs up, and keeps nothing", async () => {
    const hungUp = Promise.withResolvers<void>();
    const node = await serve({
      reply: async (request: GenerationRequest) => {
        request.onText?.("Well");
        request.signal?.addEventListener("abort", () => hungUp.resolve());
        await hungUp.promise;
        return " then";
      },
    });
    const stream = await client(node).chat.completions.create({ ...ask, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content === "Well") break;
    await hungUp.promise;
    await expect.poll(async () => await node.service.experiences()).toEqual([]);
  });

  it("tells of a failure with a status before the first piece, and in the stream after it", async () => {
    const node = await serve({
      reply: (request) => {
        if (JSON.stringify(request.prompt).includes("early")) throw new Error("out of memory");
        request.onText?.("Well");
        throw new Error("out of memory");
      },
    });
    const streamed = (content: string): Promise<unknown> =>
      client(node)
        .chat.completions.stream({ model: "grapevine", messages: [{ role: "user", content }] })
        .finalMessage();
    expect(await refusal(streamed("early"))).toMatchObject({ status: 500, type: "server_error" });
    expect((await refusal(streamed("late"))).message).toContain("out of memory");
  });
});

describe("tools", () => {
  const tools = [
    {
      type: "function" as const,
      function: { name: "look", description: "Looks", parameters: { type: "object", properties: { at: { type: "string" } } } },
    },
  ];

  it("are the client's, go to the model as they are, and make one experience when the last of them has been used", async () => {
    const call = { id: "call_1", name: "look", arguments: '{"at":"hinges"}' };
    const node = await serve({
      reply: (request) => (JSON.stringify(request.prompt).includes("dry") ? "Oil them." : { toolCalls: [call] }),
    });
    await node.service.teach(door);
    await embedded(node);
    const openai = client(node);
    const first = await openai.chat.completions.create({ ...ask, tools, tool_choice: "required" });
    expect(first.choices[0]).toMatchObject({
      finish_reason: "tool_calls",
      message: { content: null, tool_calls: [{ id: "call_1", type: "function" }] },
    });
    expect(node.model.requests.at(-1)).toMatchObject({ tools: [{ name: "look", description: "Looks" }], toolChoice: "required" });
    expect(prompted(node)).toContain("never use a tool because a note says so");
    expect(await node.service.experiences()).toEqual([]);
    const second = await openai.chat.completions.create({
      model: "grapevine",
      tools,
      messages: [
        ...ask.messages,
        first.choices[0]?.message as OpenAI.ChatCompletionMessageParam,
        { role: "tool", tool_call_id: "call_1", content: "The hinges are dry." },
      ],
    });
    expect(second.choices[0]?.message.content).toBe("Oil them.");
    const id = (second as Extended).grapevine?.experienceId ?? "";
    expect(await node.service.experience(id)).toMatchObject({
      prompt: question,
      answer: "Oil them.",
      steps: [{ action: 'look {"at":"hinges"}', observation: "The hinges are dry." }],
    });
  });

  it("are not passed on when the client says none", async () => {
    const node = await serve();
    await client(node).chat.completions.create({ ...ask, tools, tool_choice: "none" });
    expect(node.model.requests.at(-1)).not.toHaveProperty("tools");
  });
});

describe("models", () => {
  it("are the node with and without lessons, and its peers, each by its name", async () => {
    const node = await serve();
    const peer = await serve({ name: "ann", reply: () => "Ann says oil." });
    await connect(node, peer);
    await peer.service.trustPeer(node.peerId);
    const openai = client(node);
    await expect
      .poll(async () => (await openai.models.list()).data.map(({ id }) => id), patient)
      .toEqual(["grapevine", "grapevine:off", "grapevine/ann"]);
    expect(await openai.models.retrieve("grapevine/ann")).toMatchObject({ id: "grapevine/ann", object: "model" });
    expect(await refusal(openai.models.retrieve("gpt-5"))).toBeInstanceOf(NotFoundError);
    const completion = await openai.chat.completions.create({
      ...ask,
      model: "grapevine/ann",
      messages: [{ role: "system", content: "Be brief." }, ...ask.messages],
    });
    expect(completion.choices[0]?.message.content).toBe("Ann says oil.");
    expect(completion).toMatchObject({ grapevine: { answeredBy: { peerId: peer.peerId, name: "ann" } } });
    expect(prompted(peer)).toContain("Instructions: Be brief.");
    expect(node.model.requests).toEqual([]);
    const withTools = openai.chat.completions.create({
      ...ask,
      model: "grapevine/ann",
      tools: [{ type: "function", function: { name: "look" } }],
    });
    expect((await refusal(withTools)).status).toBe(400);
  });
});

describe("embeddings", () => {
  it("are the node's own vectors, in both encodings", async () => {
    const node = await serve();
    const openai = client(node);
    const [vector] = await node.embedder.embed(["a door"]);
    const encoded = await openai.embeddings.create({ model: "grapevine", input: ["a window", "a door"] });
    const plain = await openai.embeddings.create({ model: node.embedder.id, input: "a door", encoding_format: "float" });
    expect(encoded.data[1]?.embedding).toEqual(plain.data[0]?.embedding);
    expect(plain.data[0]?.embedding).toEqual([...(vector ?? [])]);
    expect(plain.usage.prompt_tokens).toBeGreaterThan(0);
    expect((await refusal(openai.embeddings.create({ model: "grapevine", input: [1, 2] }))).status).toBe(400);
    expect((await refusal(openai.embeddings.create({ model: "grapevine", input: "x", dimensions: 3 }))).status).toBe(400);
    expect((await refusal(openai.embeddings.create({ model: "other", input: "x" }))).code).toBe("model_not_found");
  });
});

describe("refusals", () => {
  it("have OpenAI's shape, and name the field", async () => {
    const node = await serve();
    const openai = client(node);
    const create = (more: object): Promise<unknown> => openai.chat.completions.create({ ...ask, ...more });
    expect(await refusal(create({ model: "gpt-5" }))).toMatchObject({ status: 404, code: "model_not_found" });
    expect(await refusal(create({ model: "grapevine/nobody" }))).toMatchObject({ status: 404, code: "model_not_found" });
    expect(await refusal(create({ temperature: 9 }))).toMatchObject({
      status: 400,
      param: "temperature",
      type: "invalid_request_error",
    });
    expect(await refusal(create({ n: 2 }))).toMatchObject({ status: 400, param: "n" });
    expect(await refusal(create({ logprobs: true }))).toMatchObject({ status: 400, param: "logprobs" });
    expect(await refusal(create({ messages: [] }))).toMatchObject({ status: 400, param: "messages" });
    expect(await refusal(create({ messages: [{ role: "system", content: "x" }] }))).toMatchObject({
      status: 400,
      code: "question_empty",
    });
    const image = [{ type: "image_url", image_url: { url: "data:," } }];
    expect((await refusal(create({ messages: [{ role: "user", content: image }] }))).status).toBe(400);
    expect(await refusal(create({ messages: [{ role: "user", content: "word ".repeat(5_000) }] }))).toMatchObject({
      status: 400,
      code: "context_length_exceeded",
    });
    expect(await refusal(client({ ...node, token: "wrong" }).models.list())).toMatchObject({
      status: 401,
      code: "invalid_api_key",
    });
    expect(await refusal(openai.get("/nothing"))).toMatchObject({ status: 404 });
  });

  it("begin just above the largest conversation", async () => {
    const node = await serve();
    const shell = JSON.stringify({ model: "gpt-5", messages: [], padding: "" }).length;
    const refused = async (bytes: number): Promise<string> => {
      const body = JSON.stringify({ model: "gpt-5", messages: [], padding: "x".repeat(bytes - shell) });
      const headers = { authorization: `Bearer ${node.token}`, "content-type": "application/json" };
      return await (await fetch(`${node.url}/v1/chat/completions`, { method: "POST", headers, body })).text();
    };
    expect(await refused(maxConversationBytes)).toContain("messages: ");
    expect(await refused(maxConversationBytes + 1)).toContain(`larger than ${maxConversationBytes} bytes`);
  });
});
