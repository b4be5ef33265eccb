import { maxConflicts, type StoredLesson } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { contradictingSimilarity } from "../src/conflict.ts";
import {
  areInConflict,
  type ConflictParty,
  conflictState,
  judge,
  type LessonNeighbour,
  settle,
  withConflicts,
} from "../src/index.ts";
import { friend, lessonOf, lessonVerdict, outcomesOf, standingOf, stateOf, storedOf, stranger, trialOf } from "./fixtures.ts";

const advice = lessonOf(friend);
const opposite = lessonOf(stranger, { guidance: "Do not use peek with the field after --by" });
const near = (lesson: StoredLesson, similarity = 0.95): LessonNeighbour => ({ lesson, similarity });

function reviewed(stored: StoredLesson, neighbours: readonly LessonNeighbour[]): ReturnType<typeof lessonVerdict> {
  const state = stateOf({ occasion: "review", stored });
  return lessonVerdict(judge({ record: stored.record, neighbours, state }));
}

describe("opposite guidance for one situation", () => {
  it("links the two, whichever is judged, and changes neither's state nor cluster", () => {
    for (const [one, other] of [
      [advice, opposite],
      [opposite, advice],
    ] as const) {
      const stored = storedOf(one);
      const verdict = reviewed(stored, [near(storedOf(other))]);
      expect(verdict.contradicts).toMatchObject({ rule: "conflict", code: "CONFLICT", with: [other.id] });
      expect(verdict).toMatchObject({ state: stored.standing.state, cluster: one.id });
      expect(verdict.joined).toBeUndefined();
      const after = settle(stored, verdict, 0);
      expect(after.conflicts).toEqual([other.id]);
      expect(after.standing).toBe(stored.standing);
    }
  });
  it("is not looked for again once it is known", () => {
    const stored = storedOf(advice, { conflicts: [opposite.id] });
    expect(reviewed(stored, [near(storedOf(opposite))]).contradicts).toBeUndefined();
  });
  it("is looked for where the lessons are near enough, and only among those that are in play", () => {
    expect(reviewed(storedOf(advice), [near(storedOf(opposite), contradictingSimilarity)]).contradicts).toBeDefined();
    expect(reviewed(storedOf(advice), [near(storedOf(opposite), contradictingSimilarity - 1e-9)]).contradicts).toBeUndefined();
    for (const state of ["archived", "retracted"] as const) {
      const gone = storedOf(opposite, { standing: standingOf(state, "r") });
      expect(reviewed(storedOf(advice), [near(gone)]).contradicts).toBeUndefined();
    }
  });
  it("is noted beside a joining, which it does not prevent", () => {
    const twin = lessonOf(stranger, { guidance: "Use peek with the field after the --by" });
    const verdict = reviewed(storedOf(twin), [near(storedOf(advice)), near(storedOf(opposite))]);
    expect(verdict.joined).toMatchObject({ with: advice.id });
    expect(verdict.contradicts).toMatchObject({ with: [opposite.id] });
  });
});

describe("the links", () => {
  it("are added once, and bounded, the first ones kept", () => {
    const stored = storedOf(advice, { conflicts: ["a"] });
    expect(withConflicts(stored, ["a"])).toBe(stored);
    expect(withConflicts(stored, [])).toBe(stored);
    expect(withConflicts(stored, ["b", "a", "b"]).conflicts).toEqual(["a", "b"]);
    const many = Array.from({ length: 40 }, (_, number) => `other-${number}`);
    const full = withConflicts(stored, many);
    expect(full.conflicts).toEqual(["a", ...many.slice(0, maxConflicts - 1)]);
    expect(withConflicts(full, ["one more"])).toBe(full);
  });
  it("hold from either side, and against a whole cluster by its first member", () => {
    const party = (id: string, changes: Partial<ConflictParty> = {}): ConflictParty => ({
      id,
      cluster: id,
      conflicts: [],
      ...changes,
    });
    expect(areInConflict(party("a"), party("b"))).toBe(false);
    expect(areInConflict(party("a", { conflicts: ["b"] }), party("b"))).toBe(true);
    expect(areInConflict(party("a"), party("b", { conflicts: ["a"] }))).toBe(true);
    expect(areInConflict(party("a", { conflicts: ["b"] }), party("c", { cluster: "b" }))).toBe(true);
    expect(areInConflict(party("c", { cluster: "b" }), party("a", { conflicts: ["b"] }))).toBe(true);
    expect(areInConflict(party("a", { conflicts: ["d"] }), party("c", { cluster: "b" }))).toBe(false);
  });
});

describe("the state of a conflict", () => {
  const admitted = { standing: standingOf("admitted", "own-success") };
  const withOutcomes = (record: typeof advice, worked: number, failed: number): StoredLesson =>
    storedOf(record, { ...admitted, outcomes: outcomesOf(worked, failed) });
  const winner = withOutcomes(advice, 8, 0);
  const loser = withOutcomes(opposite, 0, 8);

  it("is open without outcomes, and as long as their bounds overlap", () => {
    expect(conflictState(storedOf(advice), storedOf(opposite))).toEqual({ state: "open" });
    expect(conflictState(withOutcomes(advice, 2, 0), withOutcomes(opposite, 0, 1))).toEqual({ state: "open" });
    expect(conflictState(withOutcomes(advice, 8, 1), withOutcomes(opposite, 6, 2))).toEqual({ state: "open" });
  });
  it("is decided for the same one from either side, once outcomes speak clearly", () => {
    expect(conflictState(winner, loser)).toEqual({ state: "decided", winner: advice.id });
    expect(conflictState(loser, winner)).toEqual({ state: "decided", winner: advice.id });
  });
  it("is never decided for one that may not be used", () => {
    expect(conflictState({ ...winner, standing: standingOf("held", "blocked-author") }, loser)).toEqual({ state: "open" });
  });
  it("counts trials as outcomes", () => {
    const trial = trialOf("admitted", { wins: 8, losses: 0 });
    const refuted = trialOf("undecided", { wins: 0, losses: 8 });
    const state = conflictState(storedOf(advice, { ...admitted, trial }), storedOf(opposite, { trial: refuted }));
    expect(state).toEqual({ state: "decided", winner: advice.id });
  });
  it("is open again, and may be decided the other way, as outcomes go on", () => {
    expect(conflictState(withOutcomes(advice, 8, 6), withOutcomes(opposite, 6, 8)).state).toBe("open");
    expect(conflictState(withOutcomes(advice, 8, 40), withOutcomes(opposite, 40, 8))).toEqual({
      state: "decided",
      winner: opposite.id,
    });
  });
});
