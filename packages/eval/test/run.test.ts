import { describe, expect, it } from "vitest";
import { run } from "../src/run.ts";
import type { Scenario, ScenarioContext } from "../src/scenario.ts";

const scenarioOf = (name: string, changes: Partial<Scenario> = {}): Scenario => ({
  name,
  summary: `what ${name} asks`,
  details: [`about ${name}`],
  options: ["dataset"],
  requires: [],
  run: async ({ options, say }: ScenarioContext) => {
    say("running");
    return { document: { name, dataset: options.dataset ?? null }, table: { head: ["figure"], rows: [[`of ${name}`]] } };
  },
  ...changes,
});
const first = scenarioOf("first");
const second = scenarioOf("second", { options: [] });
const hasty = scenarioOf("hasty", { options: ["quick"] });
const needy = scenarioOf("needy", { requires: ["dataset"] });
const broken = scenarioOf("broken", { run: () => Promise.reject(new Error("a defect")) });

async function ran(...words: string[]): Promise<{ exitCode: number; out: string; error: string }> {
  let [out, error] = ["", ""];
  const exitCode = await run(words, {
    scenarios: [first, second, hasty, needy, broken],
    writeOut: (text) => {
      out += text;
    },
    writeError: (text) => {
      error += text;
    },
  });
  return { exitCode, out, error };
}

describe("a run", () => {
  it("of one scenario prints its document and nothing else on stdout", async () => {
    const { exitCode, out, error } = await ran("first", "--dataset", "x", "--json");
    expect(exitCode).toBe(0);
    expect(out).toBe('{"name":"first","dataset":"x"}\n');
    expect(error).toBe("first: running\n");
  });
  it("of several prints one document with each under its name", async () => {
    const { out } = await ran("second", "first", "--json");
    expect(JSON.parse(out)).toEqual({ first: { name: "first", dataset: null }, second: { name: "second", dataset: null } });
  });
  it("with --quick and no name is one of all scenarios that have a quick form", async () => {
    const { out } = await ran("--quick", "--json");
    expect(JSON.parse(out)).toEqual({ name: "hasty", dataset: null });
  });
  it("without --json prints a table", async () => {
    const { exitCode, out } = await ran("first");
    expect(exitCode).toBe(0);
    expect(out).toMatch(/figure[\s\S]*of first/);
  });
  it("with --help prints every scenario, its details and an example", async () => {
    const { exitCode, out } = await ran("--help");
    expect(exitCode).toBe(0);
    for (const text of ["what second asks", "about second", "npx pnpm eval needy --dataset FILE --json"])
      expect(out).toContain(text);
  });
});

describe("what is not understood ends with 2", () => {
  it.each<[string, string[]]>([
    ["no scenario", []],
    ["an unknown scenario", ["third"]],
    ["an unknown option", ["first", "--colour"]],
    ["an option without its value", ["first", "--dataset"]],
    ["an option that the scenario does not take", ["second", "--dataset", "x"]],
    ["a missing option", ["needy"]],
  ])("%s", async (_, words) => {
    const { exitCode, out } = await ran(...words, "--json");
    expect(exitCode).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ error: { code: "EVAL_USAGE", hint: expect.any(String) } });
    const plain = await ran(...words);
    expect(plain.out).toBe("");
    expect(plain.error).toMatch(/^error EVAL_USAGE: .+\nhint: .+\n$/);
  });
});

it("a defect is one error and ends with 1", async () => {
  const { exitCode, out } = await ran("broken", "--json");
  expect(exitCode).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ error: { code: "INTERNAL", message: expect.stringContaining("a defect") } });
});
