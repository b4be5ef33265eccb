/** What a row says of an experience. */
import type { Experience } from "@grapevine/core";
import type { Tried } from "../harness/plan.ts";

/** Right when the task was solved, with however many actions the test allowed. */
export function triedAt({ steps, outcome, lessons }: Experience): Tried {
  return { right: outcome?.verdict === "worked", steps: steps.length, lessons: lessons.map(({ id }) => id) };
}

/** Right when the first action solved the task. */
export function triedAtOnce(experience: Experience): Tried {
  const tried = triedAt(experience);
  return { ...tried, right: tried.right && tried.steps === 1 };
}
