/** How a node grows: its experiences and lessons over time, in periods as long as it takes for them to fit a picture. */
import type { AuthorId, Clock, Experience, ExperienceStore, LessonStore } from "@grapevine/core";
import type { EndedCounts, GrowthPeriod, GrowthReport } from "./control/dashboard-contract.ts";

export interface GrowthComponents {
  readonly experiences: Pick<ExperienceStore, "list">;
  readonly store: Pick<LessonStore, "allGlances" | "list">;
  readonly self: AuthorId;
  readonly clock: Clock;
}

/** Newest experiences that are looked at: each is read. */
export const maxGrowthExperiences = 5_000;
/** Lessons that are not used and are read for their reasons, the newest. */
export const maxUnusedLessons = 2_000;
/** As many as a picture of a phone's width shows apart. */
export const maxGrowthPeriods = 48;

const minuteMs = 60_000;
const hourMs: number = 60 * minuteMs;
const dayMs: number = 24 * hourMs;
const periodsMs: readonly number[] = [minuteMs, 5 * minuteMs, 15 * minuteMs, hourMs, 6 * hourMs, dayMs, 7 * dayMs, 30 * dayMs];
const longestPeriodMs: number = 365 * dayMs;

export async function reportGrowth(components: GrowthComponents): Promise<GrowthReport> {
  const lived: Experience[] = [];
  for await (const experience of components.experiences.list({ limit: maxGrowthExperiences })) lived.push(experience);
  const received: { readonly at: number; readonly isOwn: boolean }[] = [];
  for await (const { author, receivedAt } of components.store.allGlances()) {
    received.push({ at: receivedAt, isOwn: author === components.self });
  }
  const moments = [...lived.map(({ createdAt }) => createdAt), ...received.map(({ at }) => at)];
  const { periods, periodMs, at } = emptyPeriods(moments, components.clock.now());
  for (const experience of lived) {
    const period = at(experience.createdAt);
    const verdict = experience.outcome?.verdict;
    if (period === undefined || verdict === undefined) continue;
    (experience.lessons.length > 0 ? period.withLessons : period.withoutLessons)[verdict] += 1;
  }
  for (const lesson of received) {
    const period = at(lesson.at);
    if (period !== undefined) period[lesson.isOwn ? "made" : "received"] += 1;
  }
  return { periods, periodMs, ...timesOf(lived), experiences: lived.length, unused: await unusedLessons(components) };
}

interface GrowingPeriod extends GrowthPeriod {
  readonly withLessons: Growing<EndedCounts>;
  readonly withoutLessons: Growing<EndedCounts>;
  made: number;
  received: number;
}

type Growing<Counts> = { -readonly [Key in keyof Counts]: number };

function emptyPeriods(
  moments: readonly number[],
  now: number,
): { periods: GrowingPeriod[]; periodMs: number; at: (moment: number) => GrowingPeriod | undefined } {
  const first = moments.reduce((least, moment) => Math.min(least, moment), now);
  const span = now - first;
  const periodMs = periodsMs.find((length) => span / length < maxGrowthPeriods - 1) ?? longestPeriodMs;
  const begin = Math.floor(first / periodMs) * periodMs;
  const count = moments.length === 0 ? 0 : Math.min(maxGrowthPeriods, Math.floor((now - begin) / periodMs) + 1);
  const periods = Array.from({ length: count }, (_, index) => ({
    from: begin + index * periodMs,
    withLessons: { worked: 0, changed: 0, failed: 0 },
    withoutLessons: { worked: 0, changed: 0, failed: 0 },
    made: 0,
    received: 0,
  }));
  return { periods, periodMs, at: (moment) => periods[Math.floor((moment - begin) / periodMs)] };
}

/** Of this node's own answers: what a peer took says nothing of its lessons here. */
function timesOf(lived: readonly Experience[]): Pick<GrowthReport, "time" | "reused"> {
  const own = lived.filter(({ answeredBy }) => answeredBy === undefined);
  const given = own.filter(({ reusedFrom }) => reusedFrom === undefined);
  const again = own.filter(({ reusedFrom }) => reusedFrom !== undefined);
  const first = new Map(given.map((experience) => [experience.id, experience]));
  let [savedMs, savedTokens] = [0, 0];
  for (const { reusedFrom = "", ms, tokens = noTokens } of again) {
    const source = first.get(reusedFrom);
    if (source === undefined) continue;
    const before = source.tokens ?? noTokens;
    savedMs += Math.max(0, source.ms - ms);
    savedTokens += Math.max(0, before.prompt + before.generated - tokens.prompt - tokens.generated);
  }
  const withLessonsMs = median(given.flatMap(({ lessons, ms }) => (lessons.length > 0 ? [ms] : [])));
  const withoutLessonsMs = median(given.flatMap(({ lessons, ms }) => (lessons.length === 0 ? [ms] : [])));
  return {
    time: {
      ...(withLessonsMs === undefined ? {} : { withLessonsMs }),
      ...(withoutLessonsMs === undefined ? {} : { withoutLessonsMs }),
    },
    reused: { answers: again.length, savedMs, savedTokens },
  };
}

/** Where nobody counted. */
const noTokens = { prompt: 0, generated: 0 };

function median(values: number[]): number | undefined {
  const sorted = values.sort((one, other) => one - other);
  return sorted[sorted.length >> 1];
}

async function unusedLessons({ store }: GrowthComponents): Promise<GrowthReport["unused"]> {
  const reasons = new Map<string, { state: string; rule: string; example: string; lessons: number }>();
  for await (const { standing } of store.list({ states: ["held", "archived", "retracted"], limit: maxUnusedLessons })) {
    const { state, rule, reason } = standing;
    const known = reasons.get(`${state} ${rule}`) ?? { state, rule, example: reason, lessons: 0 };
    reasons.set(`${state} ${rule}`, { ...known, lessons: known.lessons + 1 });
  }
  return [...reasons.values()].sort((one, other) => other.lessons - one.lessons);
}
