/** Five peers that trust each other, of whom one lies about everything: what do the lies cost the others? */
import type { Cell, Plan } from "../harness/plan.ts";
import { type AlteredArm, live, openAlteredArms } from "../learning/altered-arms.ts";
import { harmBar, lossBar } from "../learning/bars.ts";
import { practisedCohort, receiveTrusting } from "../learning/cohort.ts";
import { learningScenario, type PlanRequest } from "../learning/learning-scenario.ts";
import { peerNames, separateLots, withoutTasks } from "../learning/lots.ts";
import { liesAbout } from "../learning/spoilt-lessons.ts";
import { openWorld } from "../learning/worlds.ts";
import type { Scenario } from "../scenario.ts";
import { identityCalled } from "../simulated-node.ts";

export const poisoned: Scenario = learningScenario({
  name: "poisoned",
  summary: "as shared, but one of the five peers lies; against the same without the liar",
  details: [
    "Four peers practise and share as in shared. The fifth is trusted as they are, has a lesson for every situation that the others",
    "have one for, and each of its lessons advises what works elsewhere. In both arms every tester then does some tasks with what",
    "it knows, as daily life is: their outcomes count. Arms: none, honest (the liar says nothing), poisoned.",
  ],
  plan: poisonedPlan,
});

const peers: readonly string[] = peerNames(5);
const liar = "peer-5";
const armNames = ["honest", "poisoned"] as const;

/** Generations a seed: practice some 15 × 4, daily life 2 × 4 × 8 × 2, tests 12 × (1 + 2 × 4). */
const reporting = { practice: 18, life: 8, tests: 12, testers: 4 } as const;
const quick = { practice: 6, life: 2, tests: 6, testers: 1 } as const;

function poisonedPlan({ seeds, isQuick, options }: PlanRequest): Plan {
  const sizes = isQuick ? quick : reporting;
  const testers = peers.slice(0, sizes.testers);
  const lotsOf = (practice: Parameters<typeof separateLots>[0]): ReturnType<typeof separateLots> => {
    const lots = separateLots(practice, peers);
    lots.delete(liar);
    return lots;
  };
  return {
    scenario: "poisoned",
    seeds,
    arms: [
      { name: "none", summary: "no experience" },
      { name: "honest", summary: "four peers' lessons" },
      { name: "poisoned", summary: "the same, and those of a fifth who lies about everything" },
    ],
    baseline: "none",
    main: "poisoned",
    sizes,
    cells: async (seed) => {
      const tasks = await (await openWorld(seed, options)).tasks(sizes.tests, "test");
      return tasks.flatMap(({ environment, task }): Cell[] => {
        const cell = { environment: environment.id, task, at: 0 };
        return [
          { ...cell, arm: "none", peer: "any" },
          ...armNames.flatMap((arm) => testers.map((peer) => ({ ...cell, arm, peer }))),
        ];
      });
    },
    preparation: async (seed) => {
      const practice = await (await openWorld(seed, options)).tasks(sizes.practice, "practice");
      return [...lotsOf(practice).values()].flat().length + armNames.length * testers.length;
    },
    stage: async (init) => {
      const tasks = await (await openWorld(init.seed, options)).tasks(sizes.practice + sizes.life, "practice");
      const practice = await (await openWorld(init.seed, options)).tasks(sizes.practice, "practice");
      const life = withoutTasks(tasks, practice);
      const cohort = await practisedCohort({ ...init, lots: lotsOf(practice), onPractised: init.onPrepared });
      const lies = liesAbout(
        cohort.flatMap(({ lessons }) => lessons),
        identityCalled(`${init.seed} ${liar}`),
      );
      const arms: AlteredArm[] = [
        { name: "honest", alter: (bench) => live(bench, life) },
        {
          name: "poisoned",
          alter: async (bench) => {
            await receiveTrusting(bench, lies);
            await live(bench, life);
          },
        },
      ];
      return openAlteredArms({ ...init, arms, cohort, testers, practice, testSteps: 1 });
    },
    bars: (summary) => [lossBar(summary, "poisoned", "honest", 0.02), harmBar(summary, "poisoned")],
  };
}
