/** Intervals by resampling what was measured. */
import type { SeededRandom } from "../seeded-random.ts";

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const resamples = 2_000;
const level = 0.95;

/**
 * Mean of values that come in groups (the tasks of a seed), with a 95 % interval by the percentile bootstrap (B. Efron, Annals of Statistics 7, 1979). Where there is more
 * than one group, groups are drawn with replacement first and then the values within each (A. C. Davison and D. V. Hinkley, "Bootstrap Methods and their Application",
 * 1997, section 3.8): tasks of one seed share a world, so that they tell less than as many of different worlds. With one group the interval says nothing
 * of other seeds. For a paired comparison the values are the differences.
 * @throws RangeError for no value at all: a defect of the caller
 */
export function bootstrapInterval(groups: readonly (readonly number[])[], random: SeededRandom): Interval {
  const filled = groups.filter((group) => group.length > 0);
  if (filled.length === 0) throw new RangeError("an interval of no values");
  const means = Array.from({ length: resamples }, () => meanOf(resampled(filled, random))).sort(
    (first, second) => first - second,
  );
  const tail = (1 - level) / 2;
  return { mean: meanOf(filled.flat()), low: quantile(means, tail), high: quantile(means, 1 - tail) };
}

/** @throws RangeError for no value at all */
export function meanOf(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("a mean of no values");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of values in ascending order, with linear interpolation: type 7 of R. J. Hyndman and Y. Fan, The American Statistician 50(4), 1996. */
export function quantile(ascending: readonly number[], share: number): number {
  const at = (ascending.length - 1) * share;
  const [below, above] = [ascending[Math.floor(at)], ascending[Math.ceil(at)]];
  if (below === undefined || above === undefined) throw new RangeError("a quantile of no values");
  return below + (above - below) * (at - Math.floor(at));
}

function resampled(groups: readonly (readonly number[])[], random: SeededRandom): number[] {
  const drawn = groups.length === 1 ? groups : groups.map(() => drawOf(groups, random));
  return drawn.flatMap((group) => group.map(() => drawOf(group, random)));
}

function drawOf<Member>(members: readonly Member[], random: SeededRandom): Member {
  return members[Math.floor(random.next() * members.length)] as Member;
}
