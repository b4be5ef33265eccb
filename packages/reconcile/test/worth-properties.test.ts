/** What holds of utility whatever the evidence: who can move it, how far, and what time does to it. */
import type { OutcomeCounts, TrialEvidence } from "@grapevine/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lowerBound, scoredLesson, type Testimony, utilityOf } from "../src/index.ts";
import { evidenceHalfLifeMs, maxWitnessOutcomes } from "../src/worth.ts";
import {
  attestationOf,
  friend,
  lessonOf,
  now,
  otherFriend,
  outcomesOf,
  person,
  principalOf,
  principalsOf,
  stateOf,
  storedOf,
  stranger,
  trialOf,
} from "./fixtures.ts";

const record = lessonOf(stranger, { evidence: { worked: 0, changed: 0, failed: 0, verifiedBy: "author" } });

function utility(
  changes: Parameters<typeof storedOf>[1],
  testimony: Partial<Testimony & Parameters<typeof stateOf>[0]> = {},
): number {
  return utilityOf(scoredLesson(storedOf(record, changes)), stateOf(testimony));
}

const count = fc.nat(40);
const someOutcomes: fc.Arbitrary<OutcomeCounts> = fc.record({ worked: count, changed: count, failed: count });
const someTrial: fc.Arbitrary<TrialEvidence> = fc
  .record({ wins: fc.nat(12), losses: fc.nat(12), bothRight: fc.nat(12), bothWrong: fc.nat(12) })
  .map((counts) => trialOf("undecided", counts));

describe("one witness", () => {
  it("moves utility at most as far as so many outcomes of one's own would, whatever is said and however much the author is trusted", () => {
    const said = fc.record({ worked: fc.nat(1_000_000), changed: fc.nat(1_000_000), failed: fc.nat(1_000_000) });
    fc.assert(
      fc.property(someOutcomes, said, someOutcomes, (outcomes, words, withAuthor) => {
        const principals = principalsOf(principalOf(friend, { standing: "trusted", outcomes: withAuthor }));
        const attestations = [attestationOf(friend, record.id, words)];
        const moved = utility({ outcomes }, { principals, attestations });
        const successes = outcomes.worked + outcomes.changed / 2;
        const failures = outcomes.failed + outcomes.changed / 2;
        expect(moved).toBeLessThanOrEqual(lowerBound(successes + maxWitnessOutcomes, failures) + 1e-6);
        expect(moved).toBeGreaterThanOrEqual(lowerBound(successes, failures + maxWitnessOutcomes) - 1e-6);
      }),
      { numRuns: 60 },
    );
  });
  it("who says twice as much in another unit moves it no further", () => {
    const moved = (times: number): number =>
      utility(
        { outcomes: outcomesOf(2) },
        { attestations: [attestationOf(friend, record.id, { worked: 3 * times, failed: 1 * times })] },
      );
    expect(moved(1000)).toBeCloseTo(moved(1), 6);
  });
  it("does not count together with others more than each of them alone", () => {
    const known = Array.from({ length: 20 }, (_, number) => person(200 + number));
    const principals = principalsOf(...known.map((each) => principalOf(each, { standing: "trusted" })));
    const slander = known.map((each) => attestationOf(each, record.id, { worked: 0, failed: 1_000_000 }));
    const after = utility({ outcomes: outcomesOf(30) }, { principals, attestations: slander });
    // Twenty trusted principals at the floor of trust, three outcomes each.
    expect(after).toBeCloseTo(lowerBound(30, 20 * 3 * 0.5), 6);
  });
});

describe("paired runs of a trial", () => {
  it("take back the credit for successes that would have come anyway", () => {
    const outcomes = outcomesOf(6);
    const needed = utility({ outcomes, trial: trialOf("undecided", { wins: 2, bothRight: 0 }) });
    const partly = utility({ outcomes, trial: trialOf("undecided", { wins: 2, bothRight: 2 }) });
    const idle = utility({ outcomes, trial: trialOf("undecided", { wins: 0, bothRight: 6 }) });
    expect(needed).toBeCloseTo(lowerBound(8, 0), 9);
    expect(partly).toBeCloseTo(lowerBound(6 * (2.5 / 4.5) + 2, 0), 9);
    expect(idle).toBeCloseTo(lowerBound(6 * (0.5 / 6.5), 0), 9);
    expect(idle).toBeLessThan(utility({ outcomes }));
  });
  it("count themselves: what was made possible as success, what was spoilt as failure, what failed either way as neither", () => {
    expect(utility({ trial: trialOf("admitted", { wins: 3, losses: 1, bothWrong: 4 }) })).toBeCloseTo(lowerBound(3, 1), 9);
  });
  it("never turn a success into more than it was", () => {
    fc.assert(
      fc.property(someOutcomes, someTrial, (outcomes, trial) => {
        const credited = utility({ outcomes, trial: { ...trial, wins: 0, losses: 0 } });
        expect(credited).toBeLessThanOrEqual(utility({ outcomes }) + 1e-9);
      }),
    );
  });
});

describe("disuse", () => {
  const unusedFor = (changes: Parameters<typeof storedOf>[1], ms: number): number => utility(changes, { now: now + ms });

  it("counts all evidence half after a half-life, so that the share of successes stays and the bound sinks", () => {
    const outcomes = outcomesOf(16, 4);
    expect(unusedFor({ outcomes }, 0)).toBeCloseTo(lowerBound(16, 4), 9);
    expect(unusedFor({ outcomes }, evidenceHalfLifeMs)).toBeCloseTo(lowerBound(8, 2), 9);
    expect(unusedFor({ outcomes }, 2 * evidenceHalfLifeMs)).toBeCloseTo(lowerBound(4, 1), 9);
  });
  it("of a lesson that succeeds at least as often as it fails lowers the bound the longer it lasts", () => {
    const helpful = fc.tuple(count, count).map(([one, other]) => outcomesOf(Math.max(one, other) + 1, Math.min(one, other)));
    fc.assert(
      fc.property(helpful, fc.double({ min: 0.01, max: 6, noNaN: true }), (outcomes, halfLives) => {
        expect(unusedFor({ outcomes }, halfLives * evidenceHalfLifeMs)).toBeLessThan(unusedFor({ outcomes }, 0) + 1e-9);
      }),
    );
  });
  it("of any lesson leaves the bound below the share of its successes", () => {
    fc.assert(
      fc.property(count, count, fc.double({ min: 0, max: 20, noNaN: true }), (worked, failed, halfLives) => {
        const bound = unusedFor({ outcomes: outcomesOf(worked, failed) }, halfLives * evidenceHalfLifeMs);
        expect(bound).toBeLessThanOrEqual(worked / Math.max(1, worked + failed) + 1e-9);
      }),
    );
  });
  it("ends with a use, a trial, or the arrival, whichever was last; a clock that was set back is no disuse", () => {
    const outcomes = outcomesOf(5);
    const receivedAt = now - evidenceHalfLifeMs;
    const fresh = lowerBound(5, 0);
    expect(utility({ outcomes, receivedAt })).toBeCloseTo(lowerBound(2.5, 0), 9);
    expect(utility({ outcomes, receivedAt, usedAt: now })).toBeCloseTo(fresh, 9);
    expect(utility({ outcomes, receivedAt, trial: trialOf("undecided", { wins: 0, at: now }) })).toBeCloseTo(fresh, 9);
    expect(utility({ outcomes, usedAt: now + 1_000_000 })).toBeCloseTo(fresh, 9);
  });
});

describe("the order of those who speak", () => {
  it("makes no difference", () => {
    const words = [friend, otherFriend].map((each, place) => attestationOf(each, record.id, { worked: 2, failed: place }));
    expect(utility({}, { attestations: words })).toBeCloseTo(utility({}, { attestations: words.toReversed() }), 12);
  });
});
