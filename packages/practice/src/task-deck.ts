/** The tasks of a generated world: every fact that it can ask for, once, by family and half. */
import type { Task, TaskQuery } from "@grapevine/core";
import { practiceErrors } from "./errors.ts";
import { memberAt, randomFrom } from "./random.ts";

export interface Fact {
  readonly family: string;
  /** Unique in the world. A task's id is this and the number of its template: `paint-toys-3-5-0`. */
  readonly name: string;
  /** Odd facts are for tests, even ones for practice. */
  readonly half: number;
}

export interface TaskDeck<Details extends Fact> {
  /** A specification, for messages. */
  readonly world: string;
  readonly seed: number;
  /** In the order in which they take turns, so that any few tasks in a row touch many of them. */
  readonly families: readonly string[];
  /** All of them but those that the manual gives away. */
  readonly facts: readonly Details[];
  readonly templateCount: number;
  describe(fact: Details, template: number): string;
}

/** Distinct facts, each as one task. @throws TASKS_EXHAUSTED */
export function drawTasks<Details extends Fact>(deck: TaskDeck<Details>, { count, seed, split }: TaskQuery): Task[] {
  const random = randomFrom(deck.seed, seed);
  const piles = deck.families.map((family) =>
    random.shuffled(deck.facts.filter((fact) => fact.family === family && isInSplit(fact, split))),
  );
  const capacity = piles.length * Math.min(...piles.map((pile) => pile.length));
  if (!Number.isInteger(count) || count < 0 || count > capacity) {
    throw practiceErrors.create(
      "TASKS_EXHAUSTED",
      `${count} is not a number of tasks from 0 to ${capacity}, all that ${deck.world} has${split === undefined ? "" : ` for ${split}`}`,
    );
  }
  const first = random.below(piles.length);
  return Array.from({ length: count }, (_, index): Task => {
    const pile = memberAt(piles, (first + index) % piles.length);
    return taskOf(deck, memberAt(pile, Math.floor(index / piles.length)), random.below(deck.templateCount));
  });
}

/** The fact that a task asks for. @throws TASK_UNKNOWN */
export function factOf<Details extends Fact>({ facts, templateCount, world }: TaskDeck<Details>, { id }: Task): Details {
  const fact = facts.find(({ name }) => id.startsWith(`${name}-`) && isTemplate(id.slice(name.length + 1), templateCount));
  if (fact === undefined) throw practiceErrors.create("TASK_UNKNOWN", `${world} has no task "${id}"`);
  return fact;
}

function taskOf<Details extends Fact>(deck: TaskDeck<Details>, fact: Details, template: number): Task {
  return { id: `${fact.name}-${template}`, family: fact.family, prompt: deck.describe(fact, template) };
}

function isTemplate(text: string, templateCount: number): boolean {
  return /^\d$/.test(text) && Number(text) < templateCount;
}

function isInSplit({ half }: Fact, split: TaskQuery["split"]): boolean {
  return split === undefined || (half % 2 === 0) === (split === "practice");
}
