import { noOutcomes } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { type KnownState, lowerBound, representative, scoredLesson, trustedFloor, trustOf, utilityOf } from "../src/index.ts";
import { minWitnessTrust } from "../src/worth.ts";
import {
  attestationOf,
  enemy,
  friend,
  lessonOf,
  now,
  otherFriend,
  person,
  principalOf,
  principalsOf,
  self,
  stateOf,
  storedOf,
  stranger,
} from "./fixtures.ts";

const worked = (count: number): { worked: number; changed: number; failed: number } => ({ ...noOutcomes, worked: count });

describe("trust in an author", () => {
  it("is nothing for strangers without outcomes, and for the blocked whatever their outcomes", () => {
    expect(trustOf(undefined)).toBe(0);
    expect(trustOf(principalOf(stranger))).toBe(0);
    expect(trustOf(principalOf(enemy, { standing: "blocked", outcomes: worked(100) }))).toBe(0);
  });
  it("of a stranger is earned by one's own outcomes only", () => {
    const trust = (outcomes: ReturnType<typeof worked>): number => trustOf(principalOf(stranger, { outcomes }));
    expect(trust(worked(1))).toBeLessThan(minWitnessTrust);
    expect(trust(worked(2))).toBeGreaterThanOrEqual(minWitnessTrust);
    expect(trust({ worked: 2, changed: 0, failed: 2 })).toBeLessThan(minWitnessTrust);
    expect(trust({ worked: 0, changed: 4, failed: 0 })).toBeCloseTo(lowerBound(2, 2), 9);
  });
  it("of a principal whom the user trusts has a floor, and can be earned beyond it", () => {
    const trust = (outcomes: ReturnType<typeof worked>): number =>
      trustOf(principalOf(friend, { standing: "trusted", outcomes }));
    expect(trust(noOutcomes)).toBe(trustedFloor);
    expect(trust({ worked: 0, changed: 0, failed: 9 })).toBe(trustedFloor);
    expect(trust(worked(20))).toBeGreaterThan(0.9);
  });
});

describe("utility of a lesson", () => {
  const record = lessonOf(stranger, { evidence: { worked: 1_000_000, changed: 0, failed: 0, verifiedBy: "environment" } });
  const utility = (outcomes = noOutcomes, testimony: Partial<KnownState> = {}): number =>
    utilityOf(scoredLesson(storedOf(record, { outcomes })), stateOf(testimony));

  it("of a stranger's lesson is nothing, whatever the record claims", () => {
    expect(utility()).toBe(0);
  });
  it("is one's own outcomes' lower bound when nobody else counts", () => {
    expect(utility({ worked: 4, changed: 2, failed: 1 })).toBeCloseTo(lowerBound(5, 2), 9);
  });
  it("is not moved by a thousand new authors, for or against", () => {
    const crowd = Array.from({ length: 50 }, (_, i) => person(100 + i));
    const praise = crowd.map((each) => attestationOf(each, record.id, { worked: 1000 }));
    const slander = crowd.map((each) => attestationOf(each, record.id, { worked: 0, failed: 1000 }));
    expect(utility(noOutcomes, { attestations: praise })).toBe(0);
    expect(utility(worked(3), { attestations: slander })).toBe(utility(worked(3)));
  });
  it("is moved by a trusted principal, at most as by three outcomes at half weight", () => {
    const attested = (count: number): number =>
      utility(worked(1), { attestations: [attestationOf(friend, record.id, { worked: count })] });
    expect(attested(1)).toBeCloseTo(lowerBound(1.5, 0), 9);
    expect(attested(3)).toBeCloseTo(lowerBound(2.5, 0), 9);
    expect(attested(1_000_000)).toBeCloseTo(lowerBound(2.5, 0), 9);
  });
  it("weighs own failures above praise of two trusted principals", () => {
    const attestations = [friend, otherFriend].map((each) => attestationOf(each, record.id, { worked: 1000 }));
    expect(utility({ worked: 0, changed: 0, failed: 5 }, { attestations })).toBeLessThan(utility(worked(1)));
  });
  it("does not count the author's own praise, one's own attestation a second time, or an echo", () => {
    const known = principalsOf(...[stranger, friend].map((each) => principalOf(each, { standing: "trusted" })));
    const without = utility(worked(1), { principals: known });
    const attestations = [stranger, self, friend].map((each) => attestationOf(each, record.id, { worked: 5 }));
    expect(utility(worked(1), { principals: known, attestations, relatives: new Set([friend.author]) })).toBe(without);
  });
  it("takes the record's evidence of a trusted author for half an outcome, and one's own for what it is", () => {
    const evidence = { worked: 3, changed: 0, failed: 1, verifiedBy: "environment" } as const;
    const foreign = storedOf(lessonOf(friend, { evidence }));
    expect(utilityOf(scoredLesson(foreign), stateOf())).toBeCloseTo(lowerBound(0.375, 0.125), 9);
    expect(utilityOf(scoredLesson(storedOf(lessonOf(self, { evidence }))), stateOf())).toBeCloseTo(lowerBound(3, 1), 9);
  });
  it("survives evidence of nothing", () => {
    const evidence = { worked: 0, changed: 0, failed: 0, verifiedBy: "author" } as const;
    expect(utilityOf(scoredLesson(storedOf(lessonOf(self, { evidence }))), stateOf())).toBe(0);
  });
});

describe("who speaks for a cluster", () => {
  const member = (
    author: typeof self,
    utility: number,
    receivedAt = now,
  ): { lesson: ReturnType<typeof storedOf>; utility: number } => ({
    lesson: storedOf(lessonOf(author, { seq: receivedAt % 1000 }), { receivedAt }),
    utility,
  });

  it("the member of highest utility that may be used", () => {
    const best = member(friend, 0.6);
    expect(representative([member(self, 0.2), best, member(stranger, 0.9)])).toBe(best);
  });
  it("nobody where none may be used", () => {
    expect(representative([member(stranger, 0.9)])).toBeUndefined();
    expect(representative([])).toBeUndefined();
  });
  it("with equal utility the own one, then the one that was here first, in any order of the members", () => {
    const own = member(self, 0.4, now + 5);
    const older = member(friend, 0.4, now + 1);
    const newer = member(otherFriend, 0.4, now + 2);
    for (const members of [
      [own, older, newer],
      [newer, older, own],
      [older, own, newer],
    ])
      expect(representative(members)).toBe(own);
    for (const members of [
      [older, newer],
      [newer, older],
    ])
      expect(representative(members)).toBe(older);
  });
});
