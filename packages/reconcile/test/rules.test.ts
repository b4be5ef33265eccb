import type { LessonState } from "@grapevine/core";
import { type RotationBody, signRecord } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { judge, type KnownState, voidTombstones } from "../src/index.ts";
import {
  attestationOf,
  enemy,
  friend,
  lessonOf,
  lessonVerdict,
  now,
  otherFriend,
  person,
  principalOf,
  principals,
  principalsOf,
  retractionOf,
  self,
  stateOf,
  storedOf,
  stranger,
} from "./fixtures.ts";

const fiveMinutesMs = 5 * 60 * 1000;

function judgeLesson(
  record = lessonOf(stranger),
  state: Partial<KnownState> = {},
): { action: string; code: string; state?: LessonState } {
  const verdict = judge({ record, neighbours: [], state: stateOf(state) });
  return "state" in verdict
    ? { action: verdict.action, code: verdict.code, state: verdict.state }
    : { action: verdict.action, code: verdict.code };
}

describe("a lesson arrives", () => {
  it("from oneself: own", () => {
    expect(judgeLesson(lessonOf(self))).toEqual({ action: "admit", code: "OWN", state: "own" });
  });
  it("from a trusted principal: admitted", () => {
    expect(judgeLesson(lessonOf(friend))).toEqual({ action: "admit", code: "PRINCIPAL_TRUSTED", state: "admitted" });
  });
  it("from a stranger: held", () => {
    expect(judgeLesson()).toEqual({ action: "hold", code: "STRANGER_HELD", state: "held" });
  });
  it("from a blocked author: refused", () => {
    expect(judgeLesson(lessonOf(enemy))).toEqual({ action: "refuse", code: "AUTHOR_BLOCKED" });
  });
  it("is alone in its cluster", () => {
    const record = lessonOf(stranger);
    expect(lessonVerdict(judge({ record, neighbours: [], state: stateOf() }))).toMatchObject({ cluster: record.id });
  });
  it("once more: ignored", () => {
    const record = lessonOf(friend);
    expect(judgeLesson(record, { stored: storedOf(record) })).toEqual({ action: "ignore", code: "ALREADY_KNOWN" });
  });
  it("after it was refused here: ignored", () => {
    expect(judgeLesson(lessonOf(friend), { refused: true })).toEqual({ action: "ignore", code: "ALREADY_REFUSED" });
  });
  it("dated five minutes ahead: taken; a millisecond more: ignored, not refused for good", () => {
    expect(judgeLesson(lessonOf(friend, { createdAt: now + fiveMinutesMs })).code).toBe("PRINCIPAL_TRUSTED");
    expect(judgeLesson(lessonOf(friend, { createdAt: now + fiveMinutesMs + 1 }))).toEqual({
      action: "ignore",
      code: "TOO_EARLY",
    });
  });
  it("dated ten years back: taken", () => {
    expect(judgeLesson(lessonOf(friend, { createdAt: now - 10 * 365 * 86_400_000 })).code).toBe("PRINCIPAL_TRUSTED");
  });
  it("past its own date: refused; a millisecond before: taken", () => {
    expect(judgeLesson(lessonOf(friend, { expiresAt: now }))).toEqual({ action: "refuse", code: "EXPIRED" });
    expect(judgeLesson(lessonOf(friend, { expiresAt: now + 1 })).code).toBe("PRINCIPAL_TRUSTED");
  });
  it("after its author's retraction: retracted", () => {
    const record = lessonOf(friend);
    expect(judgeLesson(record, { tombstones: [retractionOf(friend, record.id)] })).toEqual({
      action: "retract",
      code: "RETRACTED",
      state: "retracted",
    });
  });
  it("after somebody else's retraction, or one of another lesson: as if there were none", () => {
    const record = lessonOf(friend);
    const other = lessonOf(friend, { title: "Another" });
    const tombstones = [retractionOf(enemy, record.id), retractionOf(friend, other.id), retractionOf(self, record.id)];
    expect(judgeLesson(record, { tombstones }).code).toBe("PRINCIPAL_TRUSTED");
  });
});

describe("a lesson that is here is judged again", () => {
  const record = lessonOf(stranger);
  const review = (state: Partial<KnownState>): ReturnType<typeof judgeLesson> =>
    judgeLesson(record, { occasion: "review", stored: storedOf(record), ...state });

  it("a stranger's is held without evidence", () => {
    expect(review({}).state).toBe("held");
  });
  it("own success admits it, as long as it works more often than it fails", () => {
    const outcomes = (worked: number, failed: number): LessonState | undefined =>
      review({ stored: storedOf(record, { outcomes: { worked, changed: 0, failed } }) }).state;
    expect([outcomes(1, 0), outcomes(1, 1), outcomes(3, 2), outcomes(0, 1)]).toEqual(["admitted", "held", "admitted", "held"]);
  });
  it("two trusted principals admit it, one does not, nor one who speaks twice", () => {
    const one = attestationOf(friend, record.id);
    const two = attestationOf(otherFriend, record.id);
    expect(review({ attestations: [one] }).state).toBe("held");
    expect(review({ attestations: [one, attestationOf(friend, record.id, { seq: 9 })] }).state).toBe("held");
    expect(review({ attestations: [one, two] })).toEqual({ action: "admit", code: "WITNESSED", state: "admitted" });
  });
  it("witnesses for whom it did not work do not vouch for it", () => {
    const attestations = [attestationOf(friend, record.id), attestationOf(otherFriend, record.id, { worked: 2, failed: 2 })];
    expect(review({ attestations }).state).toBe("held");
  });
  it("neither its author nor its lineage nor oneself is a witness", () => {
    const trusting = principalsOf(
      ...[friend, otherFriend, stranger, self].map((each) => principalOf(each, { standing: "trusted" })),
    );
    const held = principalsOf(...[friend, otherFriend, self].map((each) => principalOf(each, { standing: "trusted" })));
    const own = [attestationOf(stranger, record.id), attestationOf(self, record.id), attestationOf(friend, record.id)];
    expect(review({ attestations: own, principals: held }).state).toBe("held");
    expect(review({ attestations: own, principals: trusting }).code).toBe("PRINCIPAL_TRUSTED");
    const echo = [attestationOf(friend, record.id), attestationOf(otherFriend, record.id)];
    expect(review({ attestations: echo, relatives: new Set([otherFriend.author]) }).state).toBe("held");
  });
  it("any number of strangers vouch for nothing, proven ones included", () => {
    const crowd = Array.from({ length: 40 }, (_, i) => person(100 + i));
    const attestations = crowd.map((each) => attestationOf(each, record.id, { worked: 1000 }));
    expect(review({ attestations }).state).toBe("held");
    const proven = principalsOf(...crowd.map((each) => principalOf(each, { outcomes: { worked: 20, changed: 0, failed: 0 } })));
    expect(review({ attestations, principals: proven }).state).toBe("held");
  });
  it("blocking its author holds it, even where it worked; allowing the author again undoes that", () => {
    const stored = storedOf(record, { outcomes: { worked: 5, changed: 0, failed: 0 } });
    const blocked = principalsOf(principalOf(stranger, { standing: "blocked" }));
    expect(review({ stored, principals: blocked })).toEqual({ action: "hold", code: "AUTHOR_BLOCKED", state: "held" });
    expect(review({ stored, principals }).code).toBe("OWN_SUCCESS");
  });
  it("nobody's word makes one's own lesson anything but own", () => {
    const own = lessonOf(self);
    const blocked = principalsOf(principalOf(self, { standing: "blocked" }));
    expect(judgeLesson(own, { occasion: "review", stored: storedOf(own), principals: blocked }).state).toBe("own");
  });
  it("past its own date it is archived, and stays so whatever comes", () => {
    const dated = lessonOf(friend, { expiresAt: now + 10 });
    expect(judgeLesson(dated, { occasion: "review", stored: storedOf(dated), now: now + 10 }).code).toBe("EXPIRED");
    const archived = { state: "archived", rule: "pruned", reason: "full", since: now } as const;
    expect(review({ stored: storedOf(record, { standing: archived, outcomes: { worked: 3, changed: 0, failed: 0 } }) })).toEqual({
      action: "archive",
      code: "ARCHIVED",
      state: "archived",
    });
  });
  it("once retracted it stays retracted, whatever comes", () => {
    const standing = { state: "retracted", rule: "retraction", reason: "its author took it back", since: now } as const;
    expect(review({ stored: storedOf(record, { standing, outcomes: { worked: 9, changed: 0, failed: 0 } }) }).state).toBe(
      "retracted",
    );
  });
  it("its date is no longer held against it when this node's clock is set back", () => {
    expect(review({ now: now - fiveMinutesMs * 100 }).state).toBe("held");
  });
});

describe("a retraction", () => {
  const record = lessonOf(stranger);
  const ofAuthor = retractionOf(stranger, record.id);
  const verdictOn = (retraction = ofAuthor, state: Partial<KnownState> = {}): ReturnType<typeof judge> =>
    judge({ record: retraction, neighbours: [], state: stateOf(state) });

  it("by the author takes the lesson back and leaves it in its cluster", () => {
    expect(verdictOn(ofAuthor, { stored: storedOf(record, { cluster: "its-cluster" }) })).toMatchObject({
      action: "retract",
      state: "retracted",
      cluster: "its-cluster",
    });
  });
  it("by anybody else is refused", () => {
    expect(verdictOn(retractionOf(friend, record.id), { stored: storedOf(record) })).toMatchObject({
      action: "refuse",
      code: "RETRACTION_NOT_AUTHOR",
    });
  });
  it("is kept when its lesson is not here", () => {
    expect(verdictOn()).toMatchObject({ action: "accept", code: "RETRACTION_AHEAD" });
  });
  it("is void by all but the author, and says nothing of another lesson", () => {
    const byOther = retractionOf(friend, record.id);
    const ofOther = retractionOf(friend, lessonOf(friend).id);
    expect(voidTombstones(record, [ofAuthor, byOther, ofOther])).toEqual([byOther]);
  });
  it("once more is ignored", () => {
    expect(verdictOn(ofAuthor, { tombstones: [ofAuthor] })).toMatchObject({ action: "ignore", code: "ALREADY_KNOWN" });
  });
  it("by a blocked author counts for a lesson that is here, and is not remembered where it is not", () => {
    const blocked = principalsOf(principalOf(stranger, { standing: "blocked" }));
    expect(verdictOn(ofAuthor, { stored: storedOf(record), principals: blocked })).toMatchObject({ action: "retract" });
    expect(verdictOn(ofAuthor, { principals: blocked })).toMatchObject({ action: "ignore", code: "AUTHOR_BLOCKED" });
  });
  it("dated too far ahead waits, and never expires", () => {
    expect(verdictOn(retractionOf(stranger, record.id, { createdAt: now + 2 * fiveMinutesMs }))).toMatchObject({
      code: "TOO_EARLY",
    });
    expect(verdictOn(retractionOf(stranger, record.id, { expiresAt: 1 }))).toMatchObject({ action: "accept" });
  });
});

describe("an attestation or a rotation", () => {
  const record = lessonOf(stranger);
  const verdictOn = (attestation = attestationOf(friend, record.id), state: Partial<KnownState> = {}): ReturnType<typeof judge> =>
    judge({ record: attestation, neighbours: [], state: stateOf(state) });

  it("is kept, whether or not it counts", () => {
    for (const author of [self, friend, stranger]) {
      expect(verdictOn(attestationOf(author, record.id))).toMatchObject({ action: "accept", code: "ATTESTATION_KEPT" });
    }
  });
  it("is refused where a later one of its author is here, and taken where it is the later", () => {
    const later = attestationOf(friend, record.id, { seq: 7, worked: 3 });
    const earlier = attestationOf(friend, record.id, { seq: 6 });
    expect(verdictOn(earlier, { attestations: [later] })).toMatchObject({ action: "refuse", code: "ATTESTATION_OUTDATED" });
    expect(verdictOn(later, { attestations: [earlier] })).toMatchObject({ action: "accept" });
  });
  it("of two with one sequence number the same one wins in both orders", () => {
    const one = attestationOf(friend, record.id, { seq: 7, worked: 3 });
    const two = attestationOf(friend, record.id, { seq: 7, failed: 3 });
    const actions = [verdictOn(one, { attestations: [two] }).action, verdictOn(two, { attestations: [one] }).action];
    expect(actions.toSorted()).toEqual(["accept", "refuse"]);
  });
  it("is not taken from a blocked author, nor past its date", () => {
    expect(verdictOn(attestationOf(enemy, record.id))).toMatchObject({ action: "refuse", code: "AUTHOR_BLOCKED" });
    expect(verdictOn(attestationOf(friend, record.id, { expiresAt: now }))).toMatchObject({ action: "refuse", code: "EXPIRED" });
  });
  it("a rotation is kept", () => {
    const rotation = signRecord<RotationBody>(friend, {
      type: "rotation",
      seq: 1,
      createdAt: now,
      nextKeyHash: new Uint8Array(32),
    });
    expect(judge({ record: rotation, neighbours: [], state: stateOf() })).toMatchObject({
      action: "accept",
      code: "ROTATION_KEPT",
    });
  });
});
