/**
 * A simulated workshop in which the order of commands matters and nothing can be taken back. A task wants one thing to have gone through all works of a
 * craft, with one value. A work done too early spoils the thing, and so does another value or a work on another thing; then the task cannot be
 * solved any more. The state of the workshop decides, never the text of a command. A line may hold one command or several; it is carried out only when all
 * of it can be read.
 *
 * The workshop's errors are honest: they say what is wrong and show the page of the manual that is nearest to what was typed, with another example than the
 * task. What was typed is not repeated in them, since small models would copy it.
 */
import type { ActionResult, Environment, Episode, Task } from "@grapevine/core";
import { memberAt, type Random, randomFrom } from "../random.ts";
import { drawTasks, type Fact, factOf, type TaskDeck } from "../task-deck.ts";
import { wordsOf } from "../typed-words.ts";
import { type Craft, crafts, groups } from "./crafts.ts";
import { allOrders, type Command, makeProcedures, type Procedure, readArguments, splitLine, writeLine } from "./procedure.ts";

/** One goal: a thing and a value to have gone through a craft with. */
export interface Goal extends Fact {
  readonly craft: Craft;
  readonly subject: string;
  readonly value: string;
}

interface OrderWorld {
  readonly procedures: readonly Procedure[];
  /** By the craft's name, the manual's example. It is never set as a task. */
  readonly examples: ReadonlyMap<string, Goal>;
  readonly deck: TaskDeck<Goal>;
}

/** What was done to a thing in a craft. */
interface Progress {
  /** How many of the works, from the first on, were done in order. */
  readonly stage: number;
  readonly value?: string;
  readonly spoiled: boolean;
}

/** By craft and thing. What is not there was not touched. */
type State = Map<string, Progress>;

interface Step {
  readonly procedure: Procedure;
  readonly command: Command;
  readonly subject: string;
  readonly value?: string;
}

interface Misreading {
  readonly problem: string;
  readonly pages: readonly Procedure[];
}

const templateCount = 3;
const untouched: Progress = { stage: 0, spoiled: false };
const toolName = "workshop";

/** The world that the seed makes. Equal seeds make equal worlds and, with equal queries, equal tasks. */
export function createOrderWorld(seed: number): Environment {
  const world = makeWorld(seed);
  return {
    id: world.deck.world,
    simulated: true,
    actionName: "Command",
    tasks: async (query) => drawTasks(world.deck, query),
    start: async (task) => startEpisode(world, task),
  };
}

function makeWorld(seed: number): OrderWorld {
  const random = randomFrom(seed);
  const procedures = makeProcedures(random);
  const all = crafts.flatMap(goalsOf);
  const examples = new Map(crafts.map((craft) => [craft.name, exampleOf(craft, all, random)]));
  const shown = new Set([...examples.values()].map(({ name }) => name));
  const turns = random.shuffled(crafts).flatMap((_, turn, order) => order.map((craft, place) => familyName(craft, turn + place)));
  return {
    procedures,
    examples,
    deck: {
      world: `order:${seed}`,
      seed,
      families: [...new Set(turns)],
      facts: all.filter(({ name }) => !shown.has(name)),
      templateCount,
      describe: describeGoal,
    },
  };
}

/** Crafts take turns, each time with another group of things. */
function familyName(craft: Craft, group: number): string {
  return `${craft.name}-${memberAt(groups, group % groups.length).name}`;
}

function exampleOf(craft: Craft, goals: readonly Goal[], random: Random): Goal {
  const ofCraft = goals.filter((goal) => goal.craft === craft);
  return memberAt(ofCraft, random.below(ofCraft.length));
}

function goalsOf(craft: Craft): Goal[] {
  return groups.flatMap((group) =>
    group.subjects.flatMap((subject, subjectIndex) =>
      craft.values.map((value, valueIndex): Goal => {
        const family = `${craft.name}-${group.name}`;
        return {
          family,
          name: `${family}-${subjectIndex}-${valueIndex}`,
          half: subjectIndex + valueIndex,
          craft,
          subject,
          value,
        };
      }),
    ),
  );
}

function describeGoal({ craft, subject, value }: Goal, template: number): string {
  const text = memberAt(craft.templates, template).replace("{subject}", subject).replace("{value}", value);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function startEpisode(world: OrderWorld, task: Task): Episode {
  const goal = factOf(world.deck, task);
  const procedure = procedureOf(world, goal.craft);
  const state: State = new Map();
  return {
    task,
    observation: `Commands for the ${toolName}. Several on one line are done in turn. Nothing can be undone.`,
    suggestions: allOrders(procedure, goal.subject, goal.value),
    act: async (action) => run(world, goal, state, action),
  };
}

function procedureOf({ procedures }: OrderWorld, craft: Craft): Procedure {
  return memberAt(
    procedures.filter((procedure) => procedure.craft === craft),
    0,
  );
}

/** Carries a line out, or refuses it and changes nothing. */
function run(world: OrderWorld, goal: Goal, state: State, action: string): ActionResult {
  if (!isReachable(goal, state)) return spent();
  const steps = splitLine(action).map((part) => readStep(world, part));
  if (steps.length === 0) steps.push({ problem: "There is no command.", pages: world.procedures });
  const misread = steps.find((step) => "problem" in step);
  if (misread !== undefined) return refuse(world, misread, action);
  const said = steps.flatMap((step) => ("problem" in step ? [] : [carryOut(state, step)]));
  const solved = isReached(goal, state);
  const lost = !isReachable(goal, state);
  // What went wrong is past help here, so that the page is for the next task.
  const page = lost ? ["That cannot be undone. From the manual:", ...manualPage(world, procedureOf(world, goal.craft))] : [];
  return { accepted: true, observation: [...said, ...page].join("\n"), solved, done: solved || lost };
}

function spent(): ActionResult {
  return {
    accepted: false,
    observation: "Error: what was done cannot be undone; nothing helps here any more.",
    solved: false,
    done: true,
  };
}

function readStep({ procedures }: OrderWorld, part: string): Step | Misreading {
  const [verb, ...words] = wordsOf(part, toolName);
  const procedure = procedures.find(({ commands }) => commands.some(({ syntax }) => syntax.verb === verb));
  const command = procedure?.commands.find(({ syntax }) => syntax.verb === verb);
  if (procedure === undefined || command === undefined) return { problem: "There is no such command.", pages: [] };
  const read = readArguments(command, words);
  if (read === undefined) return { problem: "The arguments do not fit the command.", pages: [procedure] };
  if (!groups.some(({ subjects }) => subjects.includes(read.subject)))
    return { problem: "There is no such THING.", pages: [procedure] };
  if (read.value !== undefined && !procedure.craft.values.includes(read.value)) {
    return { problem: `There is no such ${procedure.craft.valueName}.`, pages: [] };
  }
  return { procedure, command, ...read };
}

/** What was done before is not done again; what comes before its turn spoils the thing for this craft. */
function carryOut(state: State, { procedure, command, subject, value }: Step): string {
  const key = keyOf(procedure.craft, subject);
  const progress = state.get(key) ?? untouched;
  const turn = procedure.commands.indexOf(command);
  const changes = value !== undefined && progress.value !== undefined && value !== progress.value;
  if (progress.spoiled) return `The ${subject} is spoiled: nothing can be done to it.`;
  if (turn < progress.stage && !changes) return `The ${subject} was ${command.work.done} before.`;
  if (turn !== progress.stage) {
    state.set(key, { ...progress, spoiled: true });
    return changes
      ? `The ${subject} is spoiled: it was ${command.work.done} once and cannot be again.`
      : `The ${subject} is spoiled: it was ${command.work.done} too early.`;
  }
  state.set(key, { ...progress, stage: turn + 1, ...(value === undefined ? {} : { value }) });
  return `Done: the ${subject} is ${command.work.done}${value === undefined ? "" : ` (${value})`}.`;
}

/** Can the goal still come about? Nothing else may have been touched, and nothing of it been done wrong. */
function isReachable({ craft, subject, value }: Goal, state: State): boolean {
  return [...state].every(
    ([key, progress]) => key === keyOf(craft, subject) && !progress.spoiled && (progress.value ?? value) === value,
  );
}

function isReached(goal: Goal, state: State): boolean {
  const { stage } = state.get(keyOf(goal.craft, goal.subject)) ?? untouched;
  return isReachable(goal, state) && stage === goal.craft.works.length;
}

function keyOf(craft: Craft, subject: string): string {
  return `${craft.name} ${subject}`;
}

function refuse(world: OrderWorld, { problem, pages }: Misreading, action: string): ActionResult {
  const shown = pages.length > 0 ? pages : nearestProcedures(world, action);
  const observation = [`Error: ${problem} From the manual:`, ...shown.flatMap((page) => manualPage(world, page))].join("\n");
  return { accepted: false, observation, solved: false, done: false };
}

/** A page of the manual: usage in the order of the works, and a task with the line that does it. Lines. */
function manualPage({ examples }: OrderWorld, { craft, commands }: Procedure): string[] {
  const example = examples.get(craft.name);
  const page = [`Usage: ${writeLine(commands, "THING", craft.valueName)} (to ${craft.summary})`];
  if (example === undefined) return page;
  return [...page, `Task: ${describeGoal(example, 0)}`, `Command: ${writeLine(commands, example.subject, example.value)}`];
}

/** The crafts with most of the typed words among their values and names; all of them when none of the words is known. */
function nearestProcedures({ procedures }: OrderWorld, action: string): Procedure[] {
  const typed = new Set(splitLine(action).flatMap((part) => wordsOf(part, toolName)));
  const scores = procedures.map(({ craft, commands }) => {
    const values = craft.values.some((word) => typed.has(word)) ? 2 : 0;
    const names = commands.some(({ syntax, work }) => typed.has(syntax.verb) || typed.has(work.done)) ? 1 : 0;
    return values + names + (typed.has(craft.name) ? 1 : 0);
  });
  const best = Math.max(...scores);
  return procedures.filter((_, index) => scores[index] === best);
}
