/** The arms on real stores, recall, admission and distillation, with a model that does what the last worked example in its prompt shows. */
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HashEmbedder, ScriptedModel } from "@grapevine/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type MeteredModel, meteredModel } from "../src/harness/metered-model.ts";
import type { Stage } from "../src/harness/plan.ts";
import { type ArmName, openArms } from "../src/learning/arms.ts";
import { practisedCohort, type SetTask } from "../src/learning/cohort.ts";
import { separateLots } from "../src/learning/lots.ts";
import { openWorld } from "../src/learning/worlds.ts";
import { followExample } from "./follow-example.ts";

const seed = 7;
const armNames: readonly ArmName[] = ["none", "random", "episodes", "own", "shared", "refined", "pool", "hand"];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "grapevine-learning-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function openStage(model: MeteredModel, onPrepared: (text: string) => void): Promise<{ stage: Stage; tests: SetTask[] }> {
  const world = await openWorld(seed, {});
  const practice = await world.tasks(18, "practice");
  const embedder = new HashEmbedder();
  const lots = separateLots(practice, ["one", "two"]);
  const cohort = await practisedCohort({ seed, folder, model, embedder, lots, onPractised: onPrepared });
  const stage = await openArms({
    seed,
    folder,
    model,
    embedder,
    arms: armNames,
    cohort,
    testers: ["one"],
    practice,
    testSteps: 1,
    refinementGenerations: 4,
    onPrepared,
  });
  return { stage, tests: await world.tasks(12, "test") };
}

it("each arm knows what it says, and what was prepared is not prepared again", async () => {
  const model = meteredModel(new ScriptedModel({ replies: followExample }));
  let pieces = 0;
  const openMeanwhile: string[] = [];
  const { stage, tests } = await openStage(model, () => {
    pieces += 1;
    if (pieces > 18) openMeanwhile.push(...openFiles(join(folder, "arms")));
  });
  expect(pieces).toBe(18 + 3);
  // What is copied must not be open.
  expect(openMeanwhile).toEqual([]);
  const right = new Map<string, number>();
  const lessons = new Map<string, number>();
  try {
    for (const { environment, task } of tests) {
      for (const arm of armNames) {
        const peer = arm === "own" || arm === "shared" || arm === "refined" ? "one" : "any";
        const tried = await stage.try({ arm, environment: environment.id, task, peer, at: 0 });
        right.set(arm, (right.get(arm) ?? 0) + Number(tried.right));
        lessons.set(arm, (lessons.get(arm) ?? 0) + tried.lessons.length);
      }
    }
  } finally {
    await stage.close();
  }
  expect(right.get("none")).toBe(0);
  expect(right.get("random")).toBe(0);
  expect([lessons.get("none"), lessons.get("episodes")]).toEqual([0, 0]);
  expect(lessons.get("random")).toBe(12);
  expect(right.get("hand")).toBeGreaterThan(2);
  expect(right.get("own")).toBeGreaterThan(0);
  expect(right.get("shared")).toBeGreaterThan(right.get("own") ?? 0);
  expect(right.get("pool")).toBeGreaterThan(right.get("own") ?? 0);
  model.takeUse();
  const again = await openStage(model, () => undefined);
  await again.stage.close();
  expect(model.takeUse().generations).toBe(0);
});

/** Files under the folder that this process has open, where the system tells. */
function openFiles(under: string): string[] {
  const table = "/proc/self/fd";
  if (!existsSync(table)) return [];
  return readdirSync(table).flatMap((name) => {
    try {
      const file = readlinkSync(join(table, name));
      return file.startsWith(under) ? [file] : [];
    } catch (error) {
      if (error instanceof Error && "code" in error) return []; // closed since the table was read
      throw error;
    }
  });
}
