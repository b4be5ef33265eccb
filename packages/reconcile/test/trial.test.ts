import { seededRandom } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { countedPair, maxTrialTasks, noTrialCounts, type TrialCounts, trialDecision } from "../src/index.ts";
import { usefulShare, uselessShare } from "../src/trial.ts";

const counts = (changes: Partial<TrialCounts>): TrialCounts => ({ ...noTrialCounts, ...changes });

describe("one more task", () => {
  it("is counted by what was done with the lesson and without it", () => {
    expect(countedPair(noTrialCounts, true, false)).toEqual(counts({ wins: 1 }));
    expect(countedPair(noTrialCounts, false, true)).toEqual(counts({ losses: 1 }));
    expect(countedPair(noTrialCounts, true, true)).toEqual(counts({ bothRight: 1 }));
    expect(countedPair(counts({ bothWrong: 4, wins: 1 }), false, false)).toEqual(counts({ bothWrong: 5, wins: 1 }));
  });
});

describe("the sequential test", () => {
  it("admits at three wins, refuses at four failures of either kind, and decides no sooner", () => {
    expect(trialDecision(counts({ wins: 2 }))).toBeUndefined();
    expect(trialDecision(counts({ wins: 3 }))).toBe("admitted");
    expect(trialDecision(counts({ bothWrong: 3 }))).toBeUndefined();
    expect(trialDecision(counts({ bothWrong: 4 }))).toBe("refused");
    expect(trialDecision(counts({ losses: 3 }))).toBeUndefined();
    expect(trialDecision(counts({ losses: 2, bothWrong: 2 }))).toBe("refused");
  });
  it("wants one more win for a failure, and more failures for a win", () => {
    expect(trialDecision(counts({ wins: 3, losses: 1 }))).toBeUndefined();
    expect(trialDecision(counts({ wins: 4, losses: 1 }))).toBe("admitted");
    expect(trialDecision(counts({ wins: 1, bothWrong: 4 }))).toBeUndefined();
    expect(trialDecision(counts({ wins: 1, bothWrong: 5 }))).toBe("refused");
  });
  it("learns nothing from tasks that go well either way", () => {
    expect(trialDecision(counts({ bothRight: 1_000 }))).toBeUndefined();
    expect(trialDecision(counts({ bothRight: 1_000, wins: 2 }))).toBeUndefined();
  });
});

describe("of twenty thousand simulated lessons", () => {
  it("that seem to help on the useless share of the tasks at most 3 % pass", () => {
    const { passed, refused, meanTasks } = simulated(uselessShare, 1);
    expect(passed).toBeLessThanOrEqual(0.03);
    expect(passed).toBeGreaterThan(0.005);
    expect(refused).toBeGreaterThan(0.85);
    expect(meanTasks).toBeLessThan(7);
  });
  it("that help on the useful share at most 6 % fail, and most pass", () => {
    const { passed, refused, meanTasks } = simulated(usefulShare, 2);
    expect(refused).toBeLessThanOrEqual(0.06);
    expect(passed).toBeGreaterThan(0.85);
    expect(meanTasks).toBeLessThan(7);
  });
  it("that are better or worse than that the errors are rarer still", () => {
    expect(simulated(0.9, 3).refused).toBeLessThanOrEqual(0.005);
    expect(simulated(0.1, 4).passed).toBeLessThanOrEqual(0.005);
  });
});

/** Shares of lessons that pass and fail when each of their tasks is a win with the given chance, and how many tasks they take. */
function simulated(share: number, seed: number): { passed: number; refused: number; meanTasks: number } {
  const random = seededRandom(seed);
  const lessons = 20_000;
  const sums = { passed: 0, refused: 0, tasks: 0 };
  for (let lesson = 0; lesson < lessons; lesson++) {
    let seen = noTrialCounts;
    let decision: ReturnType<typeof trialDecision>;
    for (let task = 0; task < maxTrialTasks && decision === undefined; task++) {
      seen = countedPair(seen, random() < share, false);
      sums.tasks += 1;
      decision = trialDecision(seen);
    }
    if (decision === "admitted") sums.passed += 1;
    if (decision === "refused") sums.refused += 1;
  }
  return { passed: sums.passed / lessons, refused: sums.refused / lessons, meanTasks: sums.tasks / lessons };
}
