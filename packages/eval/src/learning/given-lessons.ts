/** Lessons that are put into a prompt by hand: the right one, which shows what the model could do at best, and one of another kind, which shows what mere text does. */
import {
  type Environment,
  type LessonBody,
  type LessonDraft,
  type RecalledLesson,
  type SignedRecord,
  signRecord,
  type Task,
} from "@grapevine/core";
import { recalledAsGiven } from "@grapevine/node/pipeline";
import { readManual, solve, trueLesson } from "../scenarios/trial-lessons.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { identityCalled } from "../simulated-node.ts";

/** The right lesson for a task, undefined where nobody can say it. */
export type LessonByHand = (environment: Environment, task: Task) => Promise<RecalledLesson | undefined>;

/**
 * For tools: the rule of the task's family from the manual, with an example that is solved on the spot. For other worlds that suggest actions: an example with the
 * suggestion that does it. For questions with options: the answer itself, as the environment gives it away. Examples are tasks for practice, never the one that is tested.
 */
export function lessonsByHand(practice: readonly { readonly environment: Environment; readonly task: Task }[]): LessonByHand {
  const known = new Map<string, Promise<LessonDraft | undefined>>();
  return async (environment, task) => {
    const episode = await environment.start(task);
    if (episode.choices !== undefined) return given(await answerDraft(environment, task, episode.choices));
    const key = `${environment.id} ${task.family}`;
    const drafted = known.get(key) ?? draftOfFamily(environment, task.family, practice);
    known.set(key, drafted);
    return given(await drafted);
  };
}

/** One of the lessons that is not about the task's family; undefined when all of them are. */
export function lessonOfAnotherKind(
  lessons: readonly SignedRecord<LessonBody>[],
  { family }: Task,
  random: SeededRandom,
): RecalledLesson | undefined {
  const [drawn] = random.shuffled(lessons.filter(({ body }) => !body.tags.includes(family)));
  return drawn === undefined ? undefined : recalledAsGiven(drawn);
}

async function draftOfFamily(
  environment: Environment,
  family: string,
  practice: readonly { readonly environment: Environment; readonly task: Task }[],
): Promise<LessonDraft | undefined> {
  const examples = practice.filter((each) => each.environment.id === environment.id && each.task.family === family);
  for (const { task } of examples) {
    const solved = await solve(environment, task, await readManual(environment, task));
    if (solved !== undefined) return trueLesson(solved, environment.id);
    const { suggestions = [] } = await environment.start(task);
    const action = await solvingAction(environment, task, suggestions);
    if (action !== undefined) return exampleDraft(environment, task, action);
  }
  return undefined;
}

async function solvingAction(environment: Environment, task: Task, actions: readonly string[]): Promise<string | undefined> {
  for (const action of actions) {
    const episode = await environment.start(task);
    if ((await episode.act(action)).solved) return action;
  }
  return undefined;
}

function exampleDraft(environment: Environment, { prompt, family }: Task, action: string): LessonDraft {
  return {
    kind: "procedure",
    title: "A task of this kind",
    situation: "You have a task of this kind",
    guidance: "Do it as the example shows, with the details of your task",
    example: { task: prompt, steps: [action] },
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: [family],
    environment: { environment: environment.id },
    derivedFrom: [],
  };
}

async function answerDraft(environment: Environment, task: Task, choices: readonly string[]): Promise<LessonDraft | undefined> {
  const answer = await solvingAction(environment, task, choices);
  if (answer === undefined) return undefined;
  return {
    kind: "fact",
    title: "The answer to a question",
    situation: "You are asked this question",
    guidance: `The answer is: ${answer}`,
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: [],
    derivedFrom: [],
  };
}

function given(draft: LessonDraft | undefined): RecalledLesson | undefined {
  if (draft === undefined) return undefined;
  return recalledAsGiven(signRecord<LessonBody>(identityCalled("by hand"), { ...draft, type: "lesson", seq: 1, createdAt: 0 }));
}
