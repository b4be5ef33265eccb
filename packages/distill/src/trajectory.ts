/**
 * What a trajectory says by itself, before any model reads it: what was asked, what did it, and in which form the environment wants it.
 *
 * A tool's honest error holds a usage line (`Usage: stash peek BOX --by FIELD`). Laid beside the action that was accepted
 * (`stash peek tin --by size`) it tells which words belong to the tool and which to this one task: `tin` is a BOX, `size` a FIELD. With
 * that a lesson can speak of every task of the kind, and the example alone holds the names.
 */
import type { Experience } from "@grapevine/core";
import { fitUsage, type Usage, usagesIn, wholeWord } from "./usage.ts";

export interface Trajectory {
  /** The task or the question, as it was put. */
  readonly task: string;
  /** The accepted steps that were not made good by a later one, in order; for a plain question the answer that worked. Empty when nothing did. */
  readonly solution: readonly string[];
  /** How many steps were refused. */
  readonly failedTries: number;
  /** The usage lines in the environment's messages, each once. */
  readonly usages: readonly Usage[];
  /** The usage lines that the solution's steps follow. */
  readonly forms: readonly Usage[];
  /** Does every step of the solution follow one of them? */
  readonly formsOfAllSteps: boolean;
  /** Words of this one task, and what the form calls them: `tin` is a `BOX`. */
  readonly instances: ReadonlyMap<string, string>;
  /** Words of this one task that no form has a name for: quoted text and numbers that the solution took over. */
  readonly details: readonly string[];
}

/** `known`: usage lines from elsewhere, for steps that follow none of those in the environment's messages. */
export function readTrajectory(experience: Experience, known: readonly Usage[] = []): Trajectory {
  const usages = usagesIn(experience.steps.map(({ observation }) => observation));
  const solution = withoutDetours(solutionOf(experience), experience.prompt, usages);
  const fitted = solution.flatMap((step) => fitUsage(step, usages) ?? fitUsage(step, known) ?? []);
  const instances = new Map(fitted.flatMap(({ values }) => [...values]));
  return {
    task: experience.prompt,
    solution,
    failedTries: experience.steps.filter(({ accepted }) => !accepted).length,
    usages,
    forms: [...new Set(fitted.map(({ usage }) => usage))],
    formsOfAllSteps: solution.length > 0 && fitted.length === solution.length,
    instances,
    details: detailsOf(experience.prompt, solution).filter((detail) => !instances.has(detail)),
  };
}

/** The text with the words of this one task named as the form names them. */
export function generalised(text: string, { instances }: Trajectory): string {
  let general = text;
  for (const [word, name] of instances) general = general.replaceAll(wholeWord(word), name);
  return general;
}

/** The words of this one task that a text holds. */
export function instancesIn(text: string, { instances, details }: Trajectory): string[] {
  return [...instances.keys(), ...details].filter((word) => wholeWord(word).test(text));
}

function solutionOf(experience: Experience): string[] {
  const verdict = experience.outcome?.verdict;
  if (experience.task !== undefined) {
    return verdict === "worked" ? experience.steps.filter(({ accepted }) => accepted).map(({ action }) => action) : [];
  }
  if (verdict === "worked") return [experience.answer];
  return verdict === "changed" && experience.outcome?.comment !== undefined ? [experience.outcome.comment] : [];
}

/**
 * A step that was accepted although it named things the task does not, and was followed by one of the same form that names only the task's, was
 * a mistake or the repair of one: an example must not hold it.
 */
function withoutDetours(steps: readonly string[], task: string, usages: readonly Usage[]): string[] {
  const fits = steps.map((step) => fitUsage(step, usages));
  const ofTask = fits.map((fit) => [...(fit?.values.keys() ?? [])].every((word) => wholeWord(word).test(task)));
  return steps.filter((_, at) => {
    const doneRight = fits.some((fit, later) => later > at && fit?.usage === fits[at]?.usage && ofTask[later] === true);
    return fits[at] === undefined || ofTask[at] === true || !doneRight;
  });
}

function detailsOf(task: string, solution: readonly string[]): string[] {
  const quoted = [...task.matchAll(/"([^"]+)"|(?<!\w)'([^']+)'(?!\w)|\b(\d[\d.]*)\b/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
  return [...new Set(quoted)].filter((detail) => detail !== "" && solution.some((step) => wholeWord(detail).test(step)));
}
