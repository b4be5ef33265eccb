import { describe, expect, it } from "vitest";
import type { Row } from "../src/harness/row.ts";
import { gainBar, gainOrHalfTokensBar, harmBar, lossBar, scoreBar, shareOfGainBar, speedBar } from "../src/learning/bars.ts";
import { seededRandom } from "../src/seeded-random.ts";
import { bootstrapInterval, quantile } from "../src/statistics/bootstrap.ts";
import { summarise } from "../src/statistics/summary.ts";

describe("a bootstrap interval", () => {
  it("of a share agrees with the normal approximation where that is good", () => {
    const values = Array.from({ length: 400 }, (_, position) => Number(position % 4 === 0));
    const { mean, low, high } = bootstrapInterval([values], seededRandom(1));
    // 0.25 ± 1.96 √(0.25 × 0.75 / 400) is 0.2076 to 0.2924.
    expect(mean).toBe(0.25);
    expect(low).toBeGreaterThan(0.2);
    expect(low).toBeLessThan(0.215);
    expect(high).toBeGreaterThan(0.285);
    expect(high).toBeLessThan(0.3);
  });
  it("is wider where the groups differ than where all values are alike in each", () => {
    const apart = bootstrapInterval(
      [Array(20).fill(1), Array(20).fill(0), Array(20).fill(1), Array(20).fill(0)],
      seededRandom(1),
    );
    const mixed = bootstrapInterval(
      Array.from({ length: 4 }, () => Array.from({ length: 20 }, (_, position) => position % 2)),
      seededRandom(1),
    );
    expect(apart).toMatchObject({ mean: 0.5, low: 0, high: 1 });
    expect(mixed.high - mixed.low).toBeLessThan(0.35);
  });
  it("is a point where nothing varies, the same for the same seed, and refuses nothing at all", () => {
    expect(bootstrapInterval([[0.5, 0.5]], seededRandom(1))).toEqual({ mean: 0.5, low: 0.5, high: 0.5 });
    const of = (seed: number): unknown => bootstrapInterval([[0, 1, 1, 0, 1]], seededRandom(seed));
    expect(of(3)).toEqual(of(3));
    expect(() => bootstrapInterval([[]], seededRandom(1))).toThrow(RangeError);
  });
  it("takes quantiles as type 7", () => {
    expect([0, 0.25, 0.5, 1].map((share) => quantile([1, 2, 3, 4], share))).toEqual([1, 1.75, 2.5, 4]);
  });
});

describe("a summary", () => {
  const row = (arm: string, task: string, right: boolean, changes: Partial<Row> = {}): Row => ({
    seed: 1,
    arm,
    environment: "tools:1",
    task,
    family: "f",
    peer: "any",
    at: 0,
    right,
    steps: 1,
    promptTokens: 100,
    generatedTokens: 10,
    ms: 500,
    lessons: [],
    commit: "c",
    ...changes,
  });
  const rows = [
    row("none", "a", false),
    row("none", "b", true),
    row("none", "c", false),
    row("none", "d", true),
    // Task a by two peers, of whom one did it.
    row("shared", "a", true, { peer: "one" }),
    row("shared", "a", false, { peer: "two" }),
    row("shared", "b", false),
    row("shared", "c", true, { promptTokens: 300 }),
    row("shared", "d", true),
  ];
  it("counts a task once however many peers tried it, and help and harm by the tries", () => {
    const { arms } = summarise(rows, "none");
    expect(arms["none"]).toMatchObject({ score: 0.5, n: 4, tokens: 110, seconds: 0.5, help: 0, harm: 0 });
    expect(arms["shared"]).toMatchObject({ score: 0.625, n: 5, tokens: 150, help: 0.4, harm: 0.2 });
  });
  it("pairs by task and leaves out what only one arm tried", () => {
    const { gain } = summarise([...rows, row("shared", "only here", true)], "none");
    expect(gain("shared", "none")?.mean).toBe(0.125);
    expect(gain("shared", "shared")).toEqual({ mean: 0, low: 0, high: 0 });
    expect(gain("shared", "other")).toBeUndefined();
  });
  it("leaves out of gain, help and harm what either side gave up, and what has no counterpart", () => {
    const failed = { givenUp: 1, right: false, steps: 0 };
    const stumbling = [
      ...rows,
      // Where the baseline failed, nothing was gained; where the arm failed, nothing was harmed.
      row("none", "e", false, failed),
      row("shared", "e", true),
      row("none", "f", true),
      row("shared", "f", false, failed),
      row("shared", "only here", false),
      // Of two peers at one task, the one that was not given up is the pair.
      row("none", "g", false),
      row("shared", "g", true, { peer: "one" }),
      row("shared", "g", false, { ...failed, peer: "two" }),
    ];
    const { arms, gain } = summarise(stumbling, "none");
    const measured = summarise([...rows, row("none", "g", false), row("shared", "g", true)], "none");
    expect(gain("shared", "none")).toEqual(measured.gain("shared", "none"));
    expect(arms["shared"]).toMatchObject({ n: 10, givenUp: 2, pairs: 6, help: 0.5, harm: 0.1667 });
    expect(arms["none"]).toMatchObject({ n: 7, givenUp: 1, pairs: 6, help: 0, harm: 0 });
    expect(measured.arms["shared"]).toMatchObject({ givenUp: 0, pairs: 6, help: 0.5, harm: 0.1667 });
  });
  it("gives a bar that cannot be computed, which does not hold", () => {
    const nothing = summarise([row("none", "a", false), row("shared", "b", true), row("pool", "a", false)], "none");
    const bars = [
      gainBar(nothing, "shared", "none", 0),
      lossBar(nothing, "shared", "none", 1),
      shareOfGainBar(nothing, "pool", "pool", "none", 0),
      gainOrHalfTokensBar(nothing, "shared", "none", 0),
      scoreBar(nothing, "missing", 0),
      speedBar(nothing, "shared", "missing", 0),
      harmBar(nothing, "shared"),
    ];
    expect(bars.map(({ value, holds }) => [value, holds])).toEqual(bars.map(() => [null, false]));
    expect(harmBar(nothing, "pool")).toEqual({ name: "harm of pool", value: 0, bar: 0.01, holds: true });
  });
  it("says how many times as fast, also where what is fast takes less than two decimals show", () => {
    const summary = summarise([row("first", "a", true), row("again", "a", true, { ms: 4 })], "first");
    expect(summary.arms["again"]?.seconds).toBe(0);
    expect(speedBar(summary, "again", "first", 10)).toEqual({
      name: "again: times as fast as first",
      value: 50,
      bar: 10,
      holds: true,
    });
    expect(speedBar(summary, "first", "again", 10).holds).toBe(false);
  });
});
