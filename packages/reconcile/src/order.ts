/** Who does what to whom, and what comes first: the order in a text, where it carries the meaning. */
import type { Clause } from "./clauses.ts";
import { isNumber } from "./quantities.ts";
import type { Token } from "./tokens.ts";
import { traits } from "./traits.ts";

/** A clause with its stems and marks as a set. */
export interface ClauseContent {
  readonly clause: Clause;
  readonly stems: ReadonlySet<string>;
}

export function contentOf(clause: Clause): ClauseContent {
  const stems = new Set<string>();
  for (const { item } of clause.words) if (item !== undefined) stems.add(item);
  return { clause, stems };
}

/** Everything of one set happens before everything of the other. */
export interface Sequence {
  readonly earlier: ReadonlySet<string>;
  readonly later: ReadonlySet<string>;
}

/** What stands on both sides of a direction word: `copy the old A to B` gives (copy, old, A), to, (B). */
export interface Tie {
  readonly before: readonly string[];
  readonly by: string;
  readonly behind: readonly string[];
}

/** A bound on what one text can cost: lessons have fewer of either. */
const maxRelations = 64;
const maxSequences = 16;
/** Words on one side of a direction word that are looked at. */
const maxTied = 4;
const telling: ReadonlySet<string> = new Set("tell tells distinguish distinguishes separate separates differ differs".split(" "));
const beforeJoints: ReadonlySet<string> = new Set(["before"]);
const afterJoints: ReadonlySet<string> = new Set(["after", "once", "until"]);
const orderWords: ReadonlySet<string> = new Set([...beforeJoints, ...afterJoints, "first", "then", "afterwards", "later"]);

/** Does the word put things in an order in time? */
export function isOrdering(text: string): boolean {
  return orderWords.has(text);
}

/** What the text says about the order in time, by `before`, `after`, `once`, `not until`, `first` and `then`. */
export function sequencesOf(clauses: readonly ClauseContent[], segments: readonly ClauseContent[]): Sequence[] {
  const sequences: Sequence[] = [];
  for (const sentence of sentencesOf(segments)) {
    for (const [index, { clause, stems }] of sentence.entries()) {
      if (comesFirst(clause)) sequences.push({ earlier: stems, later: union(sentence.slice(index + 1)) });
      else if (index > 0 && comesNext(clause)) sequences.push({ earlier: union(sentence.slice(0, index)), later: stems });
      if (sequences.length >= maxSequences) return sequences;
    }
  }
  for (const sentence of sentencesOf(clauses)) {
    for (const [index, { clause, stems }] of sentence.entries()) {
      const main = sentence[index === 0 ? 1 : index - 1]?.stems;
      if (beforeJoints.has(clause.joint) && main !== undefined) sequences.push({ earlier: main, later: stems });
      else if (afterJoints.has(clause.joint) && main !== undefined) sequences.push({ earlier: stems, later: main });
      if (sequences.length >= 2 * maxSequences) return sequences;
    }
  }
  return sequences;
}

/** Two things that the texts put in different orders. */
export function turnedOrder(first: readonly Sequence[], second: readonly Sequence[]): readonly [string, string] | undefined {
  for (const one of first)
    for (const other of second) {
      const early = only(one.earlier, one.later).find((stem) => other.later.has(stem) && !other.earlier.has(stem));
      const late = only(one.later, one.earlier).find((stem) => other.earlier.has(stem) && !other.later.has(stem));
      if (early !== undefined && late !== undefined) return [early, late];
    }
  return undefined;
}

/** Direction words whose two sides do not mean the same when they change places. */
const directions: ReadonlySet<string> = new Set(
  "from to into onto in on over under by for than against behind at through above below".split(" "),
);
/** With one of them `with` has a direction: `replace A with B`, but not `use A with B`. */
const exchanging: ReadonlySet<string> = new Set("replace replaces replaced replacing substitute swap exchange".split(" "));
/** End a row of neighbours. */
const rowEnds: ReadonlySet<string> = new Set([...directions, "with", "of", "and"]);

export function isDirection(text: string): boolean {
  return directions.has(text);
}

export function isRowEnd(text: string): boolean {
  return rowEnds.has(text);
}

export function isTelling(text: string): boolean {
  return telling.has(text);
}

export function isExchanging(text: string): boolean {
  return exchanging.has(text);
}

export function tiesOf(clauses: readonly Clause[]): Tie[] {
  const ties: Tie[] = [];
  for (const clause of clauses) {
    let before: string[] = [];
    let by = "";
    let behind: string[] = [];
    // `tell good from bad` is `tell bad from good`.
    const isTelling = clause.words.some(({ token }) => (token.traits & traits.telling) !== 0);
    const isExchange = clause.words.some(({ token }) => (token.traits & traits.exchanging) !== 0);
    const close = (): void => {
      if (by !== "" && before.length > 0 && behind.length > 0) ties.push({ before, by, behind });
    };
    for (const { token, item } of clause.words) {
      if (
        ((token.traits & traits.direction) !== 0 && !(token.text === "from" && isTelling)) ||
        (token.text === "with" && isExchange)
      ) {
        close();
        if (behind.length > 0) before = behind;
        by = token.text;
        behind = [];
      } else if ((token.traits & traits.rowEnd) !== 0) {
        close();
        [before, by, behind] = [[], "", []];
      } else if (item !== undefined) {
        if (behind.length === maxTied) behind = behind.slice(1);
        behind.push(item);
      }
    }
    close();
    if (ties.length >= maxRelations) return ties.slice(0, maxRelations);
  }
  return ties;
}

/** Two things that have changed places round the same direction word. */
export function turnedTie(first: readonly Tie[], second: readonly Tie[]): readonly [string, string] | undefined {
  for (const one of first)
    for (const other of second) {
      if (one.by !== other.by) continue;
      const before = one.before.find((item) => other.behind.includes(item) && !other.before.includes(item));
      const behind = one.behind.find((item) => other.before.includes(item) && !other.behind.includes(item));
      if (before !== undefined && behind !== undefined) return [before, behind];
    }
  return undefined;
}

/** What stands on both sides of a word, or of nothing. */
export interface Row {
  readonly one: string;
  readonly middle: string;
  readonly other: string;
}

/** Each once, in the order of the text; and by what is in the middle. */
export interface Rows {
  readonly inOrder: readonly Row[];
  readonly byMiddle: ReadonlyMap<string, readonly Row[]>;
}

/** What stands directly beside what, in the order of the text, with nothing but small words and no direction between, in threes: `woman lifts child`. */
export function triplesOf(clauses: readonly Clause[]): Rows {
  const triples: Row[] = [];
  for (const { words } of clauses) {
    let [one, middle]: (string | undefined)[] = [];
    for (const { token, item } of words) {
      if ((token.traits & traits.rowEnd) !== 0) [one, middle] = [undefined, undefined];
      if (item === undefined) continue;
      if (one !== undefined && middle !== undefined) triples.push({ one, middle, other: item });
      [one, middle] = [middle, item];
    }
  }
  return rowsOf(triples);
}

/** Pairs of marks or names with no word between, as in a command: `shift RED BLUE`. */
export function markPairsOf(clauses: readonly Clause[]): Rows {
  const pairs: Row[] = [];
  for (const { words } of clauses)
    for (let index = 1; index < words.length; index++) {
      const [before, token] = [words[index - 1]?.token, words[index]?.token];
      if (before !== undefined && token !== undefined && isMark(token) && isMark(before))
        pairs.push({ one: before.text, middle: "", other: token.text });
    }
  return rowsOf(pairs);
}

function rowsOf(rows: readonly Row[]): Rows {
  const inOrder: Row[] = [];
  const byMiddle = new Map<string, Row[]>();
  for (const row of rows) {
    const known = byMiddle.get(row.middle);
    if (known?.some(({ one, other }) => one === row.one && other === row.other)) continue;
    inOrder.push(row);
    if (known === undefined) byMiddle.set(row.middle, [row]);
    else known.push(row);
  }
  return { inOrder, byMiddle };
}

/** Two things that have changed places in rows of three or of two. */
export function turnedRow(first: Rows, second: Rows): readonly [string, string] | undefined {
  for (const { one, middle, other } of first.inOrder) {
    const isTurned = (row: Row): boolean => row.one === other && row.other === one;
    if (one === other || !second.byMiddle.get(middle)?.some(isTurned)) continue;
    if (!first.byMiddle.get(middle)?.some(isTurned)) return [one, other];
  }
  return undefined;
}

/** A number and the words that follow it: what there are so many of. */
export interface Count {
  readonly number: string;
  readonly things: readonly string[];
}

/** Words behind a number that may be what is counted: `two cups of water`. */
const countedWords = 2;

export function countsOf(clauses: readonly Clause[]): Count[] {
  const counts: { number: string; things: string[] }[] = [];
  for (const { words } of clauses) {
    let current: { number: string; things: string[] } | undefined;
    for (const { token, stem } of words) {
      if (isNumber(token)) {
        current = { number: token.text, things: [] };
        counts.push(current);
        continue;
      }
      if (stem !== undefined && current !== undefined && current.things.length < countedWords) current.things.push(stem);
    }
  }
  return counts.slice(0, maxRelations);
}

/** Two things whose numbers have been exchanged. */
export function turnedCounts(first: readonly Count[], second: readonly Count[]): readonly [string, string] | undefined {
  const moved = (one: readonly Count[], other: readonly Count[]): { thing: string; from: string; to: string }[] =>
    one.flatMap(({ number, things }) =>
      things.flatMap((thing) => {
        const to = other.find((count) => count.things.includes(thing) && count.number !== number)?.number;
        const stays = other.some((count) => count.things.includes(thing) && count.number === number);
        return to === undefined || stays ? [] : [{ thing, from: number, to }];
      }),
    );
  const changes = moved(first, second);
  for (const one of changes) {
    const back = changes.find(({ thing, from, to }) => thing !== one.thing && from === one.to && to === one.from);
    if (back !== undefined) return [one.thing, back.thing];
  }
  return undefined;
}

function isMark({ kind, named }: Token): boolean {
  return kind === "symbol" || named;
}

/** Where a stem or a mark stands in the row of a text: first, and last. */
export interface Place {
  readonly first: number;
  readonly last: number;
}

/**
 * Do the texts tell what they share in one order? Then nothing in them can have changed places with something else, or be tied to it crosswise, and one need
 * not look.
 */
export function areInOneOrder(first: ReadonlyMap<string, Place>, second: ReadonlyMap<string, Place>): boolean {
  const shared: Place[] = [];
  const there: Place[] = [];
  for (const [item, place] of first) {
    const other = second.get(item);
    if (other === undefined) continue;
    shared.push(place);
    there.push(other);
  }
  if (shared.length > maxShared) return false;
  for (let one = 1; one < shared.length; one++)
    for (let other = 0; other < one; other++)
      if (haveTurned(shared, there, one, other) || haveTurned(shared, there, other, one)) return false;
  return true;
}

/** Somewhere the one stands before the other here, and behind it there. */
function haveTurned(here: readonly Place[], there: readonly Place[], one: number, other: number): boolean {
  return (here[one]?.first ?? 0) < (here[other]?.last ?? 0) && (there[other]?.first ?? 0) < (there[one]?.last ?? 0);
}

/** Each of these is held against each. */
const maxShared = 40;

export function placesOf(row: readonly string[]): Map<string, Place> {
  const places = new Map<string, Place>();
  for (let index = 0; index < row.length; index++) {
    const item = row[index] as string;
    places.set(item, { first: places.get(item)?.first ?? index, last: index });
  }
  return places;
}

/**
 * Things that are tied to each other crosswise: one text says A of X and B of Y, the other B of X and A of Y. Looks at what stands in exactly one clause of each text.
 */
export function crossed(
  first: readonly ClauseContent[],
  second: readonly ClauseContent[],
): readonly [string, string] | undefined {
  const places = clausePlacesOf(first);
  const others = clausePlacesOf(second);
  // By the number of the clause here and of the one there.
  const cells = new Map<number, string>();
  for (const [stem, place] of places) {
    const other = others.get(stem);
    if (other !== undefined) cells.set(place * second.length + other, stem);
  }
  const keys = [...cells.keys()].slice(0, maxRelations);
  for (const key of keys)
    for (const another of keys) {
      const [one, third] = [key - (key % second.length), another - (another % second.length)];
      const [other, fourth] = [key - one, another - third];
      if (one === third || other === fourth) continue;
      const across = cells.get(one + fourth);
      if (across !== undefined && cells.has(third + other)) return [cells.get(key) ?? "", across];
    }
  return undefined;
}

function clausePlacesOf(contents: readonly ClauseContent[]): Map<string, number> {
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [index, { stems }] of contents.entries())
    for (const stem of stems) {
      if (places.has(stem)) repeated.add(stem);
      places.set(stem, index);
    }
  for (const stem of repeated) places.delete(stem);
  return places;
}

function* sentencesOf(contents: readonly ClauseContent[]): Generator<readonly ClauseContent[]> {
  let from = 0;
  for (const [index, { clause }] of contents.entries()) {
    if (!clause.ends && index + 1 < contents.length) continue;
    yield contents.slice(from, index + 1);
    from = index + 1;
  }
}

function comesNext({ joint, words }: Clause): boolean {
  return (
    joint === "then" ||
    joint === "afterwards" ||
    words.at(-1)?.token.text === "afterwards" ||
    words.at(-1)?.token.text === "later"
  );
}

/** `First X`, `X first`; not `the first row`. */
function comesFirst({ words }: Clause): boolean {
  return words[0]?.token.text === "first" || words.at(-1)?.token.text === "first";
}

function union(contents: readonly ClauseContent[]): ReadonlySet<string> {
  return new Set(contents.flatMap(({ stems }) => [...stems]));
}

function only(stems: ReadonlySet<string>, others: ReadonlySet<string>): string[] {
  return [...stems].filter((stem) => !others.has(stem));
}
