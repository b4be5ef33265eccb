/** What a node knows of a kind of task: for distillation, which adds to it rather than say it again. */
import type { Experience, StoredLesson } from "@grapevine/core";
import type { Admission } from "./admission.ts";

/** The kinds of tasks of an environment are few. */
const maxFamiliar = 16;

export function familiarLessons({
  recall,
  indexing,
}: Pick<Admission, "recall" | "indexing">): (experience: Experience) => Promise<readonly StoredLesson[]> {
  return async ({ prompt, task }) => {
    // What the experience before this one taught may not be found yet. An index that is filled may take an hour, which is not waited for.
    if (indexing.progress() === undefined) await indexing.settled();
    const environment = task === undefined ? {} : { environment: task.environment };
    return (await recall({ text: prompt, limit: maxFamiliar, ...environment })).map(({ lesson }) => lesson);
  };
}
