/** Five peers, each of which has practised one fifth: does every one of them know what all of them learnt? */

import type { Plan } from "../harness/plan.ts";
import { type ArmName, arms, armsOfNobody, openArms, preparationOfArms } from "../learning/arms.ts";
import { gainBar, gainOrHalfTokensBar, harmBar, shareOfGainBar } from "../learning/bars.ts";
import { practisedCohort } from "../learning/cohort.ts";
import { learningScenario, type PlanRequest } from "../learning/learning-scenario.ts";
import { peerNames, separateLots } from "../learning/lots.ts";
import { openWorld } from "../learning/worlds.ts";
import type { Scenario } from "../scenario.ts";

export const shared: Scenario = learningScenario({
  name: "shared",
  summary: "five peers, each practising one fifth; every one is tested on everything",
  details: [
    "The kinds of tasks of the seed's world are dealt out to five peers; each practises its own, and is tested on new tasks of all",
    "kinds, with one action each. Arms as in related. What does not depend on the peer is tried once a task.",
  ],
  plan: sharedPlan,
});

const peers: readonly string[] = peerNames(5);
const armNames: readonly ArmName[] = ["none", "episodes", "own", "shared", "refined", "pool", "hand"];

/** Generations a seed: practice some 18 × 4, tests 12 × (4 + 3 × 5), trials 36 and a few. */
const reporting = { practice: 18, tests: 12, testers: 5, trialGenerations: 36 } as const;
const quick = { practice: 6, tests: 6, testers: 1, trialGenerations: 8 } as const;

function sharedPlan({ seeds, isQuick, options }: PlanRequest): Plan {
  const sizes = isQuick ? quick : reporting;
  const testers = peers.slice(0, sizes.testers);
  return {
    scenario: "shared",
    seeds,
    arms: armNames.map((name) => arms[name]),
    baseline: "none",
    main: "shared",
    sizes,
    cells: async (seed) => {
      const tasks = await (await openWorld(seed, options)).tasks(sizes.tests, "test");
      return tasks.flatMap(({ environment, task }) =>
        armNames.flatMap((arm) =>
          (armsOfNobody.has(arm) ? ["any"] : testers).map((peer) => ({ arm, environment: environment.id, task, peer, at: 0 })),
        ),
      );
    },
    preparation: async () => sizes.practice + preparationOfArms(armNames),
    stage: async (init) => {
      const practice = await (await openWorld(init.seed, options)).tasks(sizes.practice, "practice");
      const cohort = await practisedCohort({ ...init, lots: separateLots(practice, peers), onPractised: init.onPrepared });
      return openArms({
        ...init,
        arms: armNames,
        cohort,
        testers,
        practice,
        testSteps: 1,
        refinementGenerations: sizes.trialGenerations,
      });
    },
    bars: (summary) => [
      gainBar(summary, "shared", "none", 0.7),
      shareOfGainBar(summary, "shared", "pool", "none", 0.95),
      gainOrHalfTokensBar(summary, "shared", "episodes", 0.08),
      harmBar(summary, "shared"),
    ],
  };
}
