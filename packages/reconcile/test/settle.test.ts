import { describe, expect, it } from "vitest";
import { judge, newLesson, settle } from "../src/index.ts";
import { friend, lessonOf, lessonVerdict, now, principalOf, principalsOf, stateOf, storedOf, stranger } from "./fixtures.ts";

describe("a verdict becomes the lesson's standing", () => {
  const record = lessonOf(stranger);
  const held = storedOf(record);

  it("of a new lesson, with its rule, its reason and its time", () => {
    const verdict = lessonVerdict(judge({ record, neighbours: [], state: stateOf() }));
    const lesson = newLesson(record, verdict, { label: 42, now });
    expect(lesson).toMatchObject({
      record,
      label: 42,
      cluster: record.id,
      receivedAt: now,
      usedAt: 0,
      pinned: false,
      history: [],
    });
    expect(lesson.standing).toEqual({ state: "held", rule: "stranger", reason: verdict.reason, since: now });
  });
  it("names the lesson whose cluster it joined", () => {
    const twin = storedOf(lessonOf(friend));
    const verdict = lessonVerdict(judge({ record, neighbours: [], state: stateOf({ sameText: [twin] }) }));
    const lesson = newLesson(record, verdict, { label: 1, now });
    expect(lesson.cluster).toBe(twin.cluster);
    expect(lesson.standing.reason).toMatch(/^you do not know its author; .*; it has the same text as [a-z2-7]{8}$/);
  });
  it("moves the old one into the history when the rule is another", () => {
    const worked = { ...held, outcomes: { worked: 2, changed: 0, failed: 0 } };
    const verdict = lessonVerdict(judge({ record, neighbours: [], state: stateOf({ occasion: "review", stored: worked }) }));
    const after = settle(worked, verdict, now + 7);
    expect(after.standing).toEqual({
      state: "admitted",
      rule: "own-success",
      reason: "it worked here 2 times and failed 0 times",
      since: now + 7,
    });
    expect(after.history).toEqual([held.standing]);
  });
  it("leaves the very same lesson where the rule is the same, although its words count further", () => {
    const admitted = {
      ...held,
      standing: { state: "admitted", rule: "own-success", reason: "it worked here 2 times", since: now },
    } as const;
    const stored = { ...admitted, outcomes: { worked: 9, changed: 0, failed: 0 } };
    const verdict = lessonVerdict(judge({ record, neighbours: [], state: stateOf({ occasion: "review", stored }) }));
    expect(settle(stored, verdict, now + 7)).toBe(stored);
  });
  it("leaves a retracted or an archived lesson with the reason it had first", () => {
    for (const state of ["retracted", "archived"] as const) {
      const stored = { ...held, standing: { state, rule: "first", reason: "first", since: now } };
      const blocked = principalsOf(principalOf(stranger, { standing: "blocked" }));
      const verdict = lessonVerdict(
        judge({ record, neighbours: [], state: stateOf({ occasion: "review", stored, principals: blocked }) }),
      );
      expect(settle(stored, verdict, now + 7)).toBe(stored);
    }
  });
});
