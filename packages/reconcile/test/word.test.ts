import type { OutcomeCounts, WordCounts } from "@grapevine/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOfWord, lowerBound, scoredLesson, utilityOf, wordAfter } from "../src/index.ts";
import { credibilityOf, minCredibility } from "../src/word.ts";
import {
  attestationOf,
  friend,
  lessonOf,
  outcomesOf,
  principalOf,
  principalsOf,
  stateOf,
  storedOf,
  stranger,
} from "./fixtures.ts";

const word = (agreed: number, disagreed: number): WordCounts => ({ agreed, disagreed });

describe("how far an author's word is believed", () => {
  it("is whole as long as nothing speaks against it", () => {
    expect(credibilityOf(undefined)).toBe(1);
    expect(credibilityOf(word(0, 0))).toBe(1);
    expect(credibilityOf(word(9, 0))).toBe(1);
  });
  it("falls with what was belied and recovers with what was borne out", () => {
    expect(credibilityOf(word(0, 1))).toBeCloseTo(1 - lowerBound(1, 0), 9);
    const count = fc.nat(50);
    fc.assert(
      fc.property(count, count, (agreed, disagreed) => {
        const credibility = credibilityOf(word(agreed, disagreed));
        expect(credibilityOf(word(agreed, disagreed + 1))).toBeLessThan(credibility + 1e-9);
        expect(credibilityOf(word(agreed + 1, disagreed))).toBeGreaterThan(credibility - 1e-9);
      }),
    );
  });
  it("is nothing at three belied statements and none borne out, not yet at two", () => {
    expect(credibilityOf(word(0, 2))).toBeGreaterThanOrEqual(minCredibility);
    expect(credibilityOf(word(0, 3))).toBeLessThan(minCredibility);
  });
});

describe("the check of what another says", () => {
  it.each<[OutcomeCounts, OutcomeCounts | undefined, keyof WordCounts | undefined]>([
    [outcomesOf(2), outcomesOf(0, 1), "disagreed"],
    [outcomesOf(0, 2), outcomesOf(9), "disagreed"],
    [outcomesOf(2), outcomesOf(1), "agreed"],
    [outcomesOf(1, 3), outcomesOf(0, 1), "agreed"],
    [outcomesOf(1), outcomesOf(0, 9), "disagreed"],
    [outcomesOf(2, 2), outcomesOf(0, 9), undefined],
    [outcomesOf(5), outcomesOf(2, 2), undefined],
    [outcomesOf(5), undefined, undefined],
  ])("own %o against said %o: %s", (own, said, result) => {
    expect(checkOfWord(own, said)).toBe(result);
  });
});

describe("the counts of an author's word", () => {
  it("change with the check, whose earlier result is taken back", () => {
    expect(wordAfter(word(1, 1), undefined, "agreed")).toEqual(word(2, 1));
    expect(wordAfter(word(1, 1), "agreed", "disagreed")).toEqual(word(0, 2));
    expect(wordAfter(word(1, 1), "disagreed", undefined)).toEqual(word(1, 0));
    expect(wordAfter(word(0, 0), "agreed", undefined)).toEqual(word(0, 0));
  });
  it("are the very same where the check is", () => {
    const before = word(3, 1);
    for (const check of [undefined, "agreed", "disagreed"] as const) expect(wordAfter(before, check, check)).toBe(before);
  });
  it("count each lesson once, however often the check of it changes", () => {
    const check = fc.constantFrom(undefined, "agreed" as const, "disagreed" as const);
    fc.assert(
      fc.property(fc.array(fc.array(check, { minLength: 1 }), { maxLength: 5 }), (lessons) => {
        let counts = word(0, 0);
        for (const checks of lessons) {
          for (const [place, after] of checks.entries()) counts = wordAfter(counts, checks[place - 1], after);
        }
        const last = lessons.map((checks) => checks.at(-1));
        expect(counts).toEqual(
          word(last.filter((each) => each === "agreed").length, last.filter((each) => each === "disagreed").length),
        );
      }),
    );
  });
});

describe("slander", () => {
  const record = lessonOf(stranger);
  const slander = [attestationOf(friend, record.id, { worked: 0, failed: 1_000 })];
  const utilityWhere = (counts: WordCounts): number => {
    const principals = principalsOf(principalOf(friend, { standing: "trusted", word: counts }));
    return utilityOf(scoredLesson(storedOf(record, { outcomes: outcomesOf(3) })), stateOf({ principals, attestations: slander }));
  };

  it("weighs less with every statement that was belied, in the end nothing", () => {
    const utilities = [0, 1, 2, 3].map((belied) => utilityWhere(word(0, belied)));
    expect(utilities).toEqual(utilities.toSorted((first, second) => first - second));
    expect(new Set(utilities).size).toBe(4);
    expect(utilities.at(-1)).toBe(lowerBound(3, 0));
  });
  it("takes its full, capped weight again from an author whose word is borne out", () => {
    expect(utilityWhere(word(40, 0))).toBe(utilityWhere(word(0, 0)));
    expect(utilityWhere(word(40, 3))).toBeLessThan(lowerBound(3, 0));
  });
});
