/** Every rule of the table where it decides, and beside it the nearest case in which it keeps silent. */
import {
  type Identity,
  keyHashOf,
  type LessonBody,
  limits,
  type RecordDraft,
  type RotationBody,
  type SignedRecord,
  signRecord,
} from "@grapevine/core";
import { describe, expect, it } from "vitest";
import {
  duplicateSimilarity,
  isLessonVerdict,
  type JudgeInput,
  judge,
  type KnownRotations,
  type KnownState,
  type LessonNeighbour,
  rules,
  type Verdict,
} from "../src/index.ts";
import { maxClaims, maxRotations } from "../src/rules/rotation.ts";
import { crowdedOut, maxAhead, maxAheadOfAuthor, maxAttesters } from "../src/statements.ts";
import {
  attestationOf,
  enemy,
  friend,
  lessonOf,
  membershipOf,
  now,
  otherFriend,
  outcomesOf,
  person,
  principalOf,
  principalsOf,
  retractionOf,
  self,
  standingOf,
  stateOf,
  storedOf,
  stranger,
  trialOf,
} from "./fixtures.ts";

const minuteMs = 60_000;
const foreign = lessonOf(stranger);
const own = lessonOf(self);
const claim = rotationOf(stranger, { follows: otherFriend.author });
const later = lessonOf(stranger, { title: "A later one", supersedes: foreign.id });

interface Case {
  readonly decides: JudgeInput;
  readonly silent: JudgeInput;
}

const cases: Readonly<Record<string, Case>> = {
  "revoked-author": {
    decides: kept(foreign, {}, { membershipRefusal: "revoked-author" }),
    silent: kept(foreign, {}, { membershipRefusal: "not-a-member" }),
  },
  "not-a-member": {
    decides: arriving(foreign, { membershipRefusal: "not-a-member" }),
    silent: kept(foreign, {}, { membershipRefusal: "not-a-member" }),
  },
  "membership-elsewhere": {
    decides: about(membershipOf(1), { membershipRefusal: "other-swarm" }),
    silent: about(membershipOf(1)),
  },
  "membership-former-owner": {
    decides: about(membershipOf(1), { membershipRefusal: "not-the-owner" }),
    silent: about(membershipOf(1)),
  },
  "rotated-author": {
    decides: kept(foreign, {}, { rotatedOut: true }),
    silent: kept(foreign, {}, { rotatedOut: false }),
  },
  retracted: {
    decides: arriving(foreign, { tombstones: [retractionOf(stranger, foreign.id)] }),
    silent: arriving(foreign, { tombstones: [retractionOf(friend, foreign.id)] }),
  },
  "already-known": {
    decides: arriving(foreign, { stored: storedOf(foreign) }),
    silent: kept(foreign),
  },
  "already-refused": {
    decides: arriving(foreign, { refused: true }),
    silent: kept(foreign, {}, { refused: true }),
  },
  "too-early": {
    decides: arriving(lessonOf(stranger, { createdAt: now + 5 * minuteMs + 1 })),
    silent: arriving(lessonOf(stranger, { createdAt: now + 5 * minuteMs })),
  },
  expired: {
    decides: kept(lessonOf(stranger, { expiresAt: now + 1 }), {}, { now: now + 1 }),
    silent: kept(lessonOf(stranger, { expiresAt: now + 1 })),
  },
  superseded: {
    decides: arriving(foreign, { supersededBy: [later.id] }),
    silent: kept(foreign, { pinned: true }, { supersededBy: [later.id] }),
  },
  archived: {
    decides: kept(foreign, { standing: standingOf("archived", "expired") }),
    silent: kept(foreign, { standing: standingOf("archived", "superseded") }),
  },
  pruned: {
    decides: kept(foreign, {}, { occasion: "pressure" }),
    silent: kept(foreign, { pinned: true }, { occasion: "pressure" }),
  },
  "retraction-of-another": {
    decides: about(retractionOf(friend, foreign.id), { stored: storedOf(foreign) }),
    silent: about(retractionOf(friend, foreign.id)),
  },
  retraction: {
    decides: about(retractionOf(stranger, foreign.id), { stored: storedOf(foreign) }),
    silent: about(retractionOf(stranger, foreign.id)),
  },
  "blocked-author": {
    decides: arriving(lessonOf(enemy)),
    silent: arriving(foreign),
  },
  "statements-ahead": {
    decides: about(retractionOf(stranger, foreign.id), { ahead: { ofAuthor: maxAheadOfAuthor, inAll: maxAheadOfAuthor } }),
    silent: about(retractionOf(stranger, foreign.id), { ahead: { ofAuthor: maxAheadOfAuthor - 1, inAll: maxAhead - 1 } }),
  },
  "retraction-ahead": {
    decides: about(retractionOf(friend, foreign.id)),
    silent: about(attestationOf(friend, foreign.id)),
  },
  "attestation-outdated": {
    decides: about(attestationOf(friend, foreign.id), { attestations: [attestationOf(friend, foreign.id, { seq: 2 })] }),
    silent: about(attestationOf(friend, foreign.id), { attestations: [attestationOf(otherFriend, foreign.id, { seq: 2 })] }),
  },
  "attestation-crowded": {
    decides: crowd(maxAttesters),
    silent: crowd(maxAttesters - 1),
  },
  attestation: {
    decides: about(attestationOf(friend, foreign.id)),
    silent: about(retractionOf(friend, foreign.id)),
  },
  "rotation-known": {
    decides: about(rotationOf(stranger), rotationsOf({ byAuthor: [rotationOf(stranger)] })),
    silent: about(rotationOf(stranger, { seq: 2 }), rotationsOf({ byAuthor: [rotationOf(stranger)] })),
  },
  "rotation-other": {
    decides: about(
      rotationOf(stranger, { nextKeyHash: keyHashOf(enemy.author) }),
      rotationsOf({ byAuthor: [rotationOf(stranger)] }),
    ),
    silent: about(rotationOf(stranger, { seq: 2 }), rotationsOf({ byAuthor: [rotationOf(stranger)] })),
  },
  "rotation-uncommitted": {
    decides: about(claim, rotationsOf({ commitment: { nextKeyHash: keyHashOf(enemy.author) } })),
    silent: about(claim, rotationsOf({ commitment: { nextKeyHash: keyHashOf(stranger.author) } })),
  },
  "rotations-full": {
    decides: about(claim, rotationsOf({ claims: maxClaims })),
    silent: about(claim, rotationsOf({ claims: maxClaims - 1 })),
  },
  rotation: {
    decides: about(rotationOf(stranger)),
    silent: about(rotationOf(friend), rotationsOf({ byAuthor: [rotationOf(friend)] })),
  },
  "membership-outdated": {
    decides: about(membershipOf(1), { membership: membershipOf(2) }),
    silent: about(membershipOf(2), { membership: membershipOf(1) }),
  },
  membership: {
    decides: about(membershipOf(1)),
    silent: about(attestationOf(friend, foreign.id)),
  },
  "same-text": {
    decides: arriving(foreign, { sameText: [storedOf(lessonOf(friend))] }),
    silent: arriving(foreign, { sameText: [storedOf(foreign)] }),
  },
  "near-duplicate": {
    decides: kept(foreign, {}, {}, near(lessonOf(friend, { guidance: "Use peek and put the field after --by" }), 0.95)),
    silent: kept(
      foreign,
      {},
      {},
      near(lessonOf(friend, { guidance: "Use peek and put the field after --by" }), duplicateSimilarity - 0.01),
    ),
  },
  conflict: {
    decides: kept(foreign, {}, {}, near(lessonOf(friend, { guidance: "Do not use peek with the field after --by" }), 0.9)),
    silent: kept(foreign, {}, {}, near(lessonOf(friend, { guidance: "Use peek and put the field after --by" }), 0.9)),
  },
  "own-success": {
    decides: kept(foreign, { outcomes: outcomesOf(2, 1) }),
    silent: kept(foreign, { outcomes: outcomesOf(1, 1) }),
  },
  "trial-failed": {
    decides: kept(foreign, { trial: trialOf("refused") }),
    silent: kept(foreign, { trial: trialOf("undecided") }),
  },
  failing: {
    decides: kept(foreign, { outcomes: outcomesOf(1, 3) }),
    silent: kept(foreign, { outcomes: outcomesOf(1, 2) }),
  },
  "trial-passed": {
    decides: kept(foreign, { trial: trialOf("admitted") }),
    silent: kept(foreign, { trial: trialOf("undecided") }),
  },
  consolidation: {
    decides: arriving(own, { consolidates: foreign.id }),
    silent: kept(own, { consolidates: foreign.id, trial: trialOf("admitted") }, { consolidates: foreign.id }),
  },
  "ancestor-retracted": {
    decides: arriving(lessonOf(friend), { retractedAncestors: [foreign.id] }),
    silent: kept(own, { outcomes: outcomesOf(1) }, { retractedAncestors: [foreign.id] }),
  },
  own: {
    decides: arriving(own),
    silent: arriving(lessonOf(friend)),
  },
  "author-failing": {
    decides: arriving(foreign, { principals: principalsOf(principalOf(stranger, { failuresInRow: 3 })) }),
    silent: arriving(foreign, { principals: principalsOf(principalOf(stranger, { failuresInRow: 2 })) }),
  },
  "trusted-principal": {
    decides: arriving(lessonOf(friend)),
    silent: arriving(foreign),
  },
  witnesses: {
    decides: arriving(foreign, { attestations: [attestationOf(friend, foreign.id), attestationOf(otherFriend, foreign.id)] }),
    silent: arriving(foreign, { attestations: [attestationOf(friend, foreign.id), attestationOf(stranger, foreign.id)] }),
  },
  stranger: {
    decides: arriving(foreign),
    silent: arriving(lessonOf(friend)),
  },
};

describe("the table of rules", () => {
  it("names each rule once, gives each a code of its own, and says what it is for", () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    expect(new Set(rules.map(({ code }) => code)).size).toBe(rules.length);
    for (const { name, code, summary, types } of rules) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(summary).toMatch(/^[A-Z].*\.$/);
      expect(types.length).toBeGreaterThan(0);
    }
  });
  it("has a case below for every rule, and no case for a rule that is not there", () => {
    expect(Object.keys(cases)).toEqual(rules.map(({ name }) => name));
  });
  it.each(Object.entries(cases))("%s decides where it should, and keeps silent where it should", (name, { decides, silent }) => {
    expect(namedIn(judge(decides))).toContain(name);
    expect(namedIn(judge(silent))).not.toContain(name);
  });
});

describe("promise 8: rotations that are kept", () => {
  const ruleOf = (rotations: Partial<KnownRotations>, author = stranger): string =>
    judge(about(rotationOf(author, { seq: 99 }), rotationsOf(rotations))).rule;
  const many = (count: number): SignedRecord<RotationBody>[] =>
    Array.from({ length: count }, (_, seq) => rotationOf(stranger, { seq }));

  it("are so many of one key, and no more", () => {
    expect(ruleOf({ byAuthor: many(limits.maxRotationsOfAuthor - 1) })).toBe("rotation");
    expect(ruleOf({ byAuthor: many(limits.maxRotationsOfAuthor) })).toBe("rotations-full");
  });
  it("are so many in all, and of trusted principals more", () => {
    expect(ruleOf({ inAll: maxRotations - 1 })).toBe("rotation");
    expect(ruleOf({ inAll: maxRotations })).toBe("rotations-full");
    expect(ruleOf({ inAll: maxRotations }, friend)).toBe("rotation");
  });
});

function rotationsOf(changes: Partial<KnownRotations>): Partial<KnownState> {
  return { rotations: { byAuthor: [], claims: 0, inAll: 0, ...changes } };
}

function namedIn(verdict: Verdict): string[] {
  const notes = isLessonVerdict(verdict) ? [verdict.joined, verdict.contradicts] : [];
  return [verdict.rule, ...notes.flatMap((note) => (note === undefined ? [] : [note.rule]))];
}

function arriving(record: SignedRecord<LessonBody>, state: Partial<KnownState> = {}): JudgeInput {
  return { record, neighbours: [], state: stateOf(state) };
}

function kept(
  record: SignedRecord<LessonBody>,
  changes: Parameters<typeof storedOf>[1] = {},
  state: Partial<KnownState> = {},
  neighbours: readonly LessonNeighbour[] = [],
): JudgeInput {
  const stored = storedOf(record, changes);
  return { record, neighbours, state: stateOf({ occasion: "review", stored, ...state }) };
}

/** Commits to the stranger's key. */
function rotationOf(author: Identity, changes: Partial<RecordDraft<RotationBody>> = {}): SignedRecord<RotationBody> {
  const draft = { type: "rotation", seq: 1, createdAt: now, nextKeyHash: keyHashOf(stranger.author), ...changes } as const;
  return signRecord<RotationBody>(author, draft);
}

/** An attestation by the one whose lot is the last of as many others and itself. */
function crowd(others: number): JudgeInput {
  const people = Array.from({ length: maxAttesters + 1 }, (_, number) => person(100 + number));
  const all = people.map(({ author }) => author);
  const [last] = crowdedOut(foreign.id, all, stateOf());
  const record = attestationOf(people.find(({ author }) => author === last) ?? stranger, foreign.id);
  return about(record, { stored: storedOf(foreign), attesters: all.filter((author) => author !== last).slice(0, others) });
}

function about(record: SignedRecord, state: Partial<KnownState> = {}): JudgeInput {
  return { record, neighbours: [], state: stateOf(state) };
}

function near(record: SignedRecord<LessonBody>, similarity: number): LessonNeighbour[] {
  return [{ lesson: storedOf(record), similarity }];
}
