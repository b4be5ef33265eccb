/** Signed records and small states for the tests of this package. */
import {
  type AttestationBody,
  type AuthorId,
  closedSwarmName,
  type Identity,
  identityFromSeed,
  type LessonBody,
  type MembershipBody,
  type OutcomeCounts,
  type Principal,
  type RecordDraft,
  type RetractionBody,
  type SignedRecord,
  type Standing,
  type StoredLesson,
  signRecord,
  strangerCalled,
  type TrialEvidence,
} from "@grapevine/core";
import {
  isLessonVerdict,
  judge,
  type Keeping,
  type KnownState,
  type LessonVerdict,
  newLesson,
  type Overflow,
  settle,
} from "../src/index.ts";

export const now = 1_800_000_000_000;

export function person(number: number): Identity {
  return identityFromSeed(new Uint8Array(32).fill(number));
}
export const self: Identity = person(1);
export const friend: Identity = person(2);
export const otherFriend: Identity = person(3);
export const stranger: Identity = person(4);
export const enemy: Identity = person(5);

export function lessonOf(author: Identity, changes: Partial<RecordDraft<LessonBody>> = {}): SignedRecord<LessonBody> {
  return signRecord<LessonBody>(author, {
    type: "lesson",
    seq: 1,
    createdAt: now - 1000,
    kind: "procedure",
    title: "List a box in order",
    situation: "A box of the stash tool is to be listed in order of a field",
    guidance: "Use peek with the field after --by",
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: [],
    derivedFrom: [],
    ...changes,
  });
}

export function attestationOf(
  author: Identity,
  lesson: string,
  changes: Partial<RecordDraft<AttestationBody>> = {},
): SignedRecord<AttestationBody> {
  const draft = {
    type: "attestation",
    seq: 1,
    createdAt: now - 500,
    lesson,
    worked: 1,
    changed: 0,
    failed: 0,
    ...changes,
  } as const;
  return signRecord<AttestationBody>(author, draft);
}

export function retractionOf(
  author: Identity,
  lesson: string,
  changes: Partial<RecordDraft<RetractionBody>> = {},
): SignedRecord<RetractionBody> {
  return signRecord<RetractionBody>(author, { type: "retraction", seq: 2, createdAt: now - 400, lesson, ...changes });
}

/** The owner of a closed swarm admits a stranger to it. */
export function membershipOf(seq: number): SignedRecord<MembershipBody> {
  const swarm = closedSwarmName("team", friend.author);
  const draft = { type: "membership", seq, createdAt: now - 300, swarm, member: stranger.author, state: "admitted" } as const;
  return signRecord<MembershipBody>(friend, draft);
}

export function principalsOf(...principals: readonly Principal[]): ReadonlyMap<AuthorId, Principal> {
  return new Map(principals.map((principal) => [principal.author, principal]));
}

export function principalOf(identity: Identity, changes: Partial<Principal> = {}): Principal {
  return { ...strangerCalled(identity.author), ...changes };
}

/** The user trusts two friends and has blocked an enemy. */
export const principals: ReadonlyMap<AuthorId, Principal> = principalsOf(
  principalOf(friend, { standing: "trusted" }),
  principalOf(otherFriend, { standing: "trusted" }),
  principalOf(enemy, { standing: "blocked" }),
);

export function stateOf(changes: Partial<KnownState> = {}): KnownState {
  return {
    occasion: "arrival",
    now,
    self: self.author,
    principals,
    attestations: [],
    relatives: new Set(),
    attesters: [],
    ahead: { ofAuthor: 0, inAll: 0 },
    refused: false,
    tombstones: [],
    sameText: [],
    supersededBy: [],
    retractedAncestors: [],
    ...changes,
  };
}

/** The lesson as it is kept where nothing else is known. */
export function storedOf(record: SignedRecord<LessonBody>, changes: Partial<StoredLesson> = {}): StoredLesson {
  const verdict = judge({ record, neighbours: [], state: stateOf({ occasion: "review" }) });
  return { ...newLesson(record, lessonVerdict(verdict), { label: 1, now }), ...changes };
}

export function lessonVerdict(verdict: ReturnType<typeof judge>): LessonVerdict {
  if (!isLessonVerdict(verdict)) throw new Error(`expected a verdict on a lesson, got ${verdict.code}`);
  return verdict;
}

/** Own outcomes, as they are counted: how often it worked, how often it failed. */
export function outcomesOf(worked: number, failed = 0): OutcomeCounts {
  return { worked, changed: 0, failed };
}

/** A trial as it is kept: tasks done only with the lesson, only without it, either way, and neither way. */
export function trialOf(verdict: TrialEvidence["verdict"], counts: Partial<TrialEvidence> = {}): TrialEvidence {
  return { wins: 3, losses: 0, bothRight: 0, bothWrong: 0, generations: 6, model: "a-model", at: now, verdict, ...counts };
}

export function standingOf(state: Standing["state"], rule: string): Standing {
  return { state, rule, reason: "the reason it had", since: now };
}

/** Takes out what is too many, in the order in which it goes. */
export function drain(keeping: Keeping): Overflow[] {
  const gone: Overflow[] = [];
  for (let next = keeping.overflow(); next !== undefined; next = keeping.overflow()) {
    const before = keeping.size;
    keeping.delete(next.lesson.id);
    if (keeping.size >= before) throw new Error(`${next.lesson.id} is too many, but cannot be taken out`);
    gone.push(next);
  }
  return gone;
}

/** The lesson as a node keeps it after pruning it: what it was worth then is kept, so that better evidence is known when it comes. */
export function prunedLesson(lesson: StoredLesson, verdict: LessonVerdict, utility: number, at: number): StoredLesson {
  return { ...settle(lesson, verdict, at), prunedUtility: utility };
}
