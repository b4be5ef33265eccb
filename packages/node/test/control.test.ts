import { request as httpRequest } from "node:http";
import { networkInterfaces } from "node:os";
import { GrapevineError, systemClock } from "@grapevine/core";
import { HashEmbedder } from "@grapevine/testing";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createControlClient } from "../src/client.ts";
import { type ControlServer, startControlServer } from "../src/control/server.ts";
import { nodeErrors } from "../src/errors.ts";
import type { MetricsPage } from "../src/metrics/metrics-page.ts";
import type { OpenAiComponents } from "../src/openai/routes.ts";
import type { NodeOperations } from "../src/operations.ts";

const token = "a".repeat(43);
const log = pino({ level: "silent" });

const metrics = async (): Promise<MetricsPage> => ({ contentType: "text/plain", text: "" });

/** Operations of a node that has one lesson's worth of things to say. */
function operations(): NodeOperations {
  const unused = (): Promise<never> => Promise.reject(new Error("a defect behind the API"));
  return {
    status: unused,
    ask: async (_request, onText, options) => {
      onText?.("forty");
      onText?.("-two");
      if (options?.signal === undefined) throw new Error("there is a signal");
      return {
        experienceId: "e",
        answer: "forty-two",
        answeredBy: { peerId: "p" },
        lessons: [],
        reused: false,
        model: "m",
        ms: 1,
      };
    },
    recall: unused,
    record: unused,
    exportLessons: unused,
    importLessons: async () => [],
    copyStore: async function* () {
      yield Buffer.from("a copy");
    },
    exportExperiences: unused,
    importExperiences: unused,
    feedback: unused,
    teach: unused,
    practise: async (_request, onTask) => {
      onTask?.({
        index: 0,
        total: 1,
        taskId: "t",
        family: "f",
        prompt: "p",
        solved: true,
        actions: [],
        experienceId: "e",
        lessons: [],
        ms: 1,
      });
      throw nodeErrors.create("PRACTICE_BUSY", "busy after the first task");
    },
    conflicts: async () => [],
    swarm: unused,
    admitMember: unused,
    revokeMember: unused,
    forgetLesson: unused,
    pinLesson: unused,
    unpinLesson: unused,
    forgetExperience: unused,
    lessons: async () => [],
    searchLessons: unused,
    lesson: () => Promise.reject(nodeErrors.create("LESSON_UNKNOWN", "no such lesson")),
    retract: unused,
    experiences: async () => [],
    experience: unused,
    peers: async () => [],
    trustPeer: unused,
    blockPeer: unused,
    allowPeer: unused,
    invite: async () => ({ invite: "i", swarm: "s", addresses: [] }),
    invites: async () => [],
    revokeInvite: unused,
    join: unused,
    models: async () => [],
  };
}

const unasked = (): Promise<never> => Promise.reject(new Error("nobody asks this here"));
const dashboard = {
  watch: () => () => undefined,
  swarmMap: async () => ({ self: "p", peers: [], learned: [] }),
  growth: unasked,
  health: unasked,
  experiencesOfLesson: unasked,
};

function openAi(): OpenAiComponents {
  return {
    operations: operations(),
    converse: () => Promise.reject(new Error("nobody converses here")),
    embedder: new HashEmbedder(),
    clock: systemClock,
  };
}

describe("the control API", () => {
  let server: ControlServer;
  let stops = 0;
  beforeEach(async () => {
    stops = 0;
    server = await startControlServer(
      { name: "n", port: 0, token },
      { operations: operations(), openAi: openAi(), metrics, onStop: () => (stops += 1), log, clock: systemClock, dashboard },
    );
  });
  afterEach(() => server.close());

  const status = async (path: string, headers: Record<string, string>): Promise<number> =>
    await new Promise((resolve, reject) => {
      const { port } = new URL(server.url);
      httpRequest({ host: "127.0.0.1", port, path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .once("error", reject)
        .end();
    });
  const bearer = { authorization: `Bearer ${token}` };
  const client = (): ReturnType<typeof createControlClient> => createControlClient({ name: "n", api: server.url }, token);

  it("promise 7: answers only to whoever holds the token", async () => {
    expect(await status("/api/invite", bearer)).toBe(200);
    expect(await status("/api/invite", {})).toBe(401);
    expect(await status("/api/invite", { authorization: `Bearer ${"b".repeat(43)}` })).toBe(401);
    expect(await status("/api/invite", { authorization: "Bearer " })).toBe(401);
    expect(await status("/healthz", {})).toBe(200);
  });

  it("promise 7: listens on loopback only", async () => {
    const { port } = new URL(server.url);
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address !== undefined && !address.internal && address.family === "IPv4");
    expect(new URL(server.url).hostname).toBe("127.0.0.1");
    for (const other of others) await expect(fetch(`http://${other?.address}:${port}/healthz`)).rejects.toThrow();
  });

  it("promise 7: refuses foreign hosts and origins, also with the token", async () => {
    const { port } = new URL(server.url);
    expect(await status("/api/invite", { ...bearer, host: `rebound.example:${port}` })).toBe(403);
    expect(await status("/healthz", { host: `rebound.example:${port}` })).toBe(403);
    expect(await status("/api/invite", { ...bearer, host: "127.0.0.1:1" })).toBe(403);
    expect(await status("/api/invite", { ...bearer, origin: "https://page.example" })).toBe(403);
    expect(await status("/api/invite", { ...bearer, origin: "null" })).toBe(403);
    expect(await status("/api/invite", { ...bearer, origin: `http://127.0.0.1:${port}` })).toBe(200);
  });

  it("streams the pieces of an answer and then the whole", async () => {
    const pieces: string[] = [];
    const answer = await client().ask({ question: "what?" }, (piece) => pieces.push(piece));
    expect(pieces).toEqual(["forty", "-two"]);
    expect(answer).toEqual({
      experienceId: "e",
      answer: "forty-two",
      answeredBy: { peerId: "p" },
      lessons: [],
      reused: false,
      model: "m",
      ms: 1,
    });
  });

  it("throws on the other side what the node refused, also in the middle of a stream", async () => {
    const tasks: string[] = [];
    const practising = client().practise({ environment: "tools" }, ({ taskId }) => tasks.push(taskId));
    await expect(practising).rejects.toSatisfy((error) => GrapevineError.is(error, "PRACTICE_BUSY"));
    expect(tasks).toEqual(["t"]);
    await expect(client().lesson("x")).rejects.toSatisfy((error) => GrapevineError.is(error, "LESSON_UNKNOWN"));
  });

  it("names the field that is wrong, and what is too large", async () => {
    const refused = (message: RegExp) => (error: unknown) =>
      GrapevineError.is(error, "API_REQUEST_INVALID") && message.test(String(error));
    await expect(client().ask({ question: 7 } as never)).rejects.toSatisfy(refused(/question/));
    await expect(client().ask({ question: "a", extra: 1 } as never)).rejects.toSatisfy(refused(/extra/));
    expect(await client().ask({ question: "a", best: true, force: true, timeoutMs: 300_000 })).toMatchObject({
      answer: "forty-two",
    });
    await expect(client().ask({ question: "a", timeoutMs: 300_001 })).rejects.toSatisfy(refused(/timeoutMs/));
    await expect(client().ask({ question: "a", timeoutMs: 0 })).rejects.toSatisfy(refused(/timeoutMs/));
    await expect(client().ask({ question: "a".repeat(300_000) })).rejects.toSatisfy(refused(/larger than/));
    await expect(client().practise({ environment: "tools", tasks: 1_000 })).rejects.not.toSatisfy(refused(/tasks/));
    await expect(client().practise({ environment: "tools", tasks: 1_001 })).rejects.toSatisfy(refused(/tasks/));
  });

  it("calls a defect INTERNAL, and nothing else", async () => {
    await expect(client().status()).rejects.toSatisfy((error) => GrapevineError.is(error, "INTERNAL"));
    const { port } = new URL(server.url);
    const reply = await fetch(`http://127.0.0.1:${port}/api/nothing`, { headers: bearer });
    expect(reply.status).toBe(404);
    expect(await reply.json()).toMatchObject({ error: { code: "API_NOT_FOUND" } });
  });

  it("says which methods an address takes to whoever comes with another, and nothing without the token", async () => {
    const ask = (path: string, method: string, headers: Record<string, string> = bearer): Promise<Response> =>
      fetch(`${server.url}${path}`, { method, headers });
    const reply = await ask("/api/status", "PUT");
    expect([reply.status, reply.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect(await reply.json()).toMatchObject({ error: { code: "API_METHOD_REFUSED" } });
    expect((await ask("/api/lessons/abc/pin", "GET")).headers.get("allow")).toBe("POST");
    const openAiReply = await ask("/v1/embeddings", "GET");
    expect([openAiReply.status, await openAiReply.json()]).toMatchObject([405, { error: { code: "api_method_refused" } }]);
    expect((await ask("/api/status", "PUT", {})).status).toBe(401);
  });

  it("refuses names that are too long, and bodies that are null, in its own form", async () => {
    const look = (id: string): Promise<Response> => fetch(`${server.url}/api/lessons/${id}`, { headers: bearer });
    expect((await look("a".repeat(200))).status).toBe(404);
    for (const id of ["a".repeat(201), "a".repeat(601), "%zz"]) {
      const reply = await look(id);
      expect(reply.status).toBe(400);
      expect(await reply.json()).toMatchObject({ error: { code: "API_REQUEST_INVALID" } });
    }
    const headers = { ...bearer, "content-type": "application/json" };
    expect((await fetch(`${server.url}/api/stop`, { method: "POST", headers, body: "null" })).status).toBe(400);
    expect(stops).toBe(0);
  });

  it("logs requests by number, and nothing of what they say", async () => {
    const logged: string[] = [];
    const debugLog = pino({ level: "debug" }, { write: (line: string) => logged.push(line) });
    const components = { operations: operations(), openAi: openAi(), metrics, log: debugLog, clock: systemClock, dashboard };
    const watched = await startControlServer({ name: "n", port: 0, token }, { ...components, onStop: () => undefined });
    onTestFinished(() => watched.close());
    const reply = await fetch(`${watched.url}/api/lessons/search?q=my-secret-words`, { headers: bearer });
    expect(reply.status).toBe(500);
    await expect.poll(() => logged.length).toBe(2);
    const request = reply.headers.get("x-request-id");
    expect(logged.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { request, level: 50 },
      { request, level: 20, method: "GET", route: "/api/lessons/search", status: 500 },
    ]);
    expect(logged.join("")).not.toContain("my-secret-words");
  });

  it("says that it stops before it does", async () => {
    await client().stop();
    await expect.poll(() => stops).toBe(1);
  });

  it("refuses a port that is taken", async () => {
    const port = Number(new URL(server.url).port);
    await expect(
      startControlServer(
        { name: "n", port, token },
        { operations: operations(), openAi: openAi(), metrics, onStop: () => undefined, log, clock: systemClock, dashboard },
      ),
    ).rejects.toSatisfy((error) => GrapevineError.is(error, "API_PORT_IN_USE"));
  });
});
