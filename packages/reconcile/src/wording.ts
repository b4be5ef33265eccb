/** What a text says, taken apart into what two texts are compared by. */
import { joined } from "./bounds.ts";
import { type Clause, clausesOf, segmentsOf } from "./clauses.ts";
import {
  type ClauseContent,
  type Count,
  contentOf,
  countsOf,
  markPairsOf,
  type Place,
  placesOf,
  type Rows,
  type Sequence,
  sequencesOf,
  type Tie,
  tiesOf,
  triplesOf,
} from "./order.ts";
import { isCountless, nothingCounted, type Quantities, quantitiesOf } from "./quantities.ts";
import { besideIn, focusesOf, type Stance, stancesOf } from "./stances.ts";
import { type PiecedText, type Token, tokensOf, wordToken } from "./tokens.ts";
import { traits, traitsAmong } from "./traits.ts";
import { nothingTurned, turningIn } from "./turning.ts";

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
  readonly triples: Rows;
  readonly markPairs: Rows;
  readonly counts: readonly Count[];
  /** Stems and marks in the order of the text. */
  readonly row: readonly string[];
  readonly places: ReadonlyMap<string, Place>;
  /** False when nothing in it is denied. */
  readonly mayDeny: boolean;
  /** Words in it that turn what is said round, or say of how many it is said. */
  readonly turning: ReadonlySet<string>;
  /** The first word with a meaning behind each denial. */
  readonly focuses: ReadonlySet<string>;
  /** Wherever the word or stem stands, the nearest words with a meaning: `< box` in front of it, `> box` behind it. */
  beside(name: string): readonly string[];
}

/**
 * Each part is worked out when it is first asked for: most comparisons end after a look at the words, and what a clause denies, who does what to whom and what comes
 * first is only looked at where these agree.
 */
export function wordingOf(...texts: readonly PiecedText[]): Wording {
  return new LazyWording(texts);
}

class LazyWording implements Wording {
  readonly #texts: readonly PiecedText[];
  readonly #known: { -readonly [Part in Exclude<keyof Wording, "beside" | "mayDeny">]?: Wording[Part] } = {};
  #tokens: readonly Token[] | undefined;
  #traits: number | undefined;
  #clauses: readonly Clause[] | undefined;
  #beside: Map<string, readonly string[]> | undefined;

  constructor(texts: readonly PiecedText[]) {
    this.#texts = texts;
  }

  get stems(): Wording["stems"] {
    this.#known.stems ??= stancesOf(this.#inClauses());
    return this.#known.stems;
  }

  get words(): Wording["words"] {
    this.#known.words ??= textsOf(this.#inTokens());
    return this.#known.words;
  }

  get names(): Wording["names"] {
    this.#known.names ??= textsOf(this.#inTokens().filter(({ named }) => named));
    return this.#known.names;
  }

  get quantities(): Wording["quantities"] {
    this.#known.quantities ??= this.#has(traits.counting) ? quantitiesOf(this.#inTokens()) : nothingCounted;
    return this.#known.quantities;
  }

  get symbols(): Wording["symbols"] {
    this.#known.symbols ??= textsOf(this.#inTokens().filter(({ kind }) => kind === "symbol"));
    return this.#known.symbols;
  }

  get segments(): Wording["segments"] {
    this.#known.segments ??= segmentsOf(this.#inClauses()).map(contentOf);
    return this.#known.segments;
  }

  get sequences(): Wording["sequences"] {
    this.#known.sequences ??= this.#sequences();
    return this.#known.sequences;
  }

  get ties(): Wording["ties"] {
    this.#known.ties ??= tiesOf(this.#inClauses());
    return this.#known.ties;
  }

  get triples(): Wording["triples"] {
    this.#known.triples ??= triplesOf(this.#inClauses());
    return this.#known.triples;
  }

  get markPairs(): Wording["markPairs"] {
    this.#known.markPairs ??= markPairsOf(this.#inClauses());
    return this.#known.markPairs;
  }

  get counts(): Wording["counts"] {
    this.#known.counts ??= isCountless(this.quantities) ? [] : countsOf(this.#inClauses());
    return this.#known.counts;
  }

  get row(): Wording["row"] {
    this.#known.row ??= rowOf(this.#inClauses());
    return this.#known.row;
  }

  get places(): Wording["places"] {
    this.#known.places ??= placesOf(this.row);
    return this.#known.places;
  }

  get mayDeny(): Wording["mayDeny"] {
    return this.#has(traits.denying);
  }

  get turning(): Wording["turning"] {
    this.#known.turning ??= this.#has(traits.turning) ? turningIn(this.#inTokens()) : nothingTurned;
    return this.#known.turning;
  }

  get focuses(): Wording["focuses"] {
    this.#known.focuses ??= focusesOf(this.#inClauses());
    return this.#known.focuses;
  }

  beside(name: string): readonly string[] {
    this.#beside ??= new Map();
    const known = this.#beside.get(name) ?? besideIn(this.#inClauses(), name);
    this.#beside.set(name, known);
    return known;
  }

  #sequences(): readonly Sequence[] {
    return this.#has(traits.ordering) ? sequencesOf(this.#inClauses().map(contentOf), this.segments) : [];
  }

  #inTokens(): readonly Token[] {
    this.#tokens ??= tokensWithBounds(this.#texts);
    return this.#tokens;
  }

  /** Has any of its words that trait? */
  #has(trait: number): boolean {
    this.#traits ??= traitsAmong(this.#inTokens());
    return (this.#traits & trait) !== 0;
  }

  #inClauses(): readonly Clause[] {
    this.#clauses ??= clausesOf(this.#inTokens(), this.quantities.units, this.mayDeny);
    return this.#clauses;
  }
}

function tokensWithBounds(texts: readonly PiecedText[]): readonly Token[] {
  const tokens = tokensOf(texts);
  return (traitsAmong(tokens) & traits.boundStart) === 0 ? tokens : joined(tokens, wordToken);
}

function textsOf(tokens: readonly Token[]): Set<string> {
  const texts = new Set<string>();
  for (const { text } of tokens) texts.add(text);
  return texts;
}

function rowOf(clauses: readonly Clause[]): string[] {
  const row: string[] = [];
  for (const { words } of clauses) for (const { item } of words) if (item !== undefined) row.push(item);
  return row;
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
  const [few, many] = first.stems.size <= second.stems.size ? [first.stems, second.stems] : [second.stems, first.stems];
  let shared = 0;
  for (const stem of few.keys()) if (many.has(stem)) shared++;
  return shared;
}
