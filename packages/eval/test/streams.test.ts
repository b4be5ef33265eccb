/** Scenarios whose arms change while they are measured, and those that alter what a peer knows: on real stores, with a model that does what its note's example shows. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HashEmbedder, ScriptedModel } from "@grapevine/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type MeteredModel, meteredModel } from "../src/harness/metered-model.ts";
import type { Cell, Plan, Stage, Tried } from "../src/harness/plan.ts";
import { live, openAlteredArms } from "../src/learning/altered-arms.ts";
import { practisedCohort, receiveTrusting, withPeer } from "../src/learning/cohort.ts";
import type { PlanRequest } from "../src/learning/learning-scenario.ts";
import { separateLots } from "../src/learning/lots.ts";
import { liesAbout } from "../src/learning/spoilt-lessons.ts";
import { openWorld } from "../src/learning/worlds.ts";
import { longPlan } from "../src/scenarios/long.ts";
import { repeatsPlan } from "../src/scenarios/repeats.ts";
import { identityCalled } from "../src/simulated-node.ts";
import { followExample } from "./follow-example.ts";

const seed = 7;
const quickly: PlanRequest = { seeds: [seed], isQuick: true, options: {} };
let folder: string;
let model: MeteredModel;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "grapevine-streams-"));
  model = meteredModel(new ScriptedModel({ replies: followExample }));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("lies of a trusted peer reach only the arm that they are meant for", async () => {
  const world = await openWorld(seed, {});
  const practice = await world.tasks(12, "practice");
  const embedder = new HashEmbedder();
  const init = { seed, folder, model, embedder };
  const cohort = await practisedCohort({ ...init, lots: separateLots(practice, ["one", "two"]), onPractised: () => undefined });
  const liar = identityCalled("liar");
  const lies = liesAbout(
    cohort.flatMap(({ lessons }) => lessons),
    liar,
  );
  expect(lies.length).toBeGreaterThan(3);
  const prepared: string[] = [];
  const stage = await openAlteredArms({
    ...init,
    onPrepared: (text) => prepared.push(text),
    arms: [
      { name: "honest", alter: (bench) => live(bench, practice.slice(0, 1)) },
      { name: "poisoned", alter: (bench) => receiveTrusting(bench, lies) },
    ],
    cohort,
    testers: ["one"],
    practice,
    testSteps: 1,
  });
  try {
    const used = async (arm: string): Promise<Tried[]> => {
      const tried: Tried[] = [];
      for (const { environment, task } of await world.tasks(6, "test"))
        tried.push(await stage.try({ arm, environment: environment.id, task, peer: "one", at: 0 }));
      return tried;
    };
    expect((await used("none")).every(({ right, lessons }) => !right && lessons.length === 0)).toBe(true);
    for (const arm of ["honest", "poisoned"]) expect((await used(arm)).some(({ lessons }) => lessons.length > 0)).toBe(true);
  } finally {
    await stage.close();
  }
  expect(prepared).toHaveLength(2);
  const liesIn = (arm: string): Promise<number> =>
    withPeer({ name: "one", folder: join(folder, "arms", arm, "one") }, init, async (bench) => {
      const byLiar = (await bench.lessons()).filter(({ record }) => record.body.author === liar.author);
      return byLiar.filter(({ standing }) => standing.state === "admitted").length;
    });
  expect(await liesIn("honest")).toBe(0);
  expect(await liesIn("poisoned")).toBe(lies.length);
});

it("a stream learns as it goes on, alone and together, and goes on where it was broken off", async () => {
  const long = longPlan(quickly);
  const cells = await long.cells(seed);
  expect(cells).toHaveLength(27);
  const rights = new Map<string, number>();
  const [before, after] = [cells.slice(0, 18), cells.slice(18)];
  await withStage(long, (stage) => walk(stage, before, rights));
  const early = new Map(rights);
  rights.clear();
  await withStage(long, (stage) => walk(stage, after, rights));
  expect([...early.values()]).toEqual([0, 0, 0]);
  expect(rights.get("none") ?? 0).toBe(0);
  expect(rights.get("shared")).toBeGreaterThan(0);
  expect(rights.get("shared")).toBeGreaterThanOrEqual(rights.get("own") ?? 0);
});

it("what was done once is done at once the second time", async () => {
  const repeats = repeatsPlan(quickly);
  const cells = await repeats.cells(seed);
  const rights = new Map<string, number>();
  await withStage(repeats, (stage) => walk(stage, cells, rights));
  expect(rights.get("first")).toBe(0);
  expect(rights.get("again")).toBeGreaterThan(3);
  for (const arm of ["again", "reworded"]) expect(rights.get(arm)).toBeGreaterThanOrEqual(rights.get("unreused") ?? 0);
});

async function withStage(plan: Plan, work: (stage: Stage) => Promise<void>): Promise<void> {
  const stage = await plan.stage({ seed, folder, model, embedder: new HashEmbedder(), onPrepared: () => undefined });
  try {
    await work(stage);
  } finally {
    await stage.close();
  }
}

/** As a run does: before, try, after. Counts what was right, by arm. */
async function walk(stage: Stage, cells: readonly Cell[], rights: Map<string, number>): Promise<void> {
  for (const cell of cells) {
    await stage.before?.(cell);
    const { right } = await stage.try(cell);
    rights.set(cell.arm, (rights.get(cell.arm) ?? 0) + Number(right));
    await stage.after?.(cell);
  }
}
