/** The same tasks a second time, in the same words and in others: is what was done once done again, at once? */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Task } from "@grapevine/core";
import type { Cell, Plan, Stage, StageInit } from "../harness/plan.ts";
import { harmBar, scoreBar, speedBar } from "../learning/bars.ts";
import { openPeer, practiceSteps, type SetTask } from "../learning/cohort.ts";
import { learningScenario, type PlanRequest } from "../learning/learning-scenario.ts";
import { triedAtOnce } from "../learning/tried.ts";
import { openWorld } from "../learning/worlds.ts";
import { judgedLookAlikes, readLookAlikes } from "../look-alikes.ts";
import type { Scenario } from "../scenario.ts";
import { lookAlikesBar } from "./look-alikes.ts";

export const repeats: Scenario = learningScenario({
  name: "repeats",
  summary: "the same tasks a second time, in other words too",
  details: [
    "One peer does tasks with up to four actions, draws lessons, and gets the same tasks again: in the same words (again) and in other",
    "words around them (reworded); what it knows to have done the task is done again without the model. unreused: the same words, but",
    "the model is always asked. Right: done with the first action. Bars: right the second time, how many times as fast as first, and",
    "how many questions that only look alike are taken for one, of the set that look-alikes describes.",
    "With --dataset the tasks are questions, as in related.",
  ],
  options: ["dataset"],
  plan: repeatsPlan,
});

const peer = "peer-1";
/** Generations a seed: 24 × (3 + 1), what is not reused, and as many lessons to be drawn. */
const reporting = { tasks: 24 } as const;
const quick = { tasks: 6 } as const;

export function repeatsPlan({ seeds, isQuick, options }: PlanRequest): Plan {
  const sizes = isQuick ? quick : reporting;
  const drawTasks = async (seed: number): Promise<SetTask[]> => (await openWorld(seed, options)).tasks(sizes.tasks, "practice");
  return {
    scenario: "repeats",
    seeds,
    arms: [
      { name: "first", summary: "the first time, with what was learnt before" },
      { name: "again", summary: "the second time, in the same words" },
      { name: "unreused", summary: "the second time, in the same words, with the model" },
      { name: "reworded", summary: "the second time, in other words" },
    ],
    baseline: "first",
    main: "again",
    sizes,
    cells: async (seed) => {
      const tasks = await drawTasks(seed);
      const cellsOf = (arm: string, taskOf: (task: Task, turn: number) => Task): Cell[] =>
        tasks.map(({ environment, task }, turn) => ({ arm, environment: environment.id, task: taskOf(task, turn), peer, at: 0 }));
      const same = (task: Task): Task => task;
      return [
        ...cellsOf("first", same),
        ...cellsOf("again", same),
        ...cellsOf("unreused", same),
        ...cellsOf("reworded", inOtherWords),
      ];
    },
    preparation: async () => 0,
    stage: async (init) => openRepeats(init, await drawTasks(init.seed)),
    bars: async (summary) => [
      scoreBar(summary, "again", 0.95),
      scoreBar(summary, "reworded", 0.95),
      speedBar(summary, "again", "first", 10),
      speedBar(summary, "reworded", "first", 10),
      harmBar(summary, "again"),
      lookAlikesBar(judgedLookAlikes(await readLookAlikes())),
    ],
  };
}

async function openRepeats(init: StageInit, tasks: readonly SetTask[]): Promise<Stage> {
  const folder = join(init.folder, "arms", "repeats", peer);
  await mkdir(folder, { recursive: true });
  const bench = await openPeer({ name: peer, folder }, init);
  let hasLearnt = false;
  return {
    try: async ({ arm, environment: specification, task }) => {
      const environment = tasks.find((each) => each.environment.id === specification)?.environment;
      if (environment === undefined) throw new Error(`no task is set in ${specification}`);
      const isFirst = arm === "first";
      if (isFirst) return triedAtOnce(await bench.practise(environment, task, { maxSteps: practiceSteps, lessons: true }));
      const reuse = arm !== "unreused";
      return triedAtOnce(await bench.test(environment, task, { maxSteps: practiceSteps, lessons: true, reuse }));
    },
    before: async ({ arm }) => {
      if (arm === "first" || hasLearnt) return;
      await bench.learn();
      hasLearnt = true;
    },
    close: () => bench.close(),
  };
}

/** What people put around a wish. The wish itself stays word for word: whoever changes that may change what is asked. */
const wordings: readonly ((prompt: string) => string)[] = [
  (prompt) => `Could you see to this for me, please? ${prompt}`,
  (prompt) => `${prompt} That is all I need today.`,
  (prompt) => `Once more: ${prompt}`,
  (prompt) => `Somebody asked me for this just now. ${prompt} Thank you!`,
];

function inOtherWords(task: Task, turn: number): Task {
  const wording = wordings[turn % wordings.length];
  return wording === undefined ? task : { ...task, prompt: wording(task.prompt) };
}
