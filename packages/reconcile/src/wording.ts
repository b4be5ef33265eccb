/**
 * What two texts must agree in before they may be taken for one lesson in other words. Embeddings place a sentence beside its own negation, so nearness alone
 * would merge a lesson with its opposite; these checks look for what turns a meaning round while most words stay. They are cheap and err towards "not the same": a
 * duplicate that is kept twice costs some room, an opposite that is merged costs the truth.
 */

/** What a text says, taken apart. */
export interface Wording {
  /** Words that carry meaning, without endings. */
  readonly stems: ReadonlySet<string>;
  /** Words as they stand, lower case. */
  readonly words: ReadonlySet<string>;
  /**
   * How many words deny. Compared by number and not by parity: two clauses that are both denied have the parity of two that are not.
   */
  readonly negations: number;
  /** Numbers and versions, as they are written. */
  readonly numbers: ReadonlySet<string>;
  /** Code, options, operators and names with marks in them: `--by`, `a/b`, `C++`, `<`. */
  readonly symbols: ReadonlySet<string>;
}

export function wordingOf(text: string): Wording {
  const tokens = text.normalize("NFKC").toLowerCase().replaceAll("’", "'").split(/\s+/).map(bare).filter(Boolean);
  const words: string[] = [];
  const numbers = new Set<string>();
  const symbols = new Set<string>();
  for (const token of tokens) {
    if (/^[+−-]?\p{N}[\p{N}.,:/-]*$/u.test(token)) numbers.add(token);
    else if (/^\p{L}+(?:['-]\p{L}+)*$/u.test(token)) words.push(...token.split("-"));
    else symbols.add(token);
  }
  const kept = words.filter((word) => !functionWords.has(word) && !isNegation(word));
  return {
    stems: new Set(kept.map(stem)),
    words: new Set(words),
    negations: words.filter(isNegation).length,
    numbers,
    symbols,
  };
}

/** Why the two cannot mean the same, or undefined when nothing in the wording speaks against it. */
export function disagreement(first: Wording, second: Wording): string | undefined {
  if (first.negations !== second.negations) return "one of them denies more than the other";
  if (!equalSets(first.numbers, second.numbers)) return "their numbers differ";
  if (!equalSets(first.symbols, second.symbols)) return "their code or names differ";
  const pair = opposites.find(([one, other]) => turnsRound(first, second, one, other) || turnsRound(second, first, one, other));
  return pair === undefined ? undefined : `one says ${pair[0]}, the other ${pair[1]}`;
}

/** Shared meaningful words as a share of all of them (Jaccard's index), from 0 to 1. */
export function overlap(first: Wording, second: Wording): number {
  let shared = 0;
  for (const each of first.stems) if (second.stems.has(each)) shared++;
  const all = first.stems.size + second.stems.size - shared;
  return all === 0 ? 0 : shared / all;
}

/** The token without quotes, brackets and the punctuation of the sentence round it. A lone operator stays. */
function bare(token: string): string {
  return token.replace(/^["'`“”‘([{]+/u, "").replace(/["'`“”)\]},.;:!?]+$/u, "");
}

function turnsRound(first: Wording, second: Wording, one: string, other: string): boolean {
  return first.words.has(one) && !second.words.has(one) && second.words.has(other) && !first.words.has(other);
}

function equalSets(first: ReadonlySet<string>, second: ReadonlySet<string>): boolean {
  return first.size === second.size && [...first].every((each) => second.has(each));
}

function isNegation(word: string): boolean {
  return negations.has(word) || word.endsWith("n't");
}

/** Plurals and the commonest verb endings; enough to count shared words, not to understand them. */
function stem(word: string): string {
  if (word.length <= 4) return word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
  return word.replace(/(?:ies|ing|ed|es|s|ly)$/u, "");
}

const negations: ReadonlySet<string> = new Set(
  "no not never none nobody nothing neither nor without cannot avoid lacks lacking lack fail fails unable refuse instead".split(
    " ",
  ),
);

const functionWords: ReadonlySet<string> = new Set(
  (
    "a an the this that these those it its is are was were be been being am do does did has have had will would shall should can could may might must " +
    "and or but if then than so as of in on at to for from by with into onto over under about there here which who whom whose what when where while " +
    "i you he she we they them their your our his her my some any each such very just also too"
  ).split(" "),
);

/** Pairs of which a lesson names one and its opposite the other. */
const opposites: readonly (readonly [string, string])[] = (
  "before/after first/last on/off open/close open/closed opened/closed always/sometimes enable/disable enabled/disabled allow/deny allow/forbid add/remove " +
  "insert/delete create/delete start/stop begin/end increase/decrease raise/lower up/down above/below over/under inside/outside in/out push/pull lock/unlock " +
  "encrypt/decrypt encode/decode include/exclude accept/reject left/right top/bottom front/back ascending/descending asc/desc largest/smallest " +
  "bigger/smaller larger/smaller longer/shorter maximum/minimum max/min more/less more/fewer most/least high/low higher/lower long/short big/small large/small " +
  "full/empty near/far close/far onto/off same/different true/false safe/unsafe safe/dangerous local/remote public/private required/optional valid/invalid faster/slower fast/slow " +
  "early/late earlier/later hot/cold wet/dry old/new old/young upper/lower uppercase/lowercase read/write import/export upload/download single/multiple " +
  "positive/negative succeed/fail correct/incorrect right/wrong all/some man/woman boy/girl"
)
  .split(" ")
  .map((pair) => pair.split("/") as [string, string]);
