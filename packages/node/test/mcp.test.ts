/** `/mcp` as the official client sees it, by the protocol of 2025 and by that of 2026. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Client, type Progress, SdkError, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { describe, expect, it } from "vitest";
import { serveMcpOverHttp } from "../src/mcp/http-serving.ts";
import type { McpOperations } from "../src/mcp/mcp-components.ts";
import { createMcpServer } from "../src/mcp/mcp-server.ts";
import { maxRecallLessons, maxRecordedSteps } from "../src/recording-limits.ts";
import { connect, embedded } from "./bench.ts";
import { type Served, serve } from "./serving.ts";

const door = { situation: "The door squeaks", guidance: "Put oil on its hinges" };
const task = "The door squeaks. What helps?";
const token = ["ghp", "16C7e42F292c6912E7710c838347Ae178B4a"].join("_");

async function open({ url, token: key }: Pick<Served, "url" | "token">, mode: "legacy" | "auto" = "legacy"): Promise<Client> {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }));
  return client;
}

describe.each(["legacy", "auto"] as const)("a client of MCP (%s)", (mode) => {
  it("recalls, records with the lessons that it used, and says how it went", async () => {
    const node = await serve();
    const { id } = await node.service.teach(door);
    await embedded(node);
    const client = await open(node, mode);
    const recalled = await client.callTool({ name: "recall", arguments: { task } });
    expect(recalled.structuredContent).toMatchObject({ lessons: [{ id, guidance: door.guidance, own: true }] });
    expect(JSON.stringify(recalled.content)).toMatch(/notes-[0-9a-f]{8}.*not orders.*Put oil on its hinges/s);
    const steps = [
      { action: "look at the hinges", observation: "they are dry" },
      { action: "kick it", accepted: false },
    ];
    const recorded = await client.callTool({
      name: "record_experience",
      arguments: { task, answer: "Oiled.", steps, lessons: [id.slice(0, 12)] },
    });
    expect(recorded.structuredContent).toMatchObject({ lessons: [id] });
    const { experienceId } = recorded.structuredContent as { experienceId: string };
    const details = await node.service.experience(experienceId);
    expect(details).toMatchObject({
      prompt: task,
      answer: "Oiled.",
      verdict: "unknown",
      steps: [{ accepted: true }, { observation: "", accepted: false }],
    });
    expect(details.usedLessons[0]?.similarity).toBeGreaterThan(0.3);
    const said = await client.callTool({ name: "feedback", arguments: { experience: experienceId, verdict: "worked" } });
    expect(said.structuredContent).toMatchObject({ experienceId, verdict: "worked", lessons: [id] });
    expect((await node.service.lesson(id)).outcomes).toMatchObject({ worked: 1 });
    // What another agent ended with is no answer to give to somebody who asks the same.
    const asked = await node.service.ask({ question: task });
    expect(asked).toMatchObject({ answer: "yes", reused: false });
    await client.close();
  });

  it("asks a peer, and is told how far the answer is", async () => {
    const node = await serve();
    const peer = await serve({
      name: "ann",
      reply: () => `Oil, says Ann. ${"It does help a lot, and does no harm. ".repeat(12)}`,
    });
    await connect(node, peer);
    await peer.service.trustPeer(node.peerId);
    const client = await open(node, mode);
    const progress: Progress[] = [];
    const asked = await client.callTool(
      { name: "ask_peer", arguments: { question: task, peer: "ann" } },
      { onprogress: (each) => progress.push(each) },
    );
    expect(asked.structuredContent).toMatchObject({
      answer: expect.stringContaining("Oil, says Ann."),
      answeredBy: { peerId: peer.peerId, name: "ann" },
    });
    expect(progress.length).toBeGreaterThan(0);
    await client.close();
  });
});

describe("a client of MCP that has had enough", () => {
  /** What is asked of it never ends by itself. */
  function endless(): { operations: McpOperations; asked: Promise<void>; hungUp: Promise<void> } {
    const [asked, hungUp] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const ask: McpOperations["ask"] = (_request, _onText, options) =>
      new Promise((_resolve, reject) => {
        options?.signal?.addEventListener("abort", () => {
          hungUp.resolve();
          reject(new Error("given up"));
        });
        asked.resolve();
      });
    return { operations: { ask } as McpOperations, asked: asked.promise, hungUp: hungUp.promise };
  }

  const giveUp = async (client: Client, asked: Promise<void>): Promise<void> => {
    const enough = new AbortController();
    const asking = client.callTool({ name: "ask_peer", arguments: { question: "Hm?" } }, { signal: enough.signal });
    await asked;
    enough.abort();
    await expect(asking).rejects.toBeInstanceOf(Error);
  };

  it.each(["legacy", "auto"] as const)("ends the work over a stream of its own, as stdin and stdout are (%s)", async (mode) => {
    const { operations, asked, hungUp } = endless();
    const [near, far] = InMemoryTransport.createLinkedPair();
    const serving = serveStdio(() => createMcpServer({ operations: async () => operations }), { transport: far });
    const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
    await client.connect(near);
    await giveUp(client, asked);
    await hungUp;
    await client.close();
    await serving.close();
  });

  it("ends the work over HTTP by the protocol of 2026", async () => {
    const { operations, asked, hungUp } = endless();
    const serving = serveMcpOverHttp({ operations: async () => operations }, () => undefined);
    const http = createServer((request, response) => void serving.handle(request, response)).listen(0, "127.0.0.1");
    await once(http, "listening");
    const client = await open({ url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, token: "" }, "auto");
    await giveUp(client, asked);
    await hungUp;
    await client.close();
    await serving.close();
    http.closeAllConnections();
    http.close();
  });
});

describe("what a client of MCP is shown", () => {
  it("are six tools, each with what it changes and what it gives", async () => {
    const client = await open(await serve());
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual([
      "ask_peer",
      "feedback",
      "lessons_search",
      "recall",
      "record_experience",
      "teach",
    ]);
    for (const { name, annotations, outputSchema, description } of tools) {
      expect({ name, hints: Object.keys(annotations ?? {}).sort() }).toMatchObject({
        name,
        hints: expect.arrayContaining(["openWorldHint", "readOnlyHint"]),
      });
      expect({ name, type: outputSchema?.["type"], described: (description ?? "") !== "" }).toEqual({
        name,
        type: "object",
        described: true,
      });
    }
    expect(client.getInstructions()).toContain("recall");
    await client.close();
  });

  it("are lessons as resources, and prompts for the beginning and the end", async () => {
    const node = await serve();
    const client = await open(node);
    const taught = await client.callTool({ name: "teach", arguments: door });
    const { id } = taught.structuredContent as { id: string };
    await embedded(node);
    const { resources } = await client.listResources();
    expect(resources).toMatchObject([{ uri: `grapevine://lessons/${id}`, description: door.situation }]);
    const { contents } = await client.readResource({ uri: `grapevine://lessons/${id}` });
    expect(contents).toMatchObject([{ mimeType: "text/markdown", text: expect.stringContaining(door.guidance) }]);
    await expect(client.readResource({ uri: "grapevine://lessons/nothing" })).rejects.toThrow(/nothing/);
    const found = await client.callTool({ name: "lessons_search", arguments: { query: "squeaking door" } });
    expect(found.structuredContent).toMatchObject({ lessons: [{ id, state: "own" }] });
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name).sort()).toEqual(["before_you_start", "when_you_finish"]);
    const before = await client.getPrompt({ name: "before_you_start", arguments: { task } });
    expect(JSON.stringify(before.messages)).toContain(door.guidance);
    const after = await client.getPrompt({ name: "when_you_finish" });
    expect(JSON.stringify(after.messages)).toContain("record_experience");
    await client.close();
  });
});

describe("what a client of MCP is refused", () => {
  it("comes as a tool's error with its code and what to do, secrets among it", async () => {
    const client = await open(await serve());
    const refusal = async (name: string, given: Record<string, unknown>): Promise<string> => {
      const { isError, content } = await client.callTool({ name, arguments: given });
      return `${isError === true ? "refused" : "done"} ${JSON.stringify(content)}`;
    };
    expect(await refusal("feedback", { experience: "nothing", verdict: "worked" })).toMatch(/^refused .*EXPERIENCE_UNKNOWN/);
    expect(await refusal("teach", { situation: "The login fails", guidance: `Use ${token}` })).toMatch(
      /^refused .*LESSON_REFUSED/,
    );
    expect(await refusal("ask_peer", { question: "Hm?", peer: "nobody" })).toMatch(/^refused .*PEER_UNKNOWN/);
    expect(await refusal("record_experience", { task, answer: "x", lessons: ["nothing"] })).toMatch(/^refused .*LESSON_UNKNOWN/);
    await client.close();
  });

  it("begins just above the limits", async () => {
    const node = await serve();
    const client = await open(node);
    const record = async (steps: number): Promise<boolean> => {
      const given = { task, answer: "x", steps: Array.from({ length: steps }, () => ({ action: "a" })) };
      const { isError } = await client.callTool({ name: "record_experience", arguments: given }).catch(() => ({ isError: true }));
      return isError !== true;
    };
    expect([await record(maxRecordedSteps), await record(maxRecordedSteps + 1)]).toEqual([true, false]);
    const recall = async (limit: number): Promise<boolean> => {
      const { isError } = await client.callTool({ name: "recall", arguments: { task, limit } }).catch(() => ({ isError: true }));
      return isError !== true;
    };
    expect([await recall(maxRecallLessons), await recall(maxRecallLessons + 1)]).toEqual([true, false]);
    await client.close();
  });

  it("is everything without the node's token", async () => {
    const node = await serve();
    await expect(open({ ...node, token: "wrong" })).rejects.toBeInstanceOf(SdkError);
  });
});
