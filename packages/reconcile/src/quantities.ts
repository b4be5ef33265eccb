/** Numbers with their units, so that `5 s` is `5 seconds` and not `5 minutes`. */
import type { Token } from "./tokens.ts";

/** The numbers in figures, each with its unit where it has a known one. Numbers in words are apart: texts often leave them out (`a pair`, `both`). */
export interface Quantities {
  readonly figures: ReadonlySet<string>;
  readonly spelled: ReadonlySet<string>;
  /** Positions of the tokens that were units of a number. */
  readonly units: ReadonlySet<number>;
}

export function quantitiesOf(tokens: readonly Token[]): Quantities {
  const figures = new Set<string>();
  const spelled = new Set<string>();
  const units = new Set<number>();
  for (let index = 0; index < tokens.length; index++) {
    const { kind, text } = tokens[index] as Token;
    if (kind !== "number" && text !== "per" && !perWords.has(text) && !spelledNumbers.has(text)) continue;
    const isRate = text === "per" || (perWords.has(text) && tokens.slice(Math.max(0, index - rateReach), index).some(isNumber));
    const rate = isRate ? unitsByName.get(tokens[index + 1]?.text ?? "") : undefined;
    if (rate !== undefined && tokens[index + 1]?.kind === "word") spelled.add(`per ${measured("1", rate)}`);
    const spelledValue = spelledNumbers.get(text);
    if (kind !== "number" && spelledValue === undefined) continue;
    const unit = unitsByName.get(tokens[index + 1]?.text ?? "");
    if (unit !== undefined) units.add(index + 1);
    const value = spelledValue === undefined ? plain(text) : String(spelledValue);
    (spelledValue === undefined ? figures : spelled).add(unit === undefined ? value : measured(value, unit));
  }
  return { figures, spelled, units };
}

/** The number that stands at a place, in figures or in words, with its unit where it has a known one; undefined where none stands. */
export function amountAt(
  tokens: readonly Token[],
  index: number,
): { readonly amount: string; readonly hasUnit: boolean } | undefined {
  const { kind, text } = tokens[index] as Token;
  const spelled = spelledNumbers.get(text);
  if (kind !== "number" && spelled === undefined) return undefined;
  const value = spelled === undefined ? plain(text) : String(spelled);
  const unit = unitsByName.get(tokens[index + 1]?.text ?? "");
  return unit === undefined ? { amount: value, hasUnit: false } : { amount: measured(value, unit), hasUnit: true };
}

/** What all names of a unit have in common: `metre` and `meters` give the same. Undefined for words that name none. */
export function unitNamed(text: string): string | undefined {
  const unit = text.length === 1 ? undefined : unitsByName.get(text);
  return unit === undefined ? undefined : measured("1", unit);
}

export function isCountless({ figures, spelled }: Quantities): boolean {
  return figures.size === 0 && spelled.size === 0;
}

/** A number that one text has and the other has neither in figures nor in words; or two different ones in words. */
export function otherNumber(first: Quantities, second: Quantities): string | undefined {
  if (isCountless(first) && isCountless(second)) return undefined;
  const [ahead] = missing(first.figures, second);
  const [behind] = missing(second.figures, first);
  if (ahead !== undefined || behind !== undefined) return ahead ?? behind;
  const [spelled] = missing(first.spelled, second);
  return missing(second.spelled, first).length > 0 ? spelled : undefined;
}

/** Has a text with such a word quantities? */
export function isCounting(token: Pick<Token, "kind" | "text">): boolean {
  return token.text === "per" || isNumber(token);
}

export const nothingCounted: Quantities = { figures: new Set(), spelled: new Set(), units: new Set() };
const perWords: ReadonlySet<string> = new Set(["a", "an", "each", "every"]);
/** Words back in which a number makes `a second` a rate: `10 requests a second`, and not `an hour before`. */
const rateReach = 3;

/** Numbers that are not in the other text at all. */
export function missing(numbers: ReadonlySet<string>, other: Quantities): string[] {
  return [...numbers].filter((number) => !other.figures.has(number) && !other.spelled.has(number));
}

/** Without separators of thousands. A version keeps its zeros: 1.20 is not 1.2. */
export function isNumber({ kind, text }: Pick<Token, "kind" | "text">): boolean {
  return kind === "number" || spelledNumbers.has(text);
}

function plain(text: string): string {
  return /^\d{1,3}(?:,\d{3})+$/.test(text) ? text.replaceAll(",", "") : text.replace("−", "-").replace(/^\+/, "");
}

interface Unit {
  readonly dimension: string;
  readonly factor: number;
}

function measured(value: string, { dimension, factor }: Unit): string {
  const amount = Number(value.replace(",", "."));
  return Number.isFinite(amount)
    ? `${Number((amount * factor).toPrecision(12))} ${dimension}`
    : `${value} ${dimension} × ${factor}`;
}

/** Names of a unit, what it measures and how much of the dimension's base it is. */
const unitsByName: ReadonlyMap<string, Unit> = new Map(
  (
    [
      ["ms millisecond milliseconds", "s", 0.001],
      ["s sec second seconds", "s", 1],
      ["min minute minutes", "s", 60],
      ["h hour hours", "s", 3600],
      ["day days", "s", 86_400],
      ["week weeks", "s", 604_800],
      ["month months", "month", 1],
      ["year years", "month", 12],
      ["byte bytes", "byte", 1],
      ["kb kilobyte kilobytes", "byte", 1e3],
      ["mb megabyte megabytes", "byte", 1e6],
      ["gb gigabyte gigabytes", "byte", 1e9],
      ["tb terabyte terabytes", "byte", 1e12],
      ["kib", "byte", 1024],
      ["mib", "byte", 1024 ** 2],
      ["gib", "byte", 1024 ** 3],
      ["g gram grams", "g", 1],
      ["kg kilogram kilograms", "g", 1000],
      ["ml millilitre millilitres milliliter milliliters", "l", 0.001],
      ["l litre litres liter liters", "l", 1],
      ["mm millimetre millimetres", "m", 0.001],
      ["cm centimetre centimetres", "m", 0.01],
      ["m metre metres meter meters", "m", 1],
      ["km kilometre kilometres kilometer kilometers", "m", 1000],
      ["% percent", "%", 1],
    ] as const
  ).flatMap(([names, dimension, factor]) => names.split(" ").map((name) => [name, { dimension, factor }] as const)),
);

const spelledNumbers: ReadonlyMap<string, number> = new Map([
  ["one", 1],
  ["two", 2],
  ["three", 3],
  ["four", 4],
  ["five", 5],
  ["six", 6],
  ["seven", 7],
  ["eight", 8],
  ["nine", 9],
  ["ten", 10],
  ["eleven", 11],
  ["twelve", 12],
  ["fifteen", 15],
  ["twenty", 20],
  ["thirty", 30],
  ["forty", 40],
  ["fifty", 50],
  ["sixty", 60],
  ["hundred", 100],
  ["thousand", 1000],
]);
