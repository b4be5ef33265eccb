/** Where two rules could both decide: which of them does, and that nothing is lost by it. */
import type { LessonBody, SignedRecord, StoredLesson } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { judge, type KnownState, type LessonVerdict, prunedReason, scoredLesson, settle, utilityOf } from "../src/index.ts";
import { revivingGain } from "../src/rules/known.ts";
import {
  attestationOf,
  enemy,
  friend,
  lessonOf,
  lessonVerdict,
  now,
  otherFriend,
  outcomesOf,
  principalOf,
  principals,
  principalsOf,
  prunedLesson,
  retractionOf,
  self,
  standingOf,
  stateOf,
  storedOf,
  stranger,
  trialOf,
} from "./fixtures.ts";

const foreign = lessonOf(stranger);
const own = lessonOf(self);

describe("of two rules that could decide", () => {
  it("own success goes before a trial that was failed, and own failure before one that was passed", () => {
    expect(reviewed(foreign, { outcomes: outcomesOf(1), trial: trialOf("refused") }).rule).toBe("own-success");
    expect(reviewed(foreign, { outcomes: outcomesOf(0, 2), trial: trialOf("admitted") }).rule).toBe("failing");
  });
  it("failing holds even a trusted principal's lesson, but no lesson of one's own", () => {
    expect(reviewed(lessonOf(friend), { outcomes: outcomesOf(0, 2) })).toMatchObject({ rule: "failing", state: "held" });
    expect(reviewed(lessonOf(friend), { outcomes: outcomesOf(0, 1) }).rule).toBe("trusted-principal");
    expect(reviewed(own, { outcomes: outcomesOf(0, 9) })).toMatchObject({ rule: "own", state: "own" });
  });
  it("a trial decides on a trusted principal's lesson, and on no finished lesson of one's own", () => {
    expect(reviewed(lessonOf(friend), { trial: trialOf("refused") })).toMatchObject({ rule: "trial-failed", state: "archived" });
    expect(reviewed(own, { trial: trialOf("refused") })).toMatchObject({ rule: "own", state: "own" });
  });
  it("a failed trial archives what failed here as well, and a later own success brings it back", () => {
    const trial = trialOf("refused");
    expect(reviewed(foreign, { outcomes: outcomesOf(0, 2), trial })).toMatchObject({ rule: "trial-failed", state: "archived" });
    const gone = { trial, standing: standingOf("archived", "trial-failed") };
    expect(reviewed(foreign, gone)).toMatchObject({ rule: "trial-failed", state: "archived" });
    expect(reviewed(foreign, { ...gone, outcomes: outcomesOf(1) })).toMatchObject({ rule: "own-success", state: "admitted" });
  });
  it("a trial decides on a draft for a cluster before it is one's own", () => {
    const consolidates = foreign.id;
    expect(reviewed(own, { consolidates })).toMatchObject({ rule: "consolidation", state: "held" });
    expect(reviewed(own, { consolidates, trial: trialOf("undecided") })).toMatchObject({ rule: "consolidation", state: "held" });
    expect(reviewed(own, { consolidates, trial: trialOf("admitted") })).toMatchObject({ rule: "trial-passed", state: "own" });
    expect(reviewed(own, { consolidates, trial: trialOf("refused") })).toMatchObject({ rule: "trial-failed", state: "archived" });
  });
  it("a lesson that derives from a retracted one is held unless it has earned its place, one's own included", () => {
    const retractedAncestors = [foreign.id];
    for (const author of [self, friend, stranger]) {
      const record = lessonOf(author, { title: "Derived", derivedFrom: [foreign.id] });
      const after = (changes: Partial<StoredLesson>): LessonVerdict => reviewed(record, changes, { retractedAncestors });
      expect(after({})).toMatchObject({ rule: "ancestor-retracted", state: "held" });
      expect(["own", "own-success"]).toContain(after({ outcomes: outcomesOf(1) }).rule);
      expect(["own", "trial-passed"]).toContain(after({ trial: trialOf("admitted") }).rule);
    }
  });
  it("an author whose lessons keep failing is held although trusted and witnessed, until one of the lessons works", () => {
    const failing = principalsOf(
      principalOf(stranger, { standing: "trusted", failuresInRow: 3 }),
      principalOf(friend, { standing: "trusted" }),
      principalOf(otherFriend, { standing: "trusted" }),
    );
    const attestations = [attestationOf(friend, foreign.id), attestationOf(otherFriend, foreign.id)];
    const state = { principals: failing, attestations };
    expect(reviewed(foreign, {}, state)).toMatchObject({ rule: "author-failing", state: "held" });
    expect(reviewed(foreign, { outcomes: outcomesOf(1) }, state)).toMatchObject({ rule: "own-success", state: "admitted" });
    expect(reviewed(own, {}, { principals: principalsOf(principalOf(self, { failuresInRow: 9 })) }).rule).toBe("own");
  });
  it("a block goes before all evidence, and a retraction before a block", () => {
    const blocked = principalsOf(principalOf(stranger, { standing: "blocked" }));
    const proven = { outcomes: outcomesOf(9), trial: trialOf("admitted") };
    expect(reviewed(foreign, proven, { principals: blocked })).toMatchObject({ rule: "blocked-author", state: "held" });
    const tombstones = [retractionOf(stranger, foreign.id)];
    expect(reviewed(foreign, proven, { principals: blocked, tombstones }).rule).toBe("retracted");
  });
});

describe("under pressure", () => {
  const pressure = { occasion: "pressure" } as const;

  it("no evidence saves a foreign lesson, nor does a block keep one here", () => {
    for (const author of [stranger, friend, enemy]) {
      const verdict = reviewed(lessonOf(author), { outcomes: outcomesOf(9) }, pressure);
      expect(verdict).toMatchObject({ rule: "pruned", action: "archive", reason: prunedReason });
    }
  });
  it("one's own and the pinned stay as they are", () => {
    expect(reviewed(own, {}, pressure).state).toBe("own");
    expect(reviewed(foreign, { pinned: true }, pressure).state).toBe("held");
    expect(reviewed(lessonOf(friend), { pinned: true }, pressure).state).toBe("admitted");
  });
  it("what was retracted stays retracted", () => {
    expect(reviewed(foreign, { standing: standingOf("retracted", "retraction") }, pressure).state).toBe("retracted");
  });
});

describe("a pruned lesson", () => {
  const before = storedOf(foreign, { outcomes: outcomesOf(3, 2), trial: trialOf("admitted"), usedAt: now - 1, conflicts: ["x"] });
  const utility = utilityOf(scoredLesson(before), stateOf());
  const verdict = lessonVerdict(
    judge({ record: foreign, neighbours: [], state: stateOf({ occasion: "pressure", stored: before }) }),
  );
  const gone = prunedLesson(before, verdict, utility, now);

  it("keeps all evidence, and what it was worth", () => {
    const { standing, history, prunedUtility, ...rest } = gone;
    const { standing: standingBefore, history: _, ...restBefore } = before;
    expect(rest).toEqual(restBefore);
    expect(standing).toEqual({ state: "archived", rule: "pruned", reason: prunedReason, since: now });
    expect(history).toEqual([standingBefore]);
    expect(prunedUtility).toBe(utility);
  });
  it("stays archived without better evidence, and where it came only once more", () => {
    expect(again(gone).rule).toBe("archived");
    expect(judge({ record: foreign, neighbours: [], state: stateOf({ stored: gone }) }).rule).toBe("already-known");
  });
  it("comes back by the rule that its evidence calls for, once that has grown by enough", () => {
    const attestations = [friend, otherFriend].map((each) => attestationOf(each, foreign.id, { worked: 3 }));
    const gain = utilityOf(scoredLesson(gone), stateOf({ attestations })) - utility;
    expect(gain).toBeGreaterThan(0);
    expect(gain < revivingGain).toBe(again(gone, { attestations }).rule === "archived");
    const better = { ...gone, outcomes: outcomesOf(9, 2) };
    expect(utilityOf(scoredLesson(better), stateOf()) - utility).toBeGreaterThan(revivingGain);
    const after = settle(better, again(better), now + 1);
    expect(after.standing).toMatchObject({ state: "admitted", rule: "own-success" });
    expect(after.history).toEqual([before.standing, gone.standing]);
    expect(after).toMatchObject({ outcomes: better.outcomes, trial: before.trial, conflicts: ["x"] });
  });
  it("that grew by just less than enough stays, by just enough comes back", () => {
    const almost = { ...gone, prunedUtility: utility - revivingGain + 1e-9 };
    const enough = { ...gone, prunedUtility: utility - revivingGain - 1e-9 };
    expect(again(almost).rule).toBe("archived");
    expect(again(enough).rule).toBe("own-success");
  });
  it("comes back when the user pins it, and is not pruned again", () => {
    const kept = { ...gone, pinned: true };
    expect(again(kept)).toMatchObject({ rule: "own-success", state: "admitted" });
    expect(again(kept, { occasion: "pressure" })).toMatchObject({ rule: "own-success", state: "admitted" });
  });
  it("does not come back while there is pressure", () => {
    const better = { ...gone, outcomes: outcomesOf(20) };
    expect(again(better, { occasion: "pressure" })).toMatchObject({ rule: "archived", state: "archived" });
  });
});

describe("a superseded lesson", () => {
  const older = lessonOf(friend);
  const newer = lessonOf(friend, { title: "A later one", supersedes: older.id });
  const gone = storedOf(older, { standing: standingOf("archived", "superseded") });

  it("is archived whichever of the two came first, one's own and a proven one as well", () => {
    const supersededBy = [newer.id];
    const arrived = judge({ record: older, neighbours: [], state: stateOf({ supersededBy }) });
    expect(arrived).toMatchObject({ rule: "superseded", action: "archive", state: "archived" });
    expect(reviewed(older, { outcomes: outcomesOf(9) }, { supersededBy })).toMatchObject({
      rule: "superseded",
      state: "archived",
    });
    expect(reviewed(own, {}, { supersededBy })).toMatchObject({ rule: "superseded", state: "archived" });
  });
  it("that is pinned stays in use, and comes back when it is pinned afterwards", () => {
    expect(reviewed(older, { pinned: true }, { supersededBy: [newer.id] }).rule).toBe("trusted-principal");
    expect(again({ ...gone, pinned: true }, { supersededBy: [newer.id] }).rule).toBe("trusted-principal");
  });
  it("comes back when the later one is taken back, and is judged by what is known of it", () => {
    expect(again(gone, { supersededBy: [newer.id] }).state).toBe("archived");
    expect(again(gone)).toMatchObject({ rule: "trusted-principal", state: "admitted" });
    expect(again({ ...gone, outcomes: outcomesOf(0, 2) })).toMatchObject({ rule: "failing", state: "held" });
  });
  it("does not come back past its date", () => {
    const dated = lessonOf(friend, { expiresAt: now });
    expect(again(storedOf(dated, { standing: standingOf("archived", "superseded") })).rule).toBe("expired");
  });
});

/** The principals of these tests are the two friends and the enemy unless the state says otherwise. */
function reviewed(
  record: SignedRecord<LessonBody>,
  changes: Partial<StoredLesson> = {},
  state: Partial<KnownState> = {},
): LessonVerdict {
  return again(storedOf(record, changes), { principals, ...state });
}

function again(stored: StoredLesson, state: Partial<KnownState> = {}): LessonVerdict {
  return lessonVerdict(
    judge({ record: stored.record, neighbours: [], state: stateOf({ occasion: "review", stored, ...state }) }),
  );
}
