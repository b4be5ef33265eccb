/**
 * A simulated command-line tool. A task wants one fact of a small world to be so; the state of the world decides, never the text of a
 * command. Anything else that was changed has to be put back before the task counts as solved.
 *
 * The tool's errors are honest: they say what is wrong and show the page of the manual that is nearest to what was typed (as real tools do with
 * "did you mean"), with another example than the task. What was typed is not repeated in them, since small models would copy it.
 */
import type { ActionResult, Environment, Episode, Task, TaskQuery } from "@grapevine/core";
import { practiceErrors } from "../errors.ts";
import { memberAt, randomFrom } from "../random.ts";
import { wordsOf } from "../typed-words.ts";
import {
  completions,
  type Details,
  describeTask,
  drawDetails,
  type Family,
  makeTool,
  manualPage,
  type Tool,
} from "./families.ts";
import type { Kind } from "./kinds.ts";
import { readParts } from "./syntax.ts";

/** Facts: by family and subject, the value. */
type State = Map<string, string>;

/** The world that the seed makes. Equal seeds make equal worlds and, with equal queries, equal tasks. */
export function createToolWorld(seed: number): Environment {
  const tool = makeTool(seed);
  return {
    id: `tools:${seed}`,
    simulated: true,
    actionName: "Command",
    tasks: async (query) => drawTasks(tool, seed, query),
    start: async (task) => startEpisode(tool, task),
  };
}

/** Families take turns, so that any few tasks in a row touch all of them. */
function drawTasks(tool: Tool, seed: number, { count, seed: querySeed, split }: TaskQuery): Task[] {
  const capacity = tool.families.length * Math.min(...tool.families.map((family) => capacityOf(family, split)));
  if (!Number.isInteger(count) || count < 0 || count > capacity) {
    throw practiceErrors.create(
      "TASKS_EXHAUSTED",
      `${count} is not a number of tasks from 0 to ${capacity}, all that tools:${seed} has${split === undefined ? "" : ` for ${split}`}`,
    );
  }
  const random = randomFrom(seed, querySeed);
  const families = random.shuffled(tool.families);
  const facts = new Set(families.map((family) => factOf(family.kind, family.example)));
  const tasks: Task[] = [];
  while (tasks.length < count) {
    const { kind } = memberAt(families, tasks.length % families.length);
    const details = drawDetails(kind, random);
    const fact = factOf(kind, details);
    if (facts.has(fact) || !isInSplit(details, split)) continue;
    facts.add(fact);
    tasks.push(makeTask(kind, details));
  }
  return tasks;
}

/** Half of all facts are for practice, half for tests: neighbouring values of a subject fall into different halves. */
function isInSplit({ subject, value }: Pick<Details, "subject" | "value">, split: TaskQuery["split"]): boolean {
  return split === undefined || ((subject + value) % 2 === 0) === (split === "practice");
}

/** Distinct facts of a family in a split, the manual's example left out. */
function capacityOf({ kind }: Family, split: TaskQuery["split"]): number {
  const all = kind.subjects.length * kind.values.length;
  return (split === undefined ? all : Math.floor(all / 2)) - 1;
}

function factOf(kind: Kind, { subject, value }: Details): string {
  return `${kind.name}-${subject}-${value}`;
}

function makeTask(kind: Kind, details: Details): Task {
  return { id: `${factOf(kind, details)}-${details.template}`, family: kind.name, prompt: describeTask(kind, details) };
}

function startEpisode(tool: Tool, task: Task): Episode {
  const { family, details } = readTask(tool, task);
  const before = initialState(tool, family, details);
  const goal = new Map(before).set(keyOf(family.kind, details.subject), memberAt(family.kind.values, details.value));
  const state: State = new Map(before);
  return {
    task,
    observation: `Commands for the tool ${tool.name}.`,
    suggestions: completions(tool, family.kind, details),
    act: async (action): Promise<ActionResult> => {
      const { accepted, observation } = run(tool, state, action);
      const solved = [...goal].every(([key, value]) => state.get(key) === value);
      return { accepted, observation, solved, done: solved };
    },
  };
}

/** @throws TASK_UNKNOWN */
function readTask(tool: Tool, task: Task): { family: Family; details: Details } {
  const [name, ...numbers] = task.id.split("-");
  const [subject = -1, value = -1, template = -1] = numbers.map(Number);
  const family = tool.families.find(({ kind }) => kind.name === name);
  const { subjects, values, templates } = family?.kind ?? { subjects: [], values: [], templates: [] };
  if (family === undefined || !(subject in subjects && value in values && template in templates)) {
    throw practiceErrors.create("TASK_UNKNOWN", `the tool ${tool.name} has no task "${task.id}"`);
  }
  return { family, details: { subject, value, template } };
}

/** Every fact has a value, and the one that the task is about has another than the wanted. */
function initialState(tool: Tool, goalFamily: Family, goal: Details): State {
  const state: State = new Map();
  for (const family of tool.families) {
    const { subjects, values } = family.kind;
    for (const subject of subjects.keys()) {
      const plain = (subject * 5) % values.length;
      const isGoal = family === goalFamily && subject === goal.subject;
      state.set(
        keyOf(family.kind, subject),
        memberAt(values, isGoal && plain === goal.value ? (plain + 1) % values.length : plain),
      );
    }
  }
  return state;
}

function keyOf(kind: Kind, subject: number): string {
  return `${kind.name} ${memberAt(kind.subjects, subject)}`;
}

/** Carries a command out, or refuses it and changes nothing. */
function run(tool: Tool, state: State, action: string): Pick<ActionResult, "accepted" | "observation"> {
  const [verb, ...words] = wordsOf(action, tool.name);
  const family = tool.families.find(({ syntax }) => syntax.verb === verb);
  if (family === undefined) {
    return refuse("There is no such command.", nearestFamilies(tool, verb === undefined ? [] : [verb, ...words]));
  }
  const { kind, syntax } = family;
  const parts = readParts(syntax, words);
  if (parts.subject === undefined || parts.value === undefined) return refuse("The arguments do not fit the command.", [family]);
  const subject = indexOfWord(kind.subjects, parts.subject);
  const value = indexOfWord(kind.values, parts.value);
  const meant = nearestFamilies(tool, words);
  if (subject === -1) return refuse(`There is no such ${kind.subjectName}.`, meant);
  if (value === -1) return refuse(`There is no such ${kind.valueName}.`, meant);
  const key = keyOf(kind, subject);
  const earlier = state.get(key);
  state.set(key, memberAt(kind.values, value));
  return { accepted: true, observation: `Done: ${key} was ${earlier}, is ${state.get(key)}.` };
}

function refuse(problem: string, pages: readonly Family[]): Pick<ActionResult, "accepted" | "observation"> {
  return { accepted: false, observation: [`Error: ${problem} From the manual:`, ...pages.flatMap(manualPage)].join("\n") };
}

/** The families with most of the typed words in their vocabulary; all of them when none of the words is known. */
function nearestFamilies(tool: Tool, words: readonly string[]): Family[] {
  const scores = tool.families.map(({ kind }) => {
    const knows = (names: readonly string[]): number => (words.some((word) => indexOfWord(names, word) !== -1) ? 1 : 0);
    return knows(kind.subjects) + knows(kind.values);
  });
  const best = Math.max(...scores);
  return tool.families.filter((_, index) => scores[index] === best);
}

function indexOfWord(names: readonly string[], word: string): number {
  return names.findIndex((name) => name.toLowerCase() === word.toLowerCase());
}
