import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Environment, LessonDraft, Task } from "@grapevine/core";
import { openTrialBench, type TrialBench } from "@grapevine/node/pipeline";
import { HashEmbedder, ScriptedModel } from "@grapevine/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Command,
  falseKinds,
  falseLesson,
  readManual,
  type SolvedTask,
  solve,
  trueLesson,
} from "../src/scenarios/trial-lessons.ts";

let folder: string;
let bench: TrialBench;
let environment: Environment;
let tasks: readonly Task[];
let manual: readonly Command[];
let foreignManual: readonly Command[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "grapevine-trial-lessons-"));
  bench = await openTrialBench({ folder, model: new ScriptedModel({ replies: [] }), embedder: new HashEmbedder() });
  environment = await bench.openEnvironment("tools:7");
  tasks = await environment.tasks({ count: 12, seed: 2 });
  manual = await readManual(environment, firstOf(tasks));
  const foreign = await bench.openEnvironment("tools:11");
  foreignManual = await readManual(foreign, firstOf(await foreign.tasks({ count: 1, seed: 1 })));
});
afterAll(async () => {
  await bench.close();
  await rm(folder, { recursive: true, force: true });
});

function firstOf<Member>(members: readonly Member[]): Member {
  const [first] = members;
  if (first === undefined) throw new Error("there is none");
  return first;
}

async function solvedTasks(): Promise<SolvedTask[]> {
  const solved = await Promise.all(tasks.map((task) => solve(environment, task, manual)));
  return solved.filter((each) => each !== undefined);
}

/** Does what the lesson's example shows do the example's own task? */
async function exampleWorks({ example }: LessonDraft, { task }: SolvedTask): Promise<boolean> {
  const result = await (await environment.start(task)).act(example?.steps[0] ?? "");
  return result.solved;
}

describe("lessons for the trials", () => {
  it("are made of every task, by the tool's own manual", async () => {
    expect(manual).toHaveLength(6);
    expect(await solvedTasks()).toHaveLength(tasks.length);
  });

  it("are true when they are called so: their example does its task, and their words hold for others", async () => {
    for (const solved of await solvedTasks()) {
      const lesson = trueLesson(solved, environment.id);
      expect(await exampleWorks(lesson, solved)).toBe(true);
      expect(lesson.guidance).toBe(`Write ${solved.command.form}`);
      expect(`${lesson.situation} ${lesson.guidance}`).not.toContain(` ${solved.value} `);
    }
  });

  it.each(falseKinds)("are false with a %s: no example of them does its task", async (kind) => {
    for (const solved of await solvedTasks()) {
      const foreign = foreignManual.find(({ purpose }) => purpose === solved.command.purpose);
      if (foreign === undefined) throw new Error(`no other tool can ${solved.command.purpose}`);
      const lesson = falseLesson(kind, solved, environment.id, { manual, foreign });
      expect(await exampleWorks(lesson, solved)).toBe(false);
      expect(lesson.guidance).not.toBe(trueLesson(solved, environment.id).guidance);
      expect(lesson.situation).toBe(trueLesson(solved, environment.id).situation);
    }
  });
});
