/**
 * How much a task is put like the tasks that a lesson speaks of. Tasks of one kind say the same with other names: what they share are the small words and their order
 * ("the … belongs in the …"), which vectors and rare words both look past. Vectors tell a garden from a person; the wording tells the kinds apart that speak of the same things.
 *
 * The measure is the longest row of words that both have in the same order, as a share of all words of both (the coefficient of L. R. Dice, 1945, over common
 * subsequences). A name in capitals stands for a value: a number or a proper name in the task is the same word as a name whose value in the example is one, too. A count is told
 * from a colour by that where both "should be" something. The figures are in docs/decisions/0030-actions.md.
 */
import type { LessonBody } from "@grapevine/core";

/** From 0 to 1, of the likest wording that the situation quotes, or of the example's task where it quotes none: in that the names count, too. 0 for a lesson without either. */
export function wordingLikeness(task: string, { situation, example }: Pick<LessonBody, "situation" | "example">): number {
  const quoted = quotedWordings(situation);
  const wordings = quoted.length > 0 || example === undefined ? quoted : [example.task];
  const words = wordsOf(task);
  const shapes = shapesOfNames(quoted, example);
  return Math.max(0, ...wordings.map((wording) => likeness(words, wordsOf(wording), shapes)));
}

/** How the values look that the example has for the names: a NUMBER is digits, a PERSON begins with a capital. */
function shapesOfNames(quoted: readonly string[], example: LessonBody["example"]): Shapes {
  const values = example === undefined ? undefined : quoted.flatMap((wording) => valuesIn(example.task, wording) ?? [])[0];
  return new Map([...(values ?? [])].map(([name, value]) => [name, shapeOf(value)]));
}

/** Most words are neither: they say nothing of what they stand for. */
type Shape = "number" | "proper name" | undefined;
type Shapes = ReadonlyMap<string, Shape>;

function shapeOf(word: string): Shape {
  if (/^\p{N}+$/u.test(word)) return "number";
  return /^\p{Lu}[\p{Ll}']+$/u.test(word) ? "proper name" : undefined;
}

/** How tasks are put, as the situation of a lesson quotes it. */
export function quotedWordings(situation: string): string[] {
  return [...situation.matchAll(/"([^"]+)"/g)].map(([, text = ""]) => text);
}

/** Of longer texts the beginning says enough, and the comparison costs the square of it. */
const maxWords = 64;

function wordsOf(text: string): string[] {
  return (text.match(/[\p{L}\p{N}']+/gu) ?? []).slice(0, maxWords);
}

function likeness(first: readonly string[], second: readonly string[], shapes: Shapes): number {
  const all = first.length + second.length;
  return all === 0 ? 0 : (2 * longestCommonRow(first, second, shapes)) / all;
}

function longestCommonRow(first: readonly string[], second: readonly string[], shapes: Shapes): number {
  const lower = second.map((word) => word.toLowerCase());
  let above = [0, ...second].map(() => 0);
  for (const word of first) {
    const row = [0];
    const [plain, shape] = [word.toLowerCase(), shapeOf(word)];
    for (const [at, other] of second.entries()) {
      const isSame = plain === lower[at] || (shape !== undefined && shapes.get(other) === shape);
      row.push(isSame ? (above[at] ?? 0) + 1 : Math.max(above[at + 1] ?? 0, row[at] ?? 0));
    }
    above = row;
  }
  return above.at(-1) ?? 0;
}

/**
 * The example's task as it would be put in the wording that is most like the task at hand, as far as the lesson knows one: a small model goes on with what looks like its own
 * task. Nothing is made up: the wording was seen with other names, and the names in another wording. `further`: wordings that other lessons of the same cluster quote.
 */
export function retoldExample(
  task: string,
  { situation, example }: Pick<LessonBody, "situation" | "example">,
  further: readonly string[] = [],
): string | undefined {
  if (example === undefined) return undefined;
  const quoted = quotedWordings(situation);
  const values = quoted.flatMap((wording) => valuesIn(example.task, wording) ?? [])[0];
  if (values === undefined) return example.task;
  const words = wordsOf(task);
  const shapes = shapesOfNames(quoted, example);
  const told = [...quoted, ...further].filter((wording) => namesIn(wording).every((name) => values.has(name)));
  const likenessTo = (wording: string): number => likeness(words, wordsOf(wording), shapes);
  const [nearest] = told.sort((first, second) => likenessTo(second) - likenessTo(first));
  if (nearest === undefined || valuesIn(example.task, nearest) !== undefined) return example.task;
  const retold = nearest.replace(valueName, (name) => values.get(name) ?? name);
  return `${retold.charAt(0).toUpperCase()}${retold.slice(1)}${/[.?!]$/.test(retold) ? "" : "."}`;
}

/** What stands in a wording for the names of one task, as manuals have it: `THING`. */
const valueName = /\b[A-Z][A-Z0-9_-]+\b/g;

function namesIn(wording: string): string[] {
  return wording.match(valueName) ?? [];
}

/**
 * The names of the example by what the wording calls them; undefined where the example is put in another wording. Word by word, at most one name in each: the wording may be
 * a stranger's, and a pattern made of it could take for ever.
 */
function valuesIn(text: string, wording: string): ReadonlyMap<string, string> | undefined {
  const told = wordsInSpaces(text);
  const called = wordsInSpaces(wording);
  if (told.length !== called.length) return undefined;
  const values = new Map<string, string>();
  for (const [at, word] of told.entries()) {
    const pattern = called[at] ?? "";
    const [name, ...others] = namesIn(pattern);
    if (others.length > 0) return undefined;
    if (name === undefined && word.toLowerCase() !== pattern.toLowerCase()) return undefined;
    if (name === undefined) continue;
    const value = valueAround(word, pattern, name);
    if (value === undefined) return undefined;
    values.set(name, value);
  }
  return values;
}

const wordsInSpaces = (text: string): string[] => text.trim().replace(/[.]$/, "").split(/\s+/);

/** Of `tin's`, called `BOX's`, it is `tin`. */
function valueAround(word: string, pattern: string, name: string): string | undefined {
  const start = pattern.indexOf(name);
  const rest = pattern.length - start - name.length;
  const around = word.slice(0, start) + word.slice(word.length - rest);
  const isSo = word.length > start + rest && around.toLowerCase() === pattern.replace(name, "").toLowerCase();
  return isSo ? word.slice(start, word.length - rest) : undefined;
}
