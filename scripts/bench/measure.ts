/**
 * How a figure is taken: the thing and its reference in turns (A B A B), so that what else the machine does meets both, and the median of each. Times of one
 * machine say little about another; the ratio of the two carries over.
 */

/** One row of the result, as `bench --json` prints it. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly reference: { readonly name: string; readonly value: number };
  /** The value divided by the reference. */
  readonly ratio: number;
  /** What is asked of the value or of the ratio, in words. */
  readonly bar: string;
  readonly holds: boolean;
}

export interface BenchContext {
  /** Lessons of the large store. */
  readonly lessons: number;
  /** Told what is being done, for people. */
  readonly say: (text: string) => void;
}

export interface Bench {
  readonly name: string;
  readonly summary: string;
  /** One figure, or several that are taken together. */
  readonly measure: (context: BenchContext) => Promise<Figure | readonly Figure[]>;
}

/** The value or the ratio, and the least or the most that it may be. */
export type Bar = { readonly of: "value" | "ratio" } & ({ readonly most: number } | { readonly least: number });

export interface FigureInit {
  readonly name: string;
  readonly unit: string;
  readonly measured: Pair;
  readonly referenceName: string;
  readonly bar: Bar;
}

/** What was measured and its reference, in the same unit. */
export interface Pair {
  readonly value: number;
  readonly reference: number;
}

export function figure({ name, unit, measured, referenceName, bar }: FigureInit): Figure {
  const { value, reference } = measured;
  const ratio = value / reference;
  const judged = bar.of === "value" ? value : ratio;
  const limit = "most" in bar ? bar.most : bar.least;
  return {
    name,
    value: rounded(value),
    unit,
    reference: { name: referenceName, value: rounded(reference) },
    ratio: rounded(ratio),
    bar: `${bar.of} ${"most" in bar ? "≤" : "≥"} ${limit}${bar.of === "value" ? ` ${unit}` : ""}`,
    holds: "most" in bar ? judged <= limit : judged >= limit,
  };
}

/** Measures both in turns, so many times each; the medians. */
export async function interleaved(
  rounds: number,
  value: (round: number) => Promise<number>,
  reference: (round: number) => Promise<number>,
): Promise<Pair> {
  const values: number[] = [];
  const references: number[] = [];
  for (let round = 0; round < rounds; round++) {
    values.push(await value(round));
    references.push(await reference(round));
  }
  return { value: median(values), reference: median(references) };
}

/** Milliseconds that the work takes. */
export async function elapsedMs(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Milliseconds that one core was at work for it, this process's other threads included: what others do on the machine is not in it. */
export async function coreMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((first, second) => first - second);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** Three significant digits: more would be noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
