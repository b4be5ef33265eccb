/** Tasks from a list that a user wrote. */
import type { Task, TaskQuery } from "@grapevine/core";
import { practiceErrors } from "./errors.ts";
import { memberAt, randomFrom } from "./random.ts";

/**
 * With a split, every second task of the list is for practice and the others are for tests.
 * @param id the environment's, for the message
 * @throws TASKS_EXHAUSTED
 */
export function drawFromList(tasks: readonly Task[], { count, seed, split }: TaskQuery, id: string): Task[] {
  const eligible = tasks.filter((_, index) => split === undefined || (index % 2 === 0) === (split === "practice"));
  if (!Number.isInteger(count) || count < 0 || count > eligible.length) {
    const which = split === undefined ? "all" : `all for ${split}`;
    throw practiceErrors.create(
      "TASKS_EXHAUSTED",
      `${count} is not a number of tasks from 0 to ${eligible.length}, ${which} that ${id} has`,
    );
  }
  const order = randomFrom(seed).shuffled([...eligible.keys()]);
  return order.slice(0, count).map((index) => memberAt(eligible, index));
}
