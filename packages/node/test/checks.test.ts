import { chmod, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits, systemClock } from "@grapevine/core";
import { openStore } from "@grapevine/store";
import { expect, it, onTestFinished } from "vitest";
import {
  checkClock,
  checkDisk,
  checkModel,
  checkPermissions,
  checkPorts,
  checkReachability,
  checkRuntime,
} from "../src/checks.ts";
import { examine } from "../src/doctor.ts";
import { loadIdentity, type NodeHome, openHome } from "../src/home.ts";

async function newHome(): Promise<{ readonly folder: string; readonly home: NodeHome }> {
  const folder = await mkdtemp(join(tmpdir(), "grapevine-checks-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { folder, home: await openHome(folder, "bo") };
}

it("names everything that it looked at, each with a state", async () => {
  const { folder, home } = await newHome();
  expect(await examine({ home: folder, name: "bo" })).toMatchObject({
    healthy: false,
    checks: [{}, { name: "home", state: "failed" }],
  });
  await loadIdentity(home, { mayCreate: true });
  await (await openStore({ path: home.storeFolder, clock: systemClock })).close();
  const found = await examine({ home: folder, passing: { model: "embedded" } });
  expect(found.checks.map(({ name, state }) => [name, state])).toEqual([
    ["runtime", "well"],
    ["permissions", "well"],
    ["disk", expect.stringMatching(/well|warning/)],
    ["clock", "well"],
    ["model", "well"],
    ["ports", "well"],
    ["reachability", "unknown"],
    ["store", "well"],
    ["index", "well"],
  ]);
  expect(found).toMatchObject({ running: false, healthy: true, kept: { lessons: 0, experiences: 0 } });
  for (const { state, fix } of found.checks) if (state === "failed" || state === "warning") expect(fix).toBeDefined();
  await rm(join(home.storeFolder, "leveldb", "CURRENT"));
  const broken = await examine({ home: folder, passing: { model: "embedded" } });
  expect(broken).toMatchObject({ healthy: false, problem: { code: "STORE_DAMAGED" } });
  expect(broken.checks.find(({ name }) => name === "store")?.fix).toContain("doctor --repair");
});

it("says what is wrong, and what to do, just beyond each bound", async () => {
  expect(["v22.11.9", "v22.12.0", "v20.20.2", "v24.1.0"].map((version) => checkRuntime(version).state)).toEqual([
    "failed",
    "well",
    "failed",
    "well",
  ]);
  const mebibyte = 1024 * 1024;
  const disk = async (free: number): Promise<string> => (await checkDisk("/", async () => free)).state;
  expect([await disk(100 * mebibyte - 1), await disk(100 * mebibyte), await disk(1024 * mebibyte)]).toEqual([
    "failed",
    "warning",
    "well",
  ]);
  const { home } = await newHome();
  const key = join(home.folder, "key");
  await writeFile(key, "k", { mode: 0o600 });
  expect((await checkPermissions(home)).state).toBe("well");
  await chmod(key, 0o640);
  expect(await checkPermissions(home)).toMatchObject({ state: "failed", fix: `chmod -R go= '${home.folder}'` });

  const now = 1_800_000_000_000;
  const clock = { now: () => now };
  for (const [ms, state] of [
    [limits.maxClockSkewMs, "well"],
    [limits.maxClockSkewMs + 1_000, "failed"],
  ] as const) {
    await utimes(key, (now + ms) / 1_000, (now + ms) / 1_000);
    expect((await checkClock(home, clock)).state).toBe(state);
  }
  expect((await checkClock(home, { now: () => 0 })).state).toBe("failed");
});

it("tries the ports that the next start wants", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const state = async (settings: object): Promise<string> => (await checkPorts({ peers: {}, ...settings }, undefined)).state;
  expect(await state({ listen: [`/ip4/0.0.0.0/tcp/${port}`] })).toBe("failed");
  expect(await state({ api: port })).toBe("failed");
  expect(await state({ port })).toBe("warning");
  expect(await state({ listen: ["/ip4/0.0.0.0/tcp/0"], api: 0 })).toBe("well");
});

it("asks for the model that the next start wants, and for peers", async () => {
  const { home } = await newHome();
  const file = join(home.folder, "m.gguf");
  const model = async (spec: string): Promise<string> => (await checkModel({ peers: {}, model: spec }, undefined)).state;
  expect(await model(`gguf:${file}`)).toBe("failed");
  expect(await model(`gguf:${file},embedded`)).toBe("well");
  expect(await model("openai:http://127.0.0.1:1/v1#m")).toBe("failed");
  expect(await model("ollama:m@http://127.0.0.1:1")).toBe("failed");
  await writeFile(file, "");
  expect(await model(`gguf:${file}`)).toBe("well");
  expect(checkReachability(undefined).state).toBe("unknown");
});
