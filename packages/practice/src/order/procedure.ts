/** Makes the procedures of an order world from a seed: which commands do a craft, how each is written, and in which order they have to come. */
import { flags, symbols, verbs } from "../command-names.ts";
import { memberAt, type Random } from "../random.ts";
import { readParts, type Shape, type Syntax, writeCommand } from "../tools/syntax.ts";
import { type Craft, crafts, type Work } from "./crafts.ts";

export interface Command {
  readonly work: Work;
  /** Shape and mark are used where the work sets a value; else the command is verb and subject. */
  readonly syntax: Syntax;
}

export interface Procedure {
  readonly craft: Craft;
  /** In the only order that leads to the goal. */
  readonly commands: readonly Command[];
}

const betweenWords: readonly string[] = "per into upon under onto past amid near".split(" ");
const shapes: readonly Shape[] = ["flag", "symbol", "word"];
/** What stands between commands on one line. */
const separator = " ; ";

export function makeProcedures(random: Random): Procedure[] {
  const names = random.shuffled(verbs);
  const marks: Readonly<Record<Shape, string[]>> = {
    flag: random.shuffled(flags),
    symbol: random.shuffled(symbols),
    word: random.shuffled(betweenWords),
  };
  return crafts.map((craft, craftIndex): Procedure => {
    const shape = memberAt(shapes, craftIndex % shapes.length);
    const mark = memberAt(marks[shape], Math.floor(craftIndex / shapes.length));
    const works = random.shuffled(craft.works);
    return {
      craft,
      commands: works.map((work, index) => ({
        work,
        syntax: { verb: memberAt(names, craftIndex * works.length + index), shape, mark },
      })),
    };
  });
}

/** The commands as one line, in the order that was given. */
export function writeLine(commands: readonly Command[], subject: string, value: string): string {
  return commands
    .map(({ work, syntax }) => (work.setsValue ? writeCommand(syntax, subject, value) : `${syntax.verb} ${subject}`))
    .join(separator);
}

/** All orders of the procedure's commands, as lines, in the order of the alphabet: one of them leads to the goal. */
export function allOrders({ commands }: Procedure, subject: string, value: string): string[] {
  return permutations(commands)
    .map((order) => writeLine(order, subject, value))
    .sort();
}

/** The commands that were typed on one line, each by itself: `;`, `&&`, commas and the words `then` and `and` stand between them. */
export function splitLine(typed: string): string[] {
  return typed
    .split(/;|&&|,|\n|\bthen\b|\band\b/i)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** Subject and value from the words after the verb; the value is undefined for works that set none. */
export function readArguments(
  { work, syntax }: Command,
  words: readonly string[],
): { subject: string; value?: string } | undefined {
  if (!work.setsValue) return words.length === 1 && words[0] !== undefined ? { subject: words[0] } : undefined;
  const { subject, value } = readParts(syntax, words);
  return subject === undefined || value === undefined ? undefined : { subject, value };
}

function permutations<Member>(members: readonly Member[]): Member[][] {
  if (members.length === 0) return [[]];
  return members.flatMap((member, index) =>
    permutations([...members.slice(0, index), ...members.slice(index + 1)]).map((rest) => [member, ...rest]),
  );
}
