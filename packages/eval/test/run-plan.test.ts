import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LanguageModel, systemClock } from "@grapevine/core";
import { modelErrors } from "@grapevine/model";
import { HashEmbedder, ScriptedModel } from "@grapevine/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Manifest } from "../src/harness/manifest.ts";
import { meteredModel } from "../src/harness/metered-model.ts";
import type { Cell, Plan } from "../src/harness/plan.ts";
import type { Row } from "../src/harness/row.ts";
import { type FinishedRun, runPlan } from "../src/harness/run-plan.ts";
import { writeReport } from "../src/report/report.ts";
import { summarise } from "../src/statistics/summary.ts";

const manifest: Manifest = {
  scenario: "pretended",
  commit: "0123",
  model: { id: "scripted", digest: "none" },
  embedder: "hash",
  sizes: { tests: 2 },
  machine: { processor: "p", cores: 2, memoryBytes: 1, system: "s" },
  versions: { node: "24" },
  command: "pretended",
  startedAt: "2026-01-01T00:00:00.000Z",
};

let folder: string;
let tried: string[];
let staged: number[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "grapevine-run-plan-"));
  tried = [];
  staged = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Two arms, two tasks, two seeds; `breaksAt`: the try that fails, counted from 1. */
function planOf(breaksAt = 0): Plan {
  return {
    scenario: "pretended",
    seeds: [1, 2],
    arms: [
      { name: "none", summary: "nothing" },
      { name: "all", summary: "everything" },
    ],
    baseline: "none",
    main: "all",
    sizes: { tests: 2 },
    cells: async () =>
      ["a", "b"].flatMap((id): Cell[] =>
        ["none", "all"].map((arm) => ({ arm, environment: "e", peer: "any", at: 0, task: { id, family: "f", prompt: id } })),
      ),
    preparation: async () => 0,
    stage: async ({ seed, model }) => {
      staged.push(seed);
      return {
        try: async ({ arm, task }) => {
          if (tried.length + 1 === breaksAt) throw new Error("killed");
          tried.push(`${seed} ${arm} ${task.id}`);
          await model.generate({ prompt: "one two", maxTokens: 5 });
          return { right: arm === "all", steps: 1, lessons: ["l"] };
        },
        close: async () => undefined,
      };
    },
    bars: () => [],
  };
}

const answering = new ScriptedModel({ replies: () => "yes" });

function runs(
  plan: Plan,
  changes: Partial<Manifest> = {},
  said: string[] = [],
  model: LanguageModel = answering,
): Promise<FinishedRun> {
  return runPlan(plan, {
    folder,
    manifest: { ...manifest, ...changes },
    model: meteredModel(model),
    embedder: new HashEmbedder(),
    clock: systemClock,
    say: (text) => said.push(text),
    watched: false,
  });
}

describe("a run", () => {
  it("writes a row for each try, with what it cost", async () => {
    const { rows, computed } = await runs(planOf());
    expect(computed).toBe(8);
    expect(rows).toHaveLength(8);
    expect(rows[1]).toMatchObject({ seed: 1, arm: "all", task: "a", right: true, steps: 1, lessons: ["l"], commit: "0123" });
    expect(rows[1]?.promptTokens).toBeGreaterThan(0);
    expect(rows[1]?.generatedTokens).toBe(1);
    const lines = (await readFile(join(folder, "rows.jsonl"), "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as Row)).toEqual(rows);
  });
  it("that was broken off goes on behind its last row, also where that was torn", async () => {
    await expect(runs(planOf(6))).rejects.toThrow("killed");
    await appendFile(join(folder, "rows.jsonl"), '{"seed":2,"arm":"no');
    tried = [];
    staged = [];
    const said: string[] = [];
    const { rows, computed } = await runs(planOf(), {}, said);
    expect(computed).toBe(3);
    expect(tried).toEqual(["2 all a", "2 none b", "2 all b"]);
    expect(staged).toEqual([2]);
    expect(rows).toHaveLength(8);
    expect(said.at(-1)).toMatch(/^8 of 8, 0 s left: seed 2/);
    expect((await runs(planOf())).computed).toBe(0);
  });
  it("computes what more seeds add, and nothing else", async () => {
    await runs({ ...planOf(), seeds: [1] });
    expect((await runs(planOf())).computed).toBe(4);
    expect((await runs({ ...planOf(), seeds: [2] })).rows.every(({ seed }) => seed === 2)).toBe(true);
  });
  it.each<[string, Partial<Manifest>]>([
    ["commit", { commit: "4567" }],
    ["model", { model: { id: "scripted", digest: "another" } }],
    ["sizes", { sizes: { tests: 3 } }],
  ])("does not mix its rows with those of another %s", async (name, changes) => {
    await runs(planOf());
    await expect(runs(planOf(), changes)).rejects.toMatchObject({
      code: "EVAL_OUT_MISMATCH",
      message: expect.stringContaining(name),
    });
  });
  it("goes on where the model failed, with a row that says so, and counts it in later runs too", async () => {
    const failing = (fails: (call: number) => boolean): LanguageModel =>
      new ScriptedModel({
        replies: (_, call) => {
          if (fails(call)) throw modelErrors.create("MODEL_FAILED", "the server stumbled");
          return "yes";
        },
      });
    // The second question is a try's; in the plan below the first of each seed is the preparation's.
    const { rows } = await runs(
      planOf(),
      {},
      [],
      failing((call) => call === 1),
    );
    expect(rows[1]).toMatchObject({ arm: "all", right: false, steps: 0, lessons: [], givenUp: 1 });
    expect(rows.filter(({ givenUp }) => givenUp !== undefined)).toHaveLength(1);
    const prepares: Plan = {
      ...planOf(),
      seeds: [3],
      stage: async (init) => {
        await expect(init.model.generate({ prompt: "practice", maxTokens: 5 })).rejects.toThrow("stumbled");
        return planOf().stage(init);
      },
    };
    expect(
      (
        await runs(
          prepares,
          {},
          [],
          failing((call) => call === 0),
        )
      ).givenUp,
    ).toEqual({ tries: 0, preparation: 1 });
    expect((await runs({ ...planOf(), seeds: [1, 3] })).givenUp).toEqual({ tries: 1, preparation: 1 });
  });
  it("says which line of an earlier run is damaged", async () => {
    await runs(planOf());
    await writeFile(join(folder, "rows.jsonl"), "{}\n");
    await expect(runs(planOf())).rejects.toMatchObject({ code: "EVAL_OUT_DAMAGED", message: expect.stringContaining("line 1") });
  });
});

it("a report holds figures, bars and plots", async () => {
  const plan = planOf();
  const { rows } = await runs(plan);
  const stream = rows.map((row, at) => ({ ...row, at }));
  const bars = [
    { name: "all over none", value: 1, bar: 0.7, holds: true, low: 1, high: 1 },
    { name: "all over nobody", value: null, bar: 0.7, holds: false },
  ];
  await writeReport({
    folder,
    manifest,
    ...plan,
    rows: stream,
    summary: summarise(rows, "none"),
    bars,
    givenUp: { tries: 2, preparation: 3 },
  });
  const markdown = await readFile(join(folder, "report.md"), "utf8");
  expect(markdown).toContain("| all | everything | 100.0 % | 100.0 % to 100.0 % | +100.0 (+100.0 to +100.0) | 100.0 % | 0.0 % |");
  expect(markdown).toContain("| all over none | 1 | 1 to 1 | 0.7 | yes |");
  expect(markdown).toContain("| all over nobody | not measured |  | 0.7 | no |");
  expect(markdown).toMatch(/\| tries \| given up \|[\s\S]*\| all \| .* \| 4 \| 0 \|/);
  expect(markdown).toContain("| 2 in tries, 3 in what came before them |");
  expect(markdown).toContain("(tokens.svg)");
  const page = await readFile(join(folder, "report.html"), "utf8");
  expect(page.match(/<svg/g)).toHaveLength(4);
  expect(page).not.toMatch(/NaN|undefined/);
  expect(await readFile(join(folder, "scores.svg"), "utf8")).toContain("all");
});
