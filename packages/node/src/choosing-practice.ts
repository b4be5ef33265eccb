/** Which task a node learns most from: pure, so that it can be told from what was practised alone. */
import type { Experience, Task } from "@grapevine/core";

/** Of one's own experiences in the environment; newest first. */
export type PastTry = Pick<Experience, "task" | "outcome" | "steps">;

/** A kind that went well so often in a row, each time at the first action, is known; another task of it would teach nothing. */
export const knownAfter = 3;
/** A task that failed so often is left for later: what it takes is not there yet. */
export const maxFailures = 3;

/**
 * The task from which most is to be learnt; undefined when all kinds are known or out of reach. Kinds that were never met come first, then tasks that failed
 * (what was learnt since may do them), then kinds in which the last tries did not all go well at once.
 */
export function taskToPractise(tasks: readonly Task[], past: readonly PastTry[]): Task | undefined {
  const tries = new Map<string, PastTry[]>();
  const families = new Map<string, PastTry[]>();
  for (const each of past) {
    if (each.task === undefined) continue;
    entry(tries, each.task.id).push(each);
    entry(families, each.task.family).push(each);
  }
  let best: { readonly task: Task; readonly worth: number } | undefined;
  for (const task of tasks) {
    const worth = worthOf(tries.get(task.id) ?? [], families.get(task.family) ?? []);
    if (worth > (best?.worth ?? 0)) best = { task, worth };
  }
  return best?.task;
}

/** 0 for a task that is not worth it. */
function worthOf(ofTask: readonly PastTry[], ofFamily: readonly PastTry[]): number {
  if (ofFamily.length === 0) return 3;
  const recent = ofFamily.slice(0, knownAfter);
  const missed = recent.filter((each) => !wentWellAtOnce(each)).length + (knownAfter - recent.length);
  const share = missed / knownAfter;
  const [last] = ofTask;
  // One that was done is done; one that failed is done again once others of its kind go better.
  if (last === undefined) return share;
  if (last.outcome?.verdict === "worked") return 0;
  const failures = ofTask.filter(({ outcome }) => outcome?.verdict !== "worked").length;
  const isNext = ofFamily[0] !== last;
  return failures < maxFailures && isNext ? 1 + share : 0;
}

function wentWellAtOnce({ outcome, steps }: PastTry): boolean {
  return outcome?.verdict === "worked" && steps.every(({ accepted }) => accepted);
}

function entry(map: Map<string, PastTry[]>, key: string): PastTry[] {
  const known = map.get(key) ?? [];
  map.set(key, known);
  return known;
}
