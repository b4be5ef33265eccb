/** Makes a query language from a seed: a word for each kind of question, and a mark before each part of a query, which nobody can know beforehand. */
import { flags, symbols, verbs } from "../command-names.ts";
import { memberAt, type Random } from "../random.ts";
import { type Kind, kinds } from "./kinds.ts";

export type PartName = "table" | "column" | "value";
export type Parts = Readonly<Record<PartName, string>>;

export interface Language {
  readonly name: string;
  /** By the kind's name. */
  readonly verbs: ReadonlyMap<string, string>;
  /** What stands before each part: a word (`upon ships`), a flag (`--beam ships`) or a symbol (`@ ships`). */
  readonly marks: Parts;
  /** The order in which the language itself writes the parts. It reads them in any. */
  readonly order: readonly PartName[];
}

const names: readonly string[] = ["quill", "ledger", "cipher", "prism", "atlas", "lumen", "rustic", "tempo"];
const betweenWords: readonly string[] = "per into upon under onto past amid near".split(" ");
const partNames: readonly PartName[] = ["table", "column", "value"];

export function makeLanguage(random: Random): Language {
  const words = random.shuffled(verbs);
  const [first = "", second = "", third = ""] = random.shuffled([
    memberAt(betweenWords, random.below(betweenWords.length)),
    `--${memberAt(flags, random.below(flags.length))}`,
    memberAt(symbols, random.below(symbols.length)),
  ]);
  return {
    name: memberAt(names, random.below(names.length)),
    verbs: new Map(kinds.map(({ name }, index) => [name, memberAt(words, index)])),
    marks: { table: first, column: second, value: third },
    order: random.shuffled(partNames),
  };
}

/** The query in the language's own spelling. */
export function writeQuery({ verbs: words, marks, order }: Language, kind: Kind, parts: Parts): string {
  return [words.get(kind.name), ...order.flatMap((part) => [marks[part], parts[part]])].join(" ");
}

/** The parts in the words after the verb, in any order; undefined when there is another word, or a part is missing or there twice. */
export function readParts({ marks }: Language, words: readonly string[]): Parts | undefined {
  const read = new Map<PartName, string>();
  let rest = words;
  while (rest.length > 0) {
    const part = partNames.find((name) => rest[0] === marks[name] || (isFlag(marks[name]) && rest[0] === marks[name].slice(1)));
    const joined = part !== undefined && isFlag(marks[part]) && rest[1] === "=" ? 1 : 0;
    const word = rest[1 + joined];
    if (part === undefined || word === undefined || read.has(part)) return undefined;
    read.set(part, word);
    rest = rest.slice(2 + joined);
  }
  const [table, column, value] = partNames.map((name) => read.get(name));
  return table === undefined || column === undefined || value === undefined ? undefined : { table, column, value };
}

function isFlag(mark: string): boolean {
  return mark.startsWith("--");
}
