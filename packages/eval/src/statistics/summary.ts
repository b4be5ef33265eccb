/** From rows to figures: each arm's score with its interval, what it gains over another on the same tasks, and whom it helped and harmed. */
import type { Row } from "../harness/row.ts";
import { type SeededRandom, seededRandom } from "../seeded-random.ts";
import { bootstrapInterval, type Interval, meanOf } from "./bootstrap.ts";

export interface ArmFigures {
  /** Share of right tries, each task counted once however many peers tried it; from 0 to 1, with its 95 % interval. */
  readonly score: number;
  readonly low: number;
  readonly high: number;
  /** Tries. */
  readonly n: number;
  /** Those of them that the model failed at: they are not right, and in no comparison with another arm. */
  readonly givenUp: number;
  /** Prompt and answer together, a try. */
  readonly tokens: number;
  /** A try. */
  readonly seconds: number;
  /** Tries that the model did not fail at, neither here nor without experience. */
  readonly pairs: number;
  /** Shares of the pairs that were wrong without experience and right here, and right without and wrong here; 0 where there are none. */
  readonly help: number;
  readonly harm: number;
}

export interface Bar {
  readonly name: string;
  /** Null where there was nothing to compute it from: such a bar does not hold. */
  readonly value: number | null;
  readonly bar: number;
  readonly holds: boolean;
  /** The value's 95 % interval, where it has one. */
  readonly low?: number;
  readonly high?: number;
}

export interface Summary {
  readonly arms: Readonly<Record<string, ArmFigures>>;
  /**
   * How much better the first arm is than the second on the tasks that both tried without a failure of the model: a difference of shares, with its 95 % interval. Undefined
   * without such tasks.
   */
  readonly gain: (arm: string, over: string) => Interval | undefined;
}

/** The same rows give the same intervals: the seed of the resampling is fixed. */
const resamplingSeed = 20_261;
const decimals = 4;

export function summarise(rows: readonly Row[], baseline: string): Summary {
  const byArm = groupedBy(rows, ({ arm }) => arm);
  const units = new Map([...byArm].map(([arm, own]) => [arm, unitsOf(own.filter(isWhole))]));
  const base = units.get(baseline) ?? new Map<string, Unit>();
  const arms = [...byArm].map(([arm, own]): [string, ArmFigures] => [arm, figuresOf(own, base)]);
  return {
    arms: Object.fromEntries(arms),
    gain: (arm, over) => {
      const [own, other] = [units.get(arm), units.get(over)];
      if (own === undefined || other === undefined) return undefined;
      const differences = [...own].flatMap(([key, { seed, score }]) => {
        const opposite = other.get(key);
        return opposite === undefined ? [] : [{ seed, score: score - opposite.score }];
      });
      return differences.length === 0 ? undefined : rounded(bootstrapInterval(bySeed(differences), freshRandom()));
    },
  };
}

/** A task of a seed: what its peers reached on average. */
interface Unit {
  readonly seed: number;
  readonly score: number;
}

function unitsOf(rows: readonly Row[]): Map<string, Unit> {
  return new Map(
    [...groupedBy(rows, unitKey)].map(([key, tries]) => [
      key,
      { seed: tries[0]?.seed ?? 0, score: meanOf(tries.map(({ right }) => Number(right))) },
    ]),
  );
}

function unitKey({ seed, environment, task, at }: Row): string {
  return JSON.stringify([seed, environment, task, at]);
}

/** A try that the model failed at says nothing of what was known: it is no pair to any other. */
function isWhole({ givenUp = 0 }: Row): boolean {
  return givenUp === 0;
}

interface Pair {
  readonly right: boolean;
  /** What the peers reached on average without experience. */
  readonly without: number;
}

function figuresOf(rows: readonly Row[], base: ReadonlyMap<string, Unit>): ArmFigures {
  const { mean, low, high } = rounded(bootstrapInterval(bySeed([...unitsOf(rows).values()]), freshRandom()));
  const whole = rows.filter(isWhole);
  const pairs = whole.flatMap((row): Pair[] => {
    const without = base.get(unitKey(row))?.score;
    return without === undefined ? [] : [{ right: row.right, without }];
  });
  return {
    score: mean,
    low,
    high,
    n: rows.length,
    givenUp: rows.length - whole.length,
    tokens: Math.round(meanOf(rows.map((row) => row.promptTokens + row.generatedTokens))),
    seconds: Number(meanOf(rows.map(({ ms }) => ms / 1_000)).toFixed(2)),
    pairs: pairs.length,
    help: share(pairs, ({ right, without }) => right && without < 0.5),
    harm: share(pairs, ({ right, without }) => !right && without >= 0.5),
  };
}

function bySeed(units: readonly Unit[]): number[][] {
  return [...groupedBy(units, ({ seed }) => String(seed)).values()].map((group) => group.map(({ score }) => score));
}

function groupedBy<Member>(members: readonly Member[], keyOf: (member: Member) => string): Map<string, Member[]> {
  return Map.groupBy(members, keyOf);
}

function freshRandom(): SeededRandom {
  return seededRandom(resamplingSeed);
}

function share(pairs: readonly Pair[], holds: (pair: Pair) => boolean): number {
  return pairs.length === 0 ? 0 : Number((pairs.filter(holds).length / pairs.length).toFixed(decimals));
}

function rounded({ mean, low, high }: Interval): Interval {
  const round = (value: number): number => Number(value.toFixed(decimals));
  return { mean: round(mean), low: round(low), high: round(high) };
}
