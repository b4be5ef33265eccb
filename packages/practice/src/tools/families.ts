/** Makes a tool from a seed: its name, what it can do, and the syntax of each command, which nobody can know beforehand. */
import { flags, symbols, verbs } from "../command-names.ts";
import { memberAt, type Random, randomFrom } from "../random.ts";
import { type Kind, kinds } from "./kinds.ts";
import { type Shape, type Syntax, writeCommand } from "./syntax.ts";

/** One thing to do with one tool: a task is a family and three indices. */
export interface Family {
  readonly kind: Kind;
  readonly syntax: Syntax;
  /** The manual's example. It is never set as a task. */
  readonly example: Details;
}

/** Indices into the subjects, values and templates of a kind. */
export interface Details {
  readonly subject: number;
  readonly value: number;
  readonly template: number;
}

export interface Tool {
  readonly name: string;
  readonly families: readonly Family[];
}

/** Every kind of work has a command, so that a guess among all of a tool's commands is right once in six times. */
const familyCount = 6;
const toolNames: readonly string[] = [
  "delta",
  "orbit",
  "pilot",
  "spark",
  "vector",
  "matrix",
  "castle",
  "forest",
  "river",
  "tower",
];
const betweenWords: readonly string[] = "per into upon under with over".split(" ");
const shapes: readonly Shape[] = ["flag", "symbol", "word"];

export function makeTool(seed: number): Tool {
  const random = randomFrom(seed);
  const name = memberAt(toolNames, random.below(toolNames.length));
  const names = random.shuffled(verbs);
  const marks: Readonly<Record<Shape, string[]>> = {
    flag: random.shuffled(flags),
    symbol: random.shuffled(symbols),
    word: random.shuffled(betweenWords),
  };
  const order = random.shuffled(shapes);
  const families = random
    .shuffled(kinds)
    .slice(0, familyCount)
    .map((kind, index): Family => {
      const shape = memberAt(order, index % order.length);
      return {
        kind,
        syntax: { verb: memberAt(names, index), shape, mark: memberAt(marks[shape], Math.floor(index / order.length)) },
        example: drawDetails(kind, random),
      };
    });
  return { name, families };
}

export function drawDetails(kind: Kind, random: Random): Details {
  return {
    subject: random.below(kind.subjects.length),
    value: random.below(kind.values.length),
    template: random.below(kind.templates.length),
  };
}

/** The task in words. */
export function describeTask(kind: Kind, details: Details): string {
  return memberAt(kind.templates, details.template)
    .replace("{subject}", memberAt(kind.subjects, details.subject))
    .replace("{value}", memberAt(kind.values, details.value));
}

/** Every command of the tool, applied to the details of a task: one of them does it. In the order of the commands' names. */
export function completions(tool: Tool, kind: Kind, details: Details): string[] {
  const subject = memberAt(kind.subjects, details.subject);
  const value = memberAt(kind.values, details.value);
  return tool.families.map(({ syntax }) => writeCommand(syntax, subject, value)).sort();
}

/** A page of the tool's manual: usage, and a task with the command that does it. Lines. */
export function manualPage({ kind, syntax, example }: Family): string[] {
  const command = writeCommand(syntax, memberAt(kind.subjects, example.subject), memberAt(kind.values, example.value));
  return [
    `Usage: ${writeCommand(syntax, kind.subjectName, kind.valueName)} (to ${kind.summary})`,
    `Task: ${describeTask(kind, example)}`,
    `Command: ${command}`,
  ];
}
