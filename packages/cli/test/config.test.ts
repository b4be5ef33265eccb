import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { settings } from "../src/settings.ts";
import { announce, grapevine, makeHome } from "./harness.ts";

it("lists every setting with its value, where it is from and what it means", async () => {
  const home = await makeHome();
  const where = ["--home", home];
  await grapevine(["config", "set", "idle", "40", ...where]);
  const environment = { GRAPEVINE_CAPACITY: "7", GRAPEVINE_BOOTSTRAP: "/ip4/127.0.0.1/tcp/1, /ip4/127.0.0.1/tcp/2" };
  const { stdout, exitCode } = await grapevine(["config", "list", "--json", ...where], { environment });
  expect(exitCode).toBe(0);
  const listed = JSON.parse(stdout) as Record<string, unknown>[];
  expect(listed.map(({ name }) => name)).toEqual(settings.map(({ name }) => name));
  const of = (name: string): unknown => listed.find((one) => one["name"] === name);
  expect(of("idle")).toMatchObject({ value: "40", source: "file", option: "--idle", variable: "GRAPEVINE_IDLE" });
  expect(of("capacity")).toMatchObject({ value: "7", source: "environment" });
  expect(of("bootstrap")).toMatchObject({ value: "/ip4/127.0.0.1/tcp/1 /ip4/127.0.0.1/tcp/2", source: "environment" });
  expect(of("keep-asked")).toMatchObject({ value: "yes", source: "default", variable: "GRAPEVINE_KEEP_ASKED" });
  const plain = await grapevine(["config", "list", ...where], { columns: 80 });
  expect(plain.stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(plain.stdout).toMatch(/^idle +40 +file +share of its/m);
});

it("sets, gets and unsets each setting", async () => {
  const home = await makeHome();
  const where = ["--home", home];
  const samples: Readonly<Record<string, readonly string[]>> = {
    listen: ["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/tcp/4001"],
    bootstrap: ["/ip4/127.0.0.1/tcp/4001"],
    api: ["4000"],
    model: ["embedded"],
    capacity: ["9"],
    idle: ["29"],
    practise: ["tools:7"],
    answer: ["nobody"],
    reuse: ["off"],
    swarm: ["s"],
    "log-level": ["debug"],
  };
  for (const { name, fallback } of settings) {
    const words = samples[name] ?? [fallback === "yes" ? "no" : "yes"];
    const set = await grapevine(["config", "set", name, ...words, ...where]);
    expect([set.exitCode, set.stderr, set.stdout]).toEqual([0, "", `${name}: ${words.join(" ")}\n`]);
    expect((await grapevine(["config", "get", name, ...where])).stdout).toBe(`${words.join(" ")}\n`);
  }
  for (const { name, fallback } of settings) {
    await grapevine(["config", "unset", name, ...where]);
    expect((await grapevine(["config", "get", name, ...where])).stdout).toBe(`${fallback}\n`);
  }
});

it("names files by paths that hold from every folder", async () => {
  const where = ["--home", await makeHome()];
  await grapevine(["config", "set", "model", "ollama:a,gguf:b.gguf", ...where], { workingFolder: "/w" });
  expect((await grapevine(["config", "get", "model", ...where])).stdout).toBe("ollama:a,gguf:/w/b.gguf\n");
  expect((await grapevine(["model", "use", "ollama:a", ...where])).stdout).toBe("model: ollama:a\n");
  expect((await grapevine(["config", "get", "model", ...where])).stdout).toBe("ollama:a\n");
});

it("refuses a bad value with one error, and saves nothing", async () => {
  const home = await makeHome();
  const where = ["--home", home];
  await grapevine(["config", "set", "idle", "1", ...where]);
  const before = await readFile(join(home, "node", "settings.json"), "utf8");
  for (const [words, code] of [
    [["idle", "101"], "CLI_SETTING_INVALID"],
    [["idle", "1", "2"], "CLI_SETTING_INVALID"],
    [["answer", "all"], "CLI_SETTING_INVALID"],
    [["listen", "here"], "ADDRESS_INVALID"],
    [["model", "gpt"], "MODEL_SPEC_INVALID"],
    [["colour", "red"], "CLI_USAGE"],
  ] as const) {
    const { exitCode, stdout } = await grapevine(["config", "set", ...words, "--json", ...where]);
    expect([exitCode, JSON.parse(stdout).error.code]).toEqual([2, code]);
  }
  expect(await readFile(join(home, "node", "settings.json"), "utf8")).toBe(before);
  const wrong = await grapevine(["up", ...where], { environment: { GRAPEVINE_IDLE: "much" } });
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('GRAPEVINE_IDLE cannot be "much"')]);
  await writeFile(join(home, "node", "settings.json"), "{");
  expect((await grapevine(["config", "list", ...where])).stderr).toContain("error SETTINGS_MALFORMED");
});

it("says that a running node does not go by it yet", async () => {
  const home = await makeHome();
  await announce(home, "bo", { pid: process.pid, api: "http://127.0.0.1:1" });
  const running = async (): Promise<{ name: string; pid: number; api: string }[]> => [
    { name: "bo", pid: process.pid, api: "http://127.0.0.1:1" },
  ];
  const { stderr } = await grapevine(["config", "set", "idle", "5", "--home", home], { nodes: { running } });
  expect(stderr).toContain("bo runs: it holds when it is started again");
});

it("hands options and variables to the start apart, since only options are kept", async () => {
  const options: unknown[] = [];
  const start = async (given: unknown): Promise<never> => {
    options.push(given);
    throw new Error("enough");
  };
  await grapevine(["up", "--lan", "--idle", "50", "--bootstrap", "/a", "/b"], {
    nodes: { start },
    environment: { GRAPEVINE_RELAY: "yes", GRAPEVINE_IDLE: "10", GRAPEVINE_MODEL: " " },
  });
  expect(options[0]).toMatchObject({
    idleShare: 0.5,
    bootstrap: ["/a", "/b"],
    reach: { lan: true },
    passing: { idleShare: 0.1, reach: { relay: true } },
  });
  expect(options[0]).not.toHaveProperty("passing.model");
});
