/**
 * A simulated query language over tables. A task is a question; a query answers it when it gives what the question's own working out gives, on the
 * table that is there and on two others of the same columns, as a right query does and a lucky one does not (the test suites of Zhong, Yu and Klein,
 * EMNLP 2020). How the query is written is never compared.
 *
 * The language's errors are honest: they say what is wrong and show the pages of the manual that are nearest to what was typed, each with another
 * example than the task. What was typed is not repeated in them, since small models would copy it.
 */
import type { ActionResult, Environment, Episode, Task } from "@grapevine/core";
import { memberAt, type Random, randomFrom } from "../random.ts";
import { drawTasks, type Fact, factOf, type TaskDeck } from "../task-deck.ts";
import { wordsOf } from "../typed-words.ts";
import { type Answer, type Kind, kinds } from "./kinds.ts";
import { type Language, makeLanguage, type Parts, readParts, writeQuery } from "./language.ts";
import { fillTable, type Rows } from "./rows.ts";
import { schemas, type TableSchema } from "./schema.ts";

/** One question: a kind and its parts. */
export interface Question extends Fact {
  readonly kind: Kind;
  readonly schema: TableSchema;
  readonly parts: Parts;
}

interface QueryWorld {
  readonly language: Language;
  /** By the kind's name, the manual's example. It is never set as a task. */
  readonly examples: ReadonlyMap<string, Question>;
  /** By the table's name, its rows: first those that are there, then the others. */
  readonly contents: ReadonlyMap<string, readonly Rows[]>;
  readonly deck: TaskDeck<Question>;
}

const contentCount = 3;
const templateCount = 3;
const tableNames: readonly string[] = schemas.map(({ name }) => name);

/** The world that the seed makes. Equal seeds make equal worlds and, with equal queries, equal tasks. */
export function createQueryWorld(seed: number): Environment {
  const world = makeWorld(seed);
  return {
    id: world.deck.world,
    simulated: true,
    actionName: "Query",
    tasks: async (query) => drawTasks(world.deck, query),
    start: async (task) => startEpisode(world, task),
  };
}

function makeWorld(seed: number): QueryWorld {
  const random = randomFrom(seed);
  const language = makeLanguage(random);
  const contents = new Map(
    schemas.map((schema) => [schema.name, Array.from({ length: contentCount }, () => fillTable(schema, random))]),
  );
  const all = kinds.flatMap((kind) => schemas.flatMap((schema) => questionsOf(kind, schema)));
  const examples = new Map(kinds.map((kind) => [kind.name, memberAtRandom(all, kind, random)]));
  const shown = new Set([...examples.values()].map(({ name }) => name));
  const turns = random.shuffled(kinds).flatMap((_, turn, order) => order.map((kind, place) => familyName(kind, turn + place)));
  return {
    language,
    contents,
    examples,
    deck: {
      world: `tables:${seed}`,
      seed,
      families: [...new Set(turns)],
      facts: all.filter(({ name }) => !shown.has(name)),
      templateCount,
      describe: ({ kind, parts }, template) => describeQuestion(kind, parts, template),
    },
  };
}

/** Kinds take turns, each time with another table. */
function familyName(kind: Kind, table: number): string {
  return `${kind.name}-${memberAt(tableNames, table % tableNames.length)}`;
}

function memberAtRandom(questions: readonly Question[], kind: Kind, random: Random): Question {
  const ofKind = questions.filter((question) => question.kind === kind);
  return memberAt(ofKind, random.below(ofKind.length));
}

function questionsOf(kind: Kind, schema: TableSchema): Question[] {
  const family = `${kind.name}-${schema.name}`;
  return kind.columns(schema).flatMap((column, columnIndex) =>
    kind.values(schema, column).map((value, valueIndex): Question => {
      const parts: Parts = { table: schema.name, column, value };
      return { family, name: `${family}-${columnIndex}-${valueIndex}`, half: columnIndex + valueIndex, kind, schema, parts };
    }),
  );
}

function describeQuestion(kind: Kind, { table, column, value }: Parts, template: number): string {
  return memberAt(kind.templates, template).replace("{table}", table).replace("{column}", column).replace("{value}", value);
}

function startEpisode(world: QueryWorld, task: Task): Episode {
  const { kind, parts } = factOf(world.deck, task);
  const wanted = answersOf(world, kind, parts);
  return {
    task,
    observation: `Queries in the language ${world.language.name}. Tables: ${tableNames.join(", ")}.`,
    suggestions: kinds.map((other) => writeQuery(world.language, other, parts)).sort(),
    act: async (action): Promise<ActionResult> => run(world, wanted, action),
  };
}

/** What the query gives on each of the contents of its table. */
function answersOf({ contents }: QueryWorld, kind: Kind, { table, column, value }: Parts): Answer[] {
  return (contents.get(table) ?? []).map((rows) => [...kind.answer(rows, column, value)].sort());
}

function run(world: QueryWorld, wanted: readonly Answer[], action: string): ActionResult {
  const { language, deck } = world;
  const words = wordsOf(action, language.name);
  const kind = kinds.find(({ name }) => language.verbs.get(name) === words[0]);
  if (kind === undefined) return refuse(world, "There is no such command.", nearestKinds(deck, words));
  const read = readParts(language, words.slice(1));
  if (read === undefined) return refuse(world, "The arguments do not fit the command.", [kind]);
  const parts: Parts = {
    ...read,
    table: tableNames.find((name) => name === read.table || name === `${read.table}s`) ?? read.table,
  };
  const problem = problemOf(kind, parts);
  if (problem !== undefined) return refuse(world, problem, nearestKinds(deck, words.slice(1)));
  const answers = answersOf(world, kind, parts);
  const shown = answers[0]?.join(", ") || "nothing";
  const solved = JSON.stringify(answers) === JSON.stringify(wanted);
  if (solved) return { accepted: true, observation: `Answer: ${shown}.`, solved, done: true };
  const others = nearestKinds(deck, words.slice(1)).filter((other) => other !== kind);
  return refuse(world, `The query gives ${shown}, which is not what was asked for.`, others.length > 0 ? others : [kind]);
}

function problemOf(kind: Kind, { table, column, value }: Parts): string | undefined {
  const schema = schemas.find(({ name }) => name === table);
  if (schema === undefined) return "There is no such TABLE.";
  if (!kind.columns(schema).includes(column)) return "The TABLE has no such COLUMN for this command.";
  const values = kind.values(schema, column);
  const takesNumbers = values.every(isNumber);
  return values.includes(value) || (takesNumbers && isNumber(value)) ? undefined : `There is no such ${kind.valueName}.`;
}

function refuse(world: QueryWorld, problem: string, pages: readonly Kind[]): ActionResult {
  const observation = [`Error: ${problem} From the manual:`, ...pages.flatMap((kind) => manualPage(world, kind))].join("\n");
  return { accepted: false, observation, solved: false, done: false };
}

/** A page of the manual: usage, and a question with the query that answers it. Lines. */
function manualPage({ language, examples }: QueryWorld, kind: Kind): string[] {
  const example = examples.get(kind.name);
  const usage = writeQuery(language, kind, { table: "TABLE", column: "COLUMN", value: kind.valueName });
  const page = [`Usage: ${usage} (to ${kind.summary})`];
  if (example === undefined) return page;
  return [...page, `Task: ${describeQuestion(kind, example.parts, 0)}`, `Query: ${writeQuery(language, kind, example.parts)}`];
}

/** The kinds that can be asked with most of the typed words; all of them when none of the words is known. */
function nearestKinds({ facts }: TaskDeck<Question>, words: readonly string[]): Kind[] {
  const typed = new Set(words);
  const scores = kinds.map((kind) => {
    const ofKind = facts.filter((question) => question.kind === kind);
    const fits = ofKind.map(({ parts }) => Number(typed.has(parts.column)) + Number(typed.has(parts.value)));
    return Math.max(...fits) + (kind.alsoKnownAs.some((word) => typed.has(word)) ? 1 : 0);
  });
  const best = Math.max(...scores);
  return kinds.filter((_, index) => scores[index] === best);
}

function isNumber(text: string): boolean {
  return /^\d{1,6}$/.test(text);
}
