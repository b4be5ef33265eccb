/** Tasks in a stream: how success, tokens and time change with what was lived through, alone and together. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { LearningBench } from "@grapevine/node/pipeline";
import type { Cell, Plan, Stage, StageInit } from "../harness/plan.ts";
import { gainBar, harmBar } from "../learning/bars.ts";
import { closeAll, openPeer, practiceSteps, receiveTrusting, type SetTask, tasksPerRound } from "../learning/cohort.ts";
import { learningScenario, type PlanRequest } from "../learning/learning-scenario.ts";
import { peerNames } from "../learning/lots.ts";
import { triedAtOnce } from "../learning/tried.ts";
import { openWorld } from "../learning/worlds.ts";
import type { Scenario } from "../scenario.ts";
import { type SeededRandom, seededRandom } from "../seeded-random.ts";

export const long: Scenario = learningScenario({
  name: "long",
  summary: "tasks in a stream: success, tokens and time against experience",
  details: [
    "Three peers take the tasks of a stream in turn, up to four actions each, and draw lessons after each round of six tasks.",
    "Arms: none, own (each learns for itself), shared (after each round everybody gets everybody's lessons). Right: done with the",
    "first action. Tokens and seconds: of all actions of a task, not of the drawing of lessons.",
  ],
  plan: longPlan,
});

const peers: readonly string[] = peerNames(3);
const armNames = ["none", "own", "shared"] as const;

/** Generations a seed: 36 × (3 + 2 × 2) and as many lessons to be drawn. */
const reporting = { tasks: 36 } as const;
const quick = { tasks: 9 } as const;

export function longPlan({ seeds, isQuick, options }: PlanRequest): Plan {
  const sizes = isQuick ? quick : reporting;
  return {
    scenario: "long",
    seeds,
    arms: [
      { name: "none", summary: "no experience" },
      { name: "own", summary: "what the peer has learnt so far" },
      { name: "shared", summary: "what all three have learnt so far" },
    ],
    baseline: "none",
    main: "shared",
    sizes,
    cells: async (seed) => {
      const tasks = await (await openWorld(seed, options)).tasks(sizes.tasks, "practice");
      const turns = inTurns(sizes.tasks, seededRandom(seed));
      return tasks.flatMap(({ environment, task }, at): Cell[] =>
        armNames.map((arm) => ({ arm, environment: environment.id, task, peer: turns[at] ?? "", at })),
      );
    },
    preparation: async () => 0,
    stage: async (init) => openStream(init, await (await openWorld(init.seed, options)).tasks(sizes.tasks, "practice")),
    bars: (summary) => [gainBar(summary, "shared", "own", 0), harmBar(summary, "shared")],
  };
}

/** Whose turn it is: each peer once before anybody is again, in another order each time, or a peer would meet the same kinds of tasks for ever. */
function inTurns(count: number, random: SeededRandom): string[] {
  const rounds = Array.from({ length: Math.ceil(count / peers.length) }, () => random.shuffled(peers));
  return rounds.flat();
}

/** What the peers have learnt stays in the run's folder: a stream that was broken off goes on with it. */
async function openStream(init: StageInit, tasks: readonly SetTask[]): Promise<Stage> {
  const benches = new Map<string, LearningBench>();
  try {
    for (const arm of armNames) {
      for (const name of peers) {
        const folder = join(init.folder, "arms", arm, name);
        await mkdir(folder, { recursive: true });
        benches.set(`${arm} ${name}`, await openPeer({ name, folder }, init));
      }
    }
    const benchesOf = (arm: string): LearningBench[] => peers.flatMap((name) => benches.get(`${arm} ${name}`) ?? []);
    return {
      try: async (cell) => {
        const bench = benches.get(`${cell.arm} ${cell.peer}`);
        const environment = tasks.find((each) => each.environment.id === cell.environment)?.environment;
        if (bench === undefined || environment === undefined) throw new Error(`nothing was prepared for ${cell.arm}`);
        if (cell.arm === "none")
          return triedAtOnce(await bench.test(environment, cell.task, { maxSteps: practiceSteps, lessons: false }));
        return triedAtOnce(await bench.practise(environment, cell.task, { maxSteps: practiceSteps, lessons: true }));
      },
      after: async ({ arm, at }) => {
        if (arm === "none" || (at + 1) % tasksPerRound !== 0) return;
        for (const bench of benchesOf(arm)) await bench.learn();
        if (arm === "shared") await exchange(benchesOf(arm));
      },
      close: () => closeAll(benches.values()),
    };
  } catch (error) {
    await closeAll(benches.values());
    throw error;
  }
}

async function exchange(benches: readonly LearningBench[]): Promise<void> {
  const lessons = await Promise.all(benches.map((bench) => bench.ownLessons()));
  for (const [position, bench] of benches.entries()) {
    await receiveTrusting(bench, lessons.filter((_, other) => other !== position).flat());
  }
}
