/** The bars that several scenarios share. Differences are shares: 0.7 is 70 points. One that cannot be computed is there all the same, and does not hold. */
import type { Interval } from "../statistics/bootstrap.ts";
import type { Bar, Summary } from "../statistics/summary.ts";

const maxHarm = 0.01;

/** At least so much better than the other arm. */
export function gainBar(summary: Summary, arm: string, over: string, least: number): Bar {
  const name = `${arm} over ${over}`;
  const gain = summary.gain(arm, over);
  return gain === undefined ? unmeasured(name, least) : { ...barOf(name, gain, least), holds: gain.mean >= least };
}

/** At most so much worse than the other arm. */
export function lossBar(summary: Summary, arm: string, against: string, most: number): Bar {
  const name = `${arm} lost against ${against}`;
  const gain = summary.gain(arm, against);
  if (gain === undefined) return unmeasured(name, most);
  const loss = { mean: -gain.mean || 0, low: -gain.high || 0, high: -gain.low || 0 };
  return { ...barOf(name, loss, most), holds: loss.mean <= most };
}

/** What the arm gains over no experience, as a share of what another gains: of nothing there is no share. */
export function shareOfGainBar(summary: Summary, arm: string, of: string, over: string, least: number): Bar {
  const name = `${arm}: share of what ${of} gains`;
  const [gain, whole] = [summary.gain(arm, over), summary.gain(of, over)];
  if (gain === undefined || whole === undefined || whole.mean <= 0) return unmeasured(name, least);
  const value = Number((gain.mean / whole.mean).toFixed(4));
  return { name, value, bar: least, holds: value >= least };
}

/** At least so much better, or as good with at most half the tokens. */
export function gainOrHalfTokensBar(summary: Summary, arm: string, over: string, least: number): Bar {
  const name = `${arm} over ${over}`;
  const gain = summary.gain(arm, over);
  const [tokens, others] = [summary.arms[arm]?.tokens, summary.arms[over]?.tokens];
  if (gain === undefined || tokens === undefined || others === undefined) return unmeasured(name, least);
  const share = Number((tokens / others).toFixed(2));
  const holds = gain.mean >= least || (gain.mean >= 0 && share <= 0.5);
  return { ...barOf(`${name} (at ${share} of its tokens)`, gain, least), holds };
}

/** At least so often right. */
export function scoreBar(summary: Summary, arm: string, least: number): Bar {
  const name = `${arm} right`;
  const figures = summary.arms[arm];
  if (figures === undefined) return unmeasured(name, least);
  const { score, low, high } = figures;
  return { ...barOf(name, { mean: score, low, high }, least), holds: score >= least };
}

/** Figures have two decimals: what takes less time than they can show counts as the least that they can. */
const leastSeconds = 0.01;

/** At least so many times as fast. */
export function speedBar(summary: Summary, arm: string, than: string, least: number): Bar {
  const name = `${arm}: times as fast as ${than}`;
  const [seconds, others] = [summary.arms[arm]?.seconds, summary.arms[than]?.seconds];
  if (seconds === undefined || others === undefined) return unmeasured(name, least);
  const value = Number((others / Math.max(seconds, leastSeconds)).toFixed(1));
  return { name, value, bar: least, holds: value >= least };
}

export function harmBar(summary: Summary, arm: string): Bar {
  const name = `harm of ${arm}`;
  const { harm = 0, pairs = 0 } = summary.arms[arm] ?? {};
  return pairs === 0 ? unmeasured(name, maxHarm) : { name, value: harm, bar: maxHarm, holds: harm <= maxHarm };
}

function unmeasured(name: string, bar: number): Bar {
  return { name, value: null, bar, holds: false };
}

function barOf(name: string, { mean, low, high }: Interval, bar: number): Omit<Bar, "holds"> {
  return { name, value: mean, bar, low, high };
}
