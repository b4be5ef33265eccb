/**
 * What two texts must agree in before they may be taken for one lesson in other words. Embeddings place a sentence beside its own negation, so nearness alone
 * would merge a lesson with its opposite; these checks look for what turns a meaning round while most words stay. They are cheap and err towards "not the same": a
 * duplicate that is kept twice costs some room, an opposite that is merged costs the truth.
 */
import { areAlternatives, areOpposite, type Contrast, contrastOf } from "./opposites.ts";
import { areInOneOrder, crossed, turnedCounts, turnedOrder, turnedRow, turnedTie } from "./order.ts";
import { missing, otherNumber } from "./quantities.ts";
import type { Stance } from "./stances.ts";
import { shares, ways } from "./turning.ts";
import type { Wording } from "./wording.ts";

export interface Disagreement {
  readonly kind: "negation" | "opposite" | "number" | "symbol" | "name" | "roles";
  /** In words, to be read after "they are not one lesson:". */
  readonly reason: string;
}

/** Every way in which two texts of one field can speak against each other, the surest first; undefined when nothing does. */
export function disagreement(first: Wording, second: Wording): Disagreement | undefined {
  const { opposite, settled } = opposition(first, second);
  return opposite ?? denial(first, second, settled) ?? otherWay(first, second) ?? roleDisagreement(first, second);
}

/** The same for texts that say what is the case: there, a denial counts only where the very word that is denied is affirmed by the other. */
export function disagreementOfCases(first: Wording, second: Wording): Disagreement | undefined {
  const { opposite, settled } = opposition(first, second);
  const isDenied = (stem: string): boolean => first.focuses.has(stem) || second.focuses.has(stem);
  return opposite ?? denial(first, second, settled, isDenied) ?? otherWay(first, second) ?? roleDisagreement(first, second);
}

/**
 * Opposites in titles, where neither lesson has the other's word anywhere. Other denials do not count there: a title sums up, and often names what the guidance warns of.
 */
export function oppositeTitles(first: TitledWording, second: TitledWording): Disagreement | undefined {
  for (const [one, stance] of first.title.stems) {
    if (second.whole.stems.has(one)) continue;
    for (const [other, otherStance] of second.title.stems) {
      if (first.whole.stems.has(other) || !areOpposite(contrastOf(one), contrastOf(other))) continue;
      if (areTurned(stance, otherStance)) continue;
      return { kind: "opposite", reason: `one says ${one}, the other ${other}` };
    }
  }
  return undefined;
}

interface TitledWording {
  readonly title: Wording;
  readonly whole: Wording;
}

/** Do they name other numbers, marks or names? Asked of whole lessons, since one may say in its title what the other says in its guidance. */
export function otherThings(first: Wording, second: Wording): Disagreement | undefined {
  const number = otherNumber(first.quantities, second.quantities);
  if (number !== undefined) return { kind: "number", reason: `their numbers differ: ${number}` };
  if (!equalSets(first.symbols, second.symbols)) return { kind: "symbol", reason: "their code or names differ" };
  return undefined;
}

/** Each has a number, or each has a mark, that the other does not have: one stands in the place of the other. */
export function exchangedThings(first: Wording, second: Wording): Disagreement | undefined {
  const [number] = missing(first.quantities.figures, second.quantities);
  const [another] = missing(second.quantities.figures, first.quantities);
  if (number !== undefined && another !== undefined) {
    return { kind: "number", reason: `one says ${number}, the other ${another}` };
  }
  const symbol = [...first.symbols].find((each) => !second.symbols.has(each));
  const otherSymbol = [...second.symbols].find((each) => !first.symbols.has(each));
  if (symbol !== undefined && otherSymbol !== undefined) {
    return { kind: "symbol", reason: `one says ${symbol}, the other ${otherSymbol}` };
  }
  return otherNames(first, second);
}

/** Both have a name that the other does not have. */
export function otherNames(first: Wording, second: Wording): Disagreement | undefined {
  if (first.names.size === 0 || second.names.size === 0) return undefined;
  const ahead = [...first.names].find((name) => !second.words.has(name));
  const behind = [...second.names].find((name) => !first.words.has(name));
  return ahead === undefined || behind === undefined
    ? undefined
    : { kind: "name", reason: `one names ${ahead}, the other ${behind}` };
}

function otherWay(first: Wording, second: Wording): Disagreement | undefined {
  if (first.turning.size === 0 && second.turning.size === 0) return undefined;
  const pair =
    ways.find(([there, back]) => isTurned(first, second, there, back) || isTurned(second, first, there, back)) ??
    shares.find(([some, all]) => isOtherShare(first, second, some, all) || isOtherShare(second, first, some, all));
  return pair === undefined ? undefined : { kind: "opposite", reason: `one says ${pair[0]}, the other ${pair[1]}` };
}

function isTurned(one: Wording, other: Wording, there: string, back: string): boolean {
  if (!one.turning.has(there) || !other.turning.has(back)) return false;
  return !one.turning.has(back) && !other.turning.has(there) && standAlike(one, there, other, back);
}

function isOtherShare(one: Wording, other: Wording, some: string, all: string): boolean {
  if (!one.turning.has(some) || !other.turning.has(all)) return false;
  const shared = one.beside(some).filter((side) => side.startsWith(">") && other.beside(all).includes(side));
  return shared.some((side) => !one.beside(all).includes(side) && !other.beside(some).includes(side));
}

interface Opposition {
  readonly opposite?: Disagreement;
  /** Clauses of either text whose denial is only another way to say what the other text says. */
  readonly settled: { readonly first: ReadonlySet<number>; readonly second: ReadonlySet<number> };
}

function opposition(first: Wording, second: Wording): Opposition {
  const settled = { first: new Set<number>(), second: new Set<number>() };
  const [ahead, behind] = [onlyIn(first, second), onlyIn(second, first)];
  for (const { contrast, stance } of ahead)
    for (const { contrast: otherContrast, stance: otherStance } of behind) {
      const opposite = areOpposite(contrast, otherContrast);
      if (!opposite && !areAlternatives(contrast, otherContrast)) continue;
      const [one, other] = [contrast.stem, otherContrast.stem];
      if (!opposite && !standAlike(first, one, second, other)) continue;
      const turned = opposite && areTurned(stance, otherStance);
      if (!turned) return { opposite: { kind: "opposite", reason: `one says ${one}, the other ${other}` }, settled };
      // `not open` and `closed` agree, and so does the rest of their clauses.
      for (const clause of stance.deniedIn) settled.first.add(clause);
      for (const clause of otherStance.deniedIn) settled.second.add(clause);
    }
  return { settled };
}

function denial(
  first: Wording,
  second: Wording,
  settled: Opposition["settled"],
  isAsked: (stem: string) => boolean = () => true,
): Disagreement | undefined {
  if (!first.mayDeny && !second.mayDeny) return undefined;
  for (const [stem, stance] of first.stems) {
    const other = second.stems.get(stem);
    if (other === undefined || paleWords.has(stem) || /^\p{N}/u.test(stem) || !isAsked(stem)) continue;
    const opposed =
      (isOnlyDenied(stance, settled.first) && isOnlyAffirmed(other)) ||
      (isOnlyAffirmed(stance) && isOnlyDenied(other, settled.second));
    if (opposed) return { kind: "negation", reason: `one of them denies what the other says of ${stem}` };
  }
  return undefined;
}

function roleDisagreement(first: Wording, second: Wording): Disagreement | undefined {
  const order = turnedOrder(first.sequences, second.sequences);
  if (order !== undefined) return { kind: "roles", reason: `they put ${order[0]} and ${order[1]} in different orders` };
  const isOtherOrder = !areInOneOrder(first.places, second.places);
  const tie = isOtherOrder ? turnedTie(first.ties, second.ties) : undefined;
  if (tie !== undefined) return { kind: "roles", reason: `${tie[0]} and ${tie[1]} have changed places` };
  const row = isOtherOrder ? turnedRow(first.triples, second.triples) : undefined;
  const pair = row ?? turnedRow(first.markPairs, second.markPairs);
  if (pair !== undefined) return { kind: "roles", reason: `${pair[0]} and ${pair[1]} have changed places` };
  const counts = turnedCounts(first.counts, second.counts);
  if (counts !== undefined) return { kind: "number", reason: `the numbers of ${counts[0]} and ${counts[1]} are exchanged` };
  const cross = isOtherOrder ? crossed(first.segments, second.segments) : undefined;
  return cross === undefined ? undefined : { kind: "roles", reason: `${cross[0]} goes with ${cross[1]} in only one of them` };
}

/** `not open` and `closed`: one is denied where the other is affirmed. */
function areTurned(one: Stance, other: Stance): boolean {
  return (one.denied && other.affirmed) || (one.affirmed && other.denied);
}

/** Do the two words have the same word with a meaning in front of them or behind? */
function standAlike(first: Wording, one: string, second: Wording, other: string): boolean {
  const sides = second.beside(other);
  return first.beside(one).some((side) => sides.includes(side));
}

/** Each of these is held against each: more than any lesson has, and a bound for texts that are none. */
const maxCompared = 250;

interface Stand {
  readonly contrast: Contrast;
  readonly stance: Stance;
}

function onlyIn(one: Wording, other: Wording): Stand[] {
  const stands: Stand[] = [];
  for (const [stem, stance] of one.stems) {
    if (other.stems.has(stem)) continue;
    stands.push({ contrast: contrastOf(stem), stance });
    if (stands.length === maxCompared) break;
  }
  return stands;
}

function isOnlyDenied({ affirmed, denied, deniedIn }: Stance, settled: ReadonlySet<number>): boolean {
  return denied && !affirmed && !deniedIn.every((clause) => settled.has(clause));
}

function isOnlyAffirmed({ affirmed, denied }: Stance): boolean {
  return affirmed && !denied;
}

function equalSets(first: ReadonlySet<string>, second: ReadonlySet<string>): boolean {
  return first.size === second.size && [...first].every((each) => second.has(each));
}

/** Stand with nearly everything, so that they are denied of one thing and said of another in the same lesson. */
const paleWords: ReadonlySet<string> = new Set(
  "us use mak do let get tak giv put need hav go want try thing way mor most much many".split(" "),
);
