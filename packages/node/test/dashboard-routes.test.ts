import { systemClock } from "@grapevine/core";
import { HashEmbedder } from "@grapevine/testing";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LiveEvent, SessionReply } from "../src/control/dashboard-contract.ts";
import type { DashboardOperations } from "../src/control/dashboard-routes.ts";
import { maxWatchers } from "../src/control/live-routes.ts";
import type { Page } from "../src/control/page.ts";
import { type ControlServer, startControlServer } from "../src/control/server.ts";
import type { NodeOperations } from "../src/operations.ts";

const token = "a".repeat(43);
const page: Page = {
  file: async (path) => (path === "/" ? { type: "text/html", body: Buffer.from("page"), encoding: "gzip" } : undefined),
};

describe("the dashboard at the control API", () => {
  let server: ControlServer;
  let watchers = new Set<(event: LiveEvent) => void>();
  const unasked = (): Promise<never> => Promise.reject(new Error("nobody asks this here"));
  const dashboard: DashboardOperations = {
    swarmMap: async () => ({ self: "p", peers: [], learned: [] }),
    growth: unasked,
    health: unasked,
    experiencesOfLesson: unasked,
    watch: (listener) => {
      watchers.add(listener);
      listener({ type: "peers" });
      return () => watchers.delete(listener);
    },
  };
  const neverAsked = (): Promise<never> => Promise.reject(new Error("nobody asks for this here"));
  // The routes in question ask nothing else of the node.
  const operations = { peers: async () => [] } as unknown as NodeOperations;

  beforeEach(async () => {
    watchers = new Set();
    const log = pino({ level: "silent" });
    const openAi = { operations, converse: neverAsked, embedder: new HashEmbedder(), clock: systemClock };
    const metrics = neverAsked;
    const components = { operations, openAi, metrics, onStop: () => undefined, log, clock: systemClock, dashboard, page };
    server = await startControlServer({ name: "n", port: 0, token }, components);
  });
  afterEach(() => server.close());

  const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(server.url + path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    });
  const bearer = { authorization: `Bearer ${token}` };

  async function enter(): Promise<{ cookie: string; "x-grapevine-session": string }> {
    const code = new URL(server.dashboardLink().url).hash.slice(1);
    const response = await post("/api/session", { code });
    const [cookie = ""] = (response.headers.get("set-cookie") ?? "").split(";");
    return { cookie, "x-grapevine-session": ((await response.json()) as SessionReply).proof };
  }

  it("promise 7: gives links to whoever holds the token, whose code is behind the #", async () => {
    expect((await post("/api/session/links", {})).status).toBe(401);
    const response = await post("/api/session/links", {}, bearer);
    expect(await response.json()).toMatchObject({
      url: expect.stringMatching(new RegExp(`^${server.url}/#[\\w-]{22}$`)),
      expiresAt: expect.any(Number),
    });
  });

  it("promise 7: exchanges a code once, for a cookie that no script reads and no other site sends", async () => {
    const code = new URL(server.dashboardLink().url).hash.slice(1);
    const response = await post("/api/session", { code });
    const { port } = new URL(server.url);
    expect(response.headers.get("set-cookie")).toMatch(
      new RegExp(`^grapevine-${port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/api$`),
    );
    const again = await post("/api/session", { code });
    expect([again.status, await again.json()]).toMatchObject([400, { error: { code: "SESSION_LINK_SPENT" } }]);
  });

  it("promise 7: lets in who shows both halves of a session, and nobody by one of them", async () => {
    const session = await enter();
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${server.url}/api/peers`, { headers })).status;
    expect(await status(session)).toBe(200);
    expect(await status({ cookie: session.cookie })).toBe(401);
    expect(await status({ "x-grapevine-session": session["x-grapevine-session"] })).toBe(401);
    expect(await status({ ...session, cookie: session.cookie.replace(/-\d+=/, "-1=") })).toBe(401);
    expect(await status({ ...session, origin: "http://127.0.0.1:1" })).toBe(403);
    expect((await post("/api/session/end", {}, session)).status).toBe(200);
    expect(await status(session)).toBe(401);
  });

  it("serves the page to everybody, and lets it load nothing from elsewhere", async () => {
    const response = await fetch(`${server.url}/`, { headers: { "accept-encoding": "identity" } }).catch(() => undefined);
    const policy = response?.headers.get("content-security-policy") ?? "";
    expect(response?.status).toBe(200);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|https?:|data:|\*/);
    expect(response?.headers.get("referrer-policy")).toBe("no-referrer");
    expect((await fetch(`${server.url}/assets/other.js`)).status).toBe(404);
    expect((await fetch(`${server.url}/api/peers`)).status).toBe(401);
  });

  it("sends what happens as events, and is left without a trace", async () => {
    const hangUp = new AbortController();
    const response = await fetch(`${server.url}/api/live`, { headers: bearer, signal: hangUp.signal });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('event: peers\ndata: {"type":"peers"}\n\n');
    for (const tell of watchers) tell({ type: "experiences" });
    expect((await reader?.read())?.value).toBe('event: experiences\ndata: {"type":"experiences"}\n\n');
    hangUp.abort();
    await expect.poll(() => watchers.size).toBe(0);
  });

  it("is watched by as many as may, and by no more", async () => {
    const hangUp = new AbortController();
    const watch = (): Promise<Response> => fetch(`${server.url}/api/live`, { headers: bearer, signal: hangUp.signal });
    const responses = await Promise.all(Array.from({ length: maxWatchers }, watch));
    expect(responses.every(({ ok }) => ok)).toBe(true);
    expect(await (await watch()).json()).toMatchObject({ error: { code: "LIVE_TOO_MANY" } });
    hangUp.abort();
    await expect.poll(() => watchers.size).toBe(0);
    expect((await fetch(`${server.url}/api/live`, { headers: bearer })).ok).toBe(true);
  });

  it("cuts a watcher that does not read", async () => {
    const response = await fetch(`${server.url}/api/live`, { headers: bearer });
    const gone = [...Array(40).keys()].map((index) => `${index}${"x".repeat(100_000)}`);
    await expect
      .poll(() => {
        for (const tell of watchers) tell({ type: "lessons", lessons: [], gone, more: 0 });
        return watchers.size;
      })
      .toBe(0);
    await expect(response.text()).rejects.toThrow("terminated");
  });
});
