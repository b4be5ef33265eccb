/** The places that a seed stands for: simulated worlds made from it, or a question set of which it draws the tasks. */
import type { Task } from "@grapevine/core";
import { openEnvironment } from "@grapevine/node/pipeline";
import type { EvalOptions } from "../options.ts";
import type { SetTask } from "./cohort.ts";

export interface World {
  /** Distinct tasks of all places, in turn, in an order that the seed alone decides. Tasks for practice and for tests never coincide. */
  tasks(count: number, split: "practice" | "test"): Promise<SetTask[]>;
}

/** @throws ENVIRONMENT_INVALID for a kind of worlds that there is not; QUESTIONS_UNREADABLE, QUESTIONS_MALFORMED, TASKS_EXHAUSTED */
export async function openWorld(
  seed: number,
  { dataset, worlds = defaultWorlds }: Pick<EvalOptions, "dataset" | "worlds">,
): Promise<World> {
  const specifications =
    dataset === undefined ? worlds.split(",").map((kind) => `${kind.trim()}:${seed}`) : [`questions:${dataset}`];
  const environments = await Promise.all(specifications.map(openEnvironment));
  return {
    tasks: async (count, split) => {
      const each = environments.map((_, position) => Math.ceil((count - position) / environments.length));
      const drawn = await Promise.all(
        environments.map((environment, position) => environment.tasks({ count: each[position] ?? 0, seed, split })),
      );
      const turns = drawn.flatMap((tasks, place) => tasks.map((task, turn) => ({ task, place, turn })));
      turns.sort((first, second) => first.turn - second.turn || first.place - second.place);
      return turns.flatMap(({ task, place }) => setIn(environments[place], task));
    },
  };
}

const defaultWorlds = "tools";

function setIn(environment: SetTask["environment"] | undefined, task: Task): SetTask[] {
  return environment === undefined ? [] : [{ environment, task }];
}
