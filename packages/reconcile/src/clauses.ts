/**
 * Statements cut into clauses, and what in them is denied. A denial reaches over its clause and not beyond; two denials of one word cancel (`do not skip the test`
 * wants the test). A condition on a denial (`never X without Y`, `not X until Y`) leaves open whether X is wanted, so that `Y before X` does not disagree with it.
 */
import { denialAt, type Reach } from "./denials.ts";
import type { Token } from "./tokens.ts";
import { traits } from "./traits.ts";

/** Does the statement want or have what the word names? 1 yes, -1 no, 0 unknown. */
type Polarity = 1 | -1 | 0;

export interface ClauseWord {
  readonly token: Token;
  /** What it means without its endings, when it means something by itself: a denial does not, nor the unit of a number. */
  readonly stem: string | undefined;
  /** The stem, or a number or a mark as it stands. */
  readonly item: string | undefined;
  readonly polarity: Polarity;
  /** True for what denies and means nothing else. */
  readonly denies: boolean;
}

export interface Clause {
  /** The word that joins it to the clause in front (`before`, `because`), or an empty text. */
  readonly joint: string;
  readonly words: readonly ClauseWord[];
  /** True when a full stop, a colon or a semicolon is behind it. */
  readonly ends: boolean;
}

/** `units`: positions of tokens that are units of a number. `mayDeny`: false when nothing is denied among them. */
export function clausesOf(tokens: readonly Token[], units: ReadonlySet<number>, mayDeny: boolean): Clause[] {
  if (!mayDeny) return partsOf(tokens, false).map((part) => undenied(part, units));
  const parts = partsOf(tokens, true);
  const clauses = parts.map((part, index) => ({
    joint: part.joint,
    ends: part.ends,
    words: isNothingBut(parts[index - 1], part) ? affirmed(part, units) : wordsOf(part, parts[index + 1], units),
  }));
  return clauses.map((clause, index) => withoutReferred(clause, clauses[index + 1]));
}

/** What comes out of the rules below where nothing is denied. */
function undenied(part: Part, units: ReadonlySet<number>): Clause {
  const polarity = part.joint === "before" ? 0 : 1;
  return {
    joint: part.joint,
    ends: part.ends,
    words: part.tokens.map((_, index) => wordAt(part, index, units, false, polarity)),
  };
}

/**
 * `Pause the import; do not cancel it`: what the pronoun stands for is wanted here and not there, and says nothing; the verbs do. The object of the
 * verb in the clause that the pronoun refers to is therefore left open.
 */
function withoutReferred(clause: Clause, next: Clause | undefined): Clause {
  const [inside, behind] = [clause.words, next?.words ?? []].map(
    (words) => words.find((word, index) => isReferring(word, index === words.length - 1))?.polarity,
  );
  const isContrast = (polarity: Polarity | undefined): boolean =>
    polarity !== undefined && polarity !== 0 && clause.words.some((word) => !word.denies && word.polarity === -polarity);
  if (!isContrast(inside) && !isContrast(behind)) return clause;
  const verb = clause.words.findIndex(({ token, denies }) => !denies && !auxiliaries.has(token.text));
  if (emptyVerbs.has(clause.words[verb]?.token.text ?? "")) return clause;
  const turned = isContrast(inside) ? inside : behind;
  const end = clause.words.findIndex(
    ({ token, denies }, index) => index > verb && (denies || token.text === "and" || prepositions.has(token.text)),
  );
  const isObject = (index: number): boolean => index > verb && (end === -1 || index < end);
  return {
    ...clause,
    words: clause.words.map((word, index) => (isObject(index) && word.polarity !== turned ? { ...word, polarity: 0 } : word)),
  };
}

/** Say so little that what they are said of has to count. */
const emptyVerbs: ReadonlySet<string> = new Set("put use make take let get give have set".split(" "));
/** `one` only behind what says which: `reuse the old one`. */
function isReferring({ token }: ClauseWord, isLast: boolean): boolean {
  return referring.has(token.text) || (isLast && token.text === "one");
}

const referring: ReadonlySet<string> = new Set(["it", "them"]);
const auxiliaries: ReadonlySet<string> = new Set("do does did is are be must should may can will would has have to".split(" "));

/** The clauses cut once more, at each `and`: what is said of one thing and what of the next. */
export function segmentsOf(clauses: readonly Clause[]): Clause[] {
  return clauses.flatMap((clause) => {
    if (!clause.words.some(({ token }) => token.text === "and")) return clause;
    const cuts = [-1, ...clause.words.flatMap(({ token }, index) => (token.text === "and" ? index : [])), clause.words.length];
    return cuts.slice(1).map((cut, index) => ({
      joint: index === 0 ? clause.joint : "and",
      words: clause.words.slice((cuts[index] ?? 0) + 1, cut),
      ends: clause.ends && cut === clause.words.length,
    }));
  });
}

interface Part {
  readonly joint: string;
  /** Position of its first token in the text. */
  readonly from: number;
  readonly tokens: readonly Token[];
  readonly ends: boolean;
}

export function isJoint(text: string): boolean {
  return joints.has(text);
}

const joints: ReadonlySet<string> = new Set(
  (
    "but because since so otherwise when whenever if while where after before until unless which who that then once and afterwards although though " +
    "whereas therefore however"
  ).split(" "),
);

/** Longer than any sentence; a bound for texts that are none, since a denial looks at its whole clause. */
const maxClauseWords = 60;

/** Without denials no `and` begins a clause. */
function partsOf(tokens: readonly Token[], denies: boolean): Part[] {
  const parts: { joint: string; from: number; tokens: readonly Token[]; ends: boolean }[] = [];
  let joint = "";
  let from = 0;
  const close = (to: number, ends: boolean): void => {
    const last = parts.at(-1);
    if (to > from) parts.push({ joint, from, tokens: tokens.slice(from, to), ends });
    else if (ends && last !== undefined) last.ends = true;
    joint = "";
    from = to;
  };
  // By number, here and wherever else every word of every lesson passes: `entries` makes an object of each.
  for (let index = 0; index < tokens.length; index++) {
    const { text, pause, traits: its } = tokens[index] as Token;
    if ((its & traits.joint) !== 0 && (text !== "and" || (denies && isDeniedSoon(tokens, index + 1)))) {
      const isPurpose = text === "that" && joint === "so" && index === from;
      close(index, false);
      joint = isPurpose ? "so that" : text;
      from = index + 1;
    }
    if (pause !== "none" || index + 1 - from >= maxClauseWords) close(index + 1, pause === "stop");
  }
  close(tokens.length, true);
  return parts;
}

/** Words after `and` among which a denial begins a clause of its own: `and the dog is not`. */
const denialReach = 5;

/** `and` joins clauses only where a denial follows it; else it joins words, and the denial in front goes on. */
function isDeniedSoon(tokens: readonly Token[], from: number): boolean {
  for (let index = from; index < Math.min(from + denialReach, tokens.length); index++) {
    if (denialAt(tokens, index) !== undefined) return true;
    if (joints.has(tokens[index]?.text ?? "") || tokens[index]?.pause !== "none") return false;
  }
  return false;
}

const prepositions: ReadonlySet<string> = new Set(
  "from to into onto in on over under with by for than against behind of at through above below beside between near during within".split(
    " ",
  ),
);
/**
 * They begin why, and not what: a reason can be told by what happens or by what would not (`so that it survives`, `so that nothing ends it`), so a denial in it
 * says little about the advice.
 */
const reasonJoints: ReadonlySet<string> = new Set(["because", "since", "so that", "otherwise", "although", "though"]);
/** `to` behind them begins what is to be done, not where. */
const beforeInfinitives: ReadonlySet<string> = new Set(
  "need needs have has had want wants try tries able going order time used".split(" "),
);
const phraseEnds: ReadonlySet<string> = new Set(
  "is are was were be can could will would must should may has have had do does i you he she it we they".split(" "),
);

function wordsOf(part: Part, next: Part | undefined, units: ReadonlySet<number>): ClauseWord[] {
  const { joint, tokens } = part;
  const denials = tokens.map((_, index) => denialAt(tokens, index));
  const first = denials.findIndex((denial) => denial !== undefined);
  const condition = tokens.findIndex(({ text }, index) => first !== -1 && index > first && text === "without");
  const dependsOnNext = first !== -1 && (next?.joint === "unless" || next?.joint === "until");
  // `never X without Y`: X may be, and Y is wanted.
  if (condition !== -1) denials.fill(undefined, condition);
  const polarities = isDeniedBehind(tokens, next)
    ? tokens.map((): Polarity => -1)
    : polaritiesOf(tokens, denials, first !== -1 && isOnlyAbout(tokens[first + 1], next));
  // What stands before the modal tells which things are meant: `that have run must not`.
  const modal = relatives.has(joint) ? deniedModalAt(tokens) : -1;
  const isReason = reasonJoints.has(joint) || tokens[0]?.text === "or";
  return tokens.map((_, index): ClauseWord => {
    const isOpen = dependsOnNext || joint === "before" || index < modal || (condition !== -1 && index < condition);
    const isWanted = condition !== -1 && index >= condition;
    const polarity = isOpen ? 0 : isWanted ? 1 : (polarities[index] ?? 1);
    return wordAt(part, index, units, denials[index] !== undefined, polarity === -1 && isReason ? 0 : polarity);
  });
}

/** What is denied lies in front of the next preposition; what is behind it is only where or with what. */
function polaritiesOf(tokens: readonly Token[], denials: readonly (Reach | undefined)[], isAboutPlace: boolean): Polarity[] {
  const polarities = tokens.map((): Polarity => 1);
  for (let index = 0; index < denials.length; index++) {
    const reach = denials[index];
    if (reach === undefined) continue;
    let isBeside = false;
    for (let at = reach === "clause" ? 0 : index + 1; at < tokens.length; at++) {
      const text = tokens[at]?.text ?? "";
      if (at > index && reach === "phrase" && (phraseEnds.has(text) || referring.has(tokens[at - 1]?.text ?? ""))) break;
      if (at > index + 1 && prepositions.has(text) && !isInfinitive(tokens, denials, at)) isBeside = true;
      const before = polarities[at] ?? 1;
      polarities[at] = isBeside !== isAboutPlace || before === 0 ? 0 : before === 1 ? -1 : 1;
    }
  }
  return polarities;
}

/**
 * `Do not take it from A; take it from B`, `not at the beginning but at the end`: what is denied is the place, and not what is done there.
 */
function isOnlyAbout(verb: Token | undefined, next: Part | undefined): boolean {
  if (verb === undefined || next === undefined) return false;
  if (next.joint === "but") return prepositions.has(next.tokens[0]?.text ?? "");
  return next.tokens[0]?.text === verb.text && next.tokens.some(({ text }) => text === "it" || text === "them");
}

/** `Files that have been read must not be changed`: the denial behind the relative clause is of what is in front of it. */
function isDeniedBehind(tokens: readonly Token[], next: Part | undefined): boolean {
  if (next === undefined || !relatives.has(next.joint) || tokens.at(-1)?.pause !== "none") return false;
  return deniedModalAt(next.tokens) > 0;
}

function deniedModalAt(tokens: readonly Token[]): number {
  return tokens.findIndex(({ text }, index) => index > 0 && modals.has(text) && tokens[index + 1]?.text === "not");
}

const relatives: ReadonlySet<string> = new Set(["that", "which", "who"]);
const modals: ReadonlySet<string> = new Set(["must", "should", "may", "can", "shall"]);

function isInfinitive(tokens: readonly Token[], denials: readonly (Reach | undefined)[], at: number): boolean {
  return tokens[at]?.text === "to" && (denials[at - 1] !== undefined || beforeInfinitives.has(tokens[at - 1]?.text ?? ""));
}

/** `nothing that is not clean` is what is clean. */
function isNothingBut(before: Part | undefined, { joint }: Part): boolean {
  return relatives.has(joint) && (before?.tokens.some(({ text }) => totals.has(text)) ?? false);
}

const totals: ReadonlySet<string> = new Set(["nothing", "nobody", "none", "no"]);

function affirmed(part: Part, units: ReadonlySet<number>): ClauseWord[] {
  return part.tokens.map((_, index) => wordAt(part, index, units, denialAt(part.tokens, index) !== undefined, 1));
}

function wordAt(part: Part, index: number, units: ReadonlySet<number>, denies: boolean, polarity: Polarity): ClauseWord {
  const token = part.tokens[index] as Token;
  const stem = denies || units.has(part.from + index) ? undefined : token.stem;
  return { token, stem, item: stem ?? (token.kind === "word" ? undefined : token.text), polarity, denies };
}
