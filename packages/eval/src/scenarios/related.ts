/** New tasks of kinds that were practised: does what two peers learnt on some tasks help one of them with others, that neither has seen? */

import type { Plan, StageInit } from "../harness/plan.ts";
import { type ArmName, arms, armsOfNobody, openArms, preparationOfArms } from "../learning/arms.ts";
import { gainBar, gainOrHalfTokensBar, harmBar, shareOfGainBar } from "../learning/bars.ts";
import { practisedCohort } from "../learning/cohort.ts";
import { learningScenario, type PlanRequest } from "../learning/learning-scenario.ts";
import { overlappingLots } from "../learning/lots.ts";
import { openWorld } from "../learning/worlds.ts";
import type { Scenario } from "../scenario.ts";
import type { Bar } from "../statistics/summary.ts";

export const related: Scenario = learningScenario({
  name: "related",
  summary: "what lessons are worth on new tasks of kinds that were practised",
  details: [
    "Two peers practise in a simulated world that the seed makes, each two thirds of its kinds of tasks; the first is tested on all",
    "kinds, with other tasks and one action each. With --dataset it is question sets in place of worlds, kinds are subjects: JSONL of",
    '{"question": TEXT, "choices": [TEXT], "answer": TEXT or INDEX, "subject"?: TEXT, "id"?: TEXT}.',
    "Arms: none, random (a lesson of another kind), episodes (raw, most similar, 1,200 characters), own, shared, refined (after trials",
    "and consolidation), pool (one store), hand (the right lesson). help and harm: shares of the tries of `shared` that were wrong",
    "without and right with experience, and the other way round. Every run with a model writes rows.jsonl, manifest.json, report.md",
    "and report.html; the same command goes on where a run was broken off. Reporting seeds unless --development or --quick.",
  ],
  options: ["dataset"],
  plan: relatedPlan,
});

const peers = ["peer-1", "peer-2"] as const;
const tester = "peer-1";
const armNames: readonly ArmName[] = ["none", "random", "episodes", "own", "shared", "refined", "pool", "hand"];

/** Generations a seed: practice some 24 × 4, tests 30 × 8, trials 48 and a few; five seeds take about half an hour on two cores with half a billion parameters. */
const reporting = { practice: 24, tests: 30, trialGenerations: 48 } as const;
const quick = { practice: 6, tests: 6, trialGenerations: 8 } as const;

function relatedPlan({ seeds, isQuick, options }: PlanRequest): Plan {
  const sizes = isQuick ? quick : reporting;
  return {
    scenario: "related",
    seeds,
    arms: armNames.map((name) => arms[name]),
    baseline: "none",
    main: "shared",
    sizes,
    cells: async (seed) => {
      const tasks = await (await openWorld(seed, options)).tasks(sizes.tests, "test");
      return tasks.flatMap(({ environment, task }) =>
        armNames.map((arm) => ({ arm, environment: environment.id, task, peer: armsOfNobody.has(arm) ? "any" : tester, at: 0 })),
      );
    },
    preparation: async () => sizes.practice + preparationOfArms(armNames),
    stage: async (init: StageInit) => {
      const practice = await (await openWorld(init.seed, options)).tasks(sizes.practice, "practice");
      const cohort = await practisedCohort({ ...init, lots: overlappingLots(practice, peers), onPractised: init.onPrepared });
      return openArms({
        ...init,
        arms: armNames,
        cohort,
        testers: [tester],
        practice,
        testSteps: 1,
        refinementGenerations: sizes.trialGenerations,
      });
    },
    bars: (summary) =>
      options.dataset === undefined
        ? [
            gainBar(summary, "shared", "none", 0.7),
            shareOfGainBar(summary, "shared", "pool", "none", 0.95),
            gainOrHalfTokensBar(summary, "shared", "episodes", 0.08),
            harmBar(summary, "shared"),
          ]
        : [noLossBar(summary), harmBar(summary, "shared")],
  };
}

/** On question sets: the whole interval above one point of loss. */
function noLossBar(summary: Parameters<Plan["bars"]>[0]): Bar {
  const least = -0.01;
  const bar = gainBar(summary, "shared", "none", least);
  return { ...bar, holds: bar.low !== undefined && bar.low > least };
}
