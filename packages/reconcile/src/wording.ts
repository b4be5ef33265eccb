/** What a text says, taken apart into what two texts are compared by. */
import { type Clause, type ClauseWord, clausesOf, segmentsOf } from "./clauses.ts";
import {
  type ClauseContent,
  type Count,
  countsOf,
  type Neighbours,
  neighboursOf,
  type Sequence,
  sequencesOf,
  type Tie,
  tiesOf,
} from "./order.ts";
import { type Quantities, quantitiesOf } from "./quantities.ts";
import { stemOf } from "./stem.ts";
import { type Token, tokensOf } from "./tokens.ts";

export interface Wording {
  /** Words that carry meaning, without endings, and how the text stands to each. */
  readonly stems: ReadonlyMap<string, Stance>;
  /** Words as they stand, lower case. */
  readonly words: ReadonlySet<string>;
  /** Words that begin a name, lower case. */
  readonly names: ReadonlySet<string>;
  readonly quantities: Quantities;
  /** Code, options, operators and names with marks in them: `--by`, `a/b`, `C++`, `<`. */
  readonly symbols: ReadonlySet<string>;
  /** What is said of one thing, and what of the next. */
  readonly segments: readonly ClauseContent[];
  readonly sequences: readonly Sequence[];
  readonly ties: readonly Tie[];
  readonly neighbours: Neighbours;
  readonly counts: readonly Count[];
  /** For each word and stem, the nearest words with a meaning: `< box` in front of it, `> box` behind it. */
  readonly beside: ReadonlyMap<string, readonly string[]>;
  /** Words and marks in the order of the text. */
  readonly row: readonly string[];
  /** The first word with a meaning behind each denial. */
  readonly focuses: ReadonlySet<string>;
}

/** How a text stands to a word. Both are true when it does this here and that there; neither, when it leaves it open. */
export interface Stance {
  readonly affirmed: boolean;
  readonly denied: boolean;
  /** Numbers of the clauses that deny it. */
  readonly deniedIn: readonly number[];
}

/**
 * Each part is worked out when it is first asked for: most comparisons end after a look at the words, and what a clause denies, who does what to whom and what comes
 * first is only looked at where these agree.
 */
export function wordingOf(text: string): Wording {
  return new LazyWording(text);
}

class LazyWording implements Wording {
  readonly #text: string;
  readonly #known: { -readonly [Part in keyof Wording]?: Wording[Part] } = {};
  #tokens: readonly Token[] | undefined;
  #units: ReadonlySet<Token | undefined> | undefined;
  #clauses: readonly ClauseContent[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get stems(): Wording["stems"] {
    this.#known.stems ??= stancesOf(this.#inClauses(), this.#itemAt);
    return this.#known.stems;
  }

  get words(): Wording["words"] {
    this.#known.words ??= new Set(this.#inTokens().map((token) => token.text));
    return this.#known.words;
  }

  get names(): Wording["names"] {
    this.#known.names ??= textsOf(this.#inTokens().filter(({ named }) => named));
    return this.#known.names;
  }

  get quantities(): Wording["quantities"] {
    this.#known.quantities ??= quantitiesOf(this.#inTokens());
    return this.#known.quantities;
  }

  get symbols(): Wording["symbols"] {
    this.#known.symbols ??= textsOf(this.#inTokens().filter(({ kind }) => kind === "symbol"));
    return this.#known.symbols;
  }

  get segments(): Wording["segments"] {
    this.#known.segments ??= this.#contentsOf(segmentsOf(this.#inClauses().map(({ clause }) => clause)));
    return this.#known.segments;
  }

  get sequences(): Wording["sequences"] {
    this.#known.sequences ??= sequencesOf(this.#inClauses(), this.segments);
    return this.#known.sequences;
  }

  get ties(): Wording["ties"] {
    this.#known.ties ??= tiesOf(this.#inClauses(), this.#itemAt);
    return this.#known.ties;
  }

  get neighbours(): Wording["neighbours"] {
    this.#known.neighbours ??= neighboursOf(this.#inClauses(), this.#itemAt);
    return this.#known.neighbours;
  }

  get counts(): Wording["counts"] {
    this.#known.counts ??= countsOf(this.#inClauses(), this.#stemAt);
    return this.#known.counts;
  }

  get beside(): Wording["beside"] {
    this.#known.beside ??= besideOf(this.#inClauses(), this.#itemAt);
    return this.#known.beside;
  }

  get focuses(): Wording["focuses"] {
    this.#known.focuses ??= focusesOf(this.#inClauses(), this.#itemAt);
    return this.#known.focuses;
  }

  get row(): Wording["row"] {
    this.#known.row ??= this.#inClauses().flatMap(({ clause }) =>
      clause.words.flatMap((_, index) => this.#itemAt(clause, index) ?? []),
    );
    return this.#known.row;
  }

  #inTokens(): readonly Token[] {
    this.#tokens ??= joined(tokensOf(this.#text));
    return this.#tokens;
  }

  #inClauses(): readonly ClauseContent[] {
    this.#clauses ??= this.#contentsOf(clausesOf(this.#inTokens()));
    return this.#clauses;
  }

  #contentsOf(clauses: readonly Clause[]): ClauseContent[] {
    return clauses.map((clause) => ({ clause, stems: contentOf(clause, this.#stemAt) }));
  }

  readonly #stemAt = (clause: Clause, index: number): string | undefined => {
    this.#units ??= new Set([...this.quantities.units].map((unit) => this.#inTokens()[unit]));
    return meaningOf(clause.words[index], this.#units);
  };

  readonly #itemAt = (clause: Clause, index: number): string | undefined => this.#stemAt(clause, index) ?? markAt(clause, index);
}

function textsOf(tokens: readonly Token[]): Set<string> {
  return new Set(tokens.map(({ text }) => text));
}

/** What two texts could share at most, for leaving out those that have too little in common before they are taken apart: stems and marks, whatever they mean. */
export type Gist = ReadonlySet<string>;

export function gistOf(text: string): Gist {
  const gist = new Set<string>();
  for (const raw of text.toLowerCase().split(/[^\p{L}\p{N}']+/u)) {
    if (raw === "" || functionWords.has(raw)) continue;
    gist.add(cachedStem(raw));
  }
  return gist;
}

/** What the two share, as a share of the smaller one, from 0 to 1. */
export function gistContainment(first: Gist, second: Gist): number {
  const [small, large] = first.size <= second.size ? [first, second] : [second, first];
  if (small.size === 0) return 0;
  let shared = 0;
  for (const stem of small) if (large.has(stem)) shared++;
  return shared / small.size;
}

const stems = new Map<string, string>();
const maxCachedStems = 20_000;

/** The same few thousand words come again and again. */
function cachedStem(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  const stem = stemOf(word);
  if (stems.size >= maxCachedStems) stems.clear();
  stems.set(word, stem);
  return stem;
}

/** Shared meaningful words as a share of all of them (Jaccard's index), from 0 to 1. */
export function overlap(first: Wording, second: Wording): number {
  const shared = sharedStems(first, second);
  const all = first.stems.size + second.stems.size - shared;
  return all === 0 ? 0 : shared / all;
}

/** Shared meaningful words as a share of the shorter text's (overlap coefficient), from 0 to 1. */
export function containment(first: Wording, second: Wording): number {
  const least = Math.min(first.stems.size, second.stems.size);
  return least === 0 ? 0 : sharedStems(first, second) / least;
}

/** How many words with a meaning are in both. */
export function sharedStems(first: Wording, second: Wording): number {
  let shared = 0;
  for (const stem of first.stems.keys()) if (second.stems.has(stem)) shared++;
  return shared;
}

function contentOf(clause: Clause, stemAt: (clause: Clause, index: number) => string | undefined): Set<string> {
  const stems = new Set<string>();
  for (const [index, { token }] of clause.words.entries()) {
    const stem = stemAt(clause, index) ?? (token.kind === "word" ? undefined : token.text);
    if (stem !== undefined) stems.add(stem);
  }
  return stems;
}

function stancesOf(
  clauses: readonly ClauseContent[],
  stemAt: (clause: Clause, index: number) => string | undefined,
): Map<string, Stance> {
  const stances = new Map<string, Stance>();
  for (const [number, { clause }] of clauses.entries())
    for (const [index, { polarity }] of clause.words.entries()) {
      const stem = stemAt(clause, index);
      if (stem === undefined) continue;
      const before = stances.get(stem) ?? { affirmed: false, denied: false, deniedIn: [] };
      stances.set(stem, {
        affirmed: before.affirmed || polarity === 1,
        denied: before.denied || polarity === -1,
        deniedIn:
          polarity === -1 && before.deniedIn.at(-1) !== number
            ? [...before.deniedIn, number].slice(0, maxSides)
            : before.deniedIn,
      });
    }
  return stances;
}

function besideOf(
  clauses: readonly ClauseContent[],
  itemAt: (clause: Clause, index: number) => string | undefined,
): Map<string, readonly string[]> {
  const beside = new Map<string, readonly string[]>();
  for (const { clause } of clauses) {
    const items = clause.words.map((_, index) => itemAt(clause, index));
    const behind = items.map(() => "");
    for (let index = items.length - 2; index >= 0; index--) behind[index] = items[index + 1] ?? behind[index + 1] ?? "";
    let front = "";
    for (const [index, { token }] of clause.words.entries()) {
      const name = items[index] ?? token.text;
      const sides = [front === "" ? [] : `< ${front}`, behind[index] === "" ? [] : `> ${behind[index]}`].flat();
      beside.set(name, [...(beside.get(name) ?? []).slice(0, maxSides), ...sides]);
      front = items[index] ?? front;
    }
  }
  return beside;
}

function focusesOf(
  clauses: readonly ClauseContent[],
  itemAt: (clause: Clause, index: number) => string | undefined,
): Set<string> {
  const focuses = new Set<string>();
  for (const { clause } of clauses) {
    let isOpen = false;
    for (const [index, { denies }] of clause.words.entries()) {
      const item = itemAt(clause, index);
      if (isOpen && item !== undefined) focuses.add(item);
      isOpen = denies || (isOpen && item === undefined);
    }
  }
  return focuses;
}

/** Enough for any lesson; a bound for a text of one word again and again. */
const maxSides = 16;

/** A number or a mark as it stands. */
function markAt(clause: Clause, index: number): string | undefined {
  const token = clause.words[index]?.token;
  return token === undefined || token.kind === "word" ? undefined : token.text;
}

function meaningOf(word: ClauseWord | undefined, units: ReadonlySet<Token | undefined>): string | undefined {
  if (word === undefined || word.denies || word.token.kind !== "word" || units.has(word.token)) return undefined;
  return functionWords.has(word.token.text) ? undefined : cachedStem(word.token.text);
}

/** Bounds that are several words become one, so that they are compared as opposites and deny nothing. */
function joined(tokens: readonly Token[]): Token[] {
  const result: Token[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as Token;
    if (!boundStarts.has(token.text)) {
      result.push(token);
      continue;
    }
    const second = tokens[index + 1]?.text ?? "";
    const bound = bounds.get(`${token.text} ${second} ${tokens[index + 2]?.text ?? ""}`) ?? bounds.get(`${token.text} ${second}`);
    if (bound === undefined) {
      result.push(token);
      continue;
    }
    index += bounds.has(`${token.text} ${second}`) ? 1 : 2;
    result.push({ kind: "word", text: bound, named: false, pause: tokens[index]?.pause ?? "none" });
  }
  return result;
}

const bounds: ReadonlyMap<string, string> = new Map([
  ["at least", "atleast"],
  ["or more", "atleast"],
  ["no less than", "atleast"],
  ["not less than", "atleast"],
  ["no fewer than", "atleast"],
  ["not fewer than", "atleast"],
  ["at most", "atmost"],
  ["or less", "atmost"],
  ["or fewer", "atmost"],
  ["no more than", "atmost"],
  ["not more than", "atmost"],
]);

const boundStarts: ReadonlySet<string> = new Set([...bounds.keys()].map((bound) => bound.split(" ")[0] ?? ""));

const functionWords: ReadonlySet<string> = new Set(
  (
    "a an the this that these those it its is are was were be been being am do does did has have had will would shall should can could may might must " +
    "and or but if then than so as of in on at to for from by with into onto over under about there here which who whom whose what when where while " +
    "i you he she we they them their your our his her my some any each such very just also too because since before after until unless once otherwise " +
    "though although rather even else own out off up down again both either every only same one whether"
  ).split(" "),
);
