/** Signed records and experiences for tests: each is valid as it comes, and everything in it can be replaced. */
import {
  type AttestationBody,
  closedSwarmName,
  type Experience,
  type Identity,
  identityFromSeed,
  type LessonBody,
  type LessonState,
  type MembershipBody,
  noOutcomes,
  type RecordDraft,
  type RecordId,
  type RetractionBody,
  type RotationBody,
  type SignedRecord,
  type StoredLesson,
  signRecord,
} from "@grapevine/core";

const sampledAt = 1_700_000_000_000;

/** The same identity for the same number, below 256. */
export function sampleIdentity(number: number): Identity {
  return identityFromSeed(new Uint8Array(32).fill(number));
}

export function sampleLesson(identity: Identity, changes: Partial<RecordDraft<LessonBody>> = {}): SignedRecord<LessonBody> {
  return signRecord<LessonBody>(identity, {
    type: "lesson",
    seq: 1,
    createdAt: sampledAt,
    kind: "procedure",
    title: "List a box in order",
    situation: "A box of the stash tool is to be listed in order",
    guidance: "Use peek with the field after --by",
    example: { task: "List box tin in order of size", steps: ["stash peek tin --by size"] },
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: ["stash"],
    derivedFrom: [],
    ...changes,
  });
}

export function sampleAttestation(
  identity: Identity,
  changes: Pick<AttestationBody, "lesson"> & Partial<RecordDraft<AttestationBody>>,
): SignedRecord<AttestationBody> {
  return signRecord<AttestationBody>(identity, {
    type: "attestation",
    seq: 1,
    createdAt: sampledAt,
    worked: 1,
    changed: 0,
    failed: 0,
    ...changes,
  });
}

export function sampleRetraction(
  identity: Identity,
  changes: Pick<RetractionBody, "lesson"> & Partial<RecordDraft<RetractionBody>>,
): SignedRecord<RetractionBody> {
  return signRecord<RetractionBody>(identity, { type: "retraction", seq: 2, createdAt: sampledAt, ...changes });
}

export function sampleRotation(identity: Identity, changes: Partial<RecordDraft<RotationBody>> = {}): SignedRecord<RotationBody> {
  return signRecord<RotationBody>(identity, {
    type: "rotation",
    seq: 3,
    createdAt: sampledAt,
    nextKeyHash: new Uint8Array(32).fill(9),
    ...changes,
  });
}

/** The owner admits the member to the owner's swarm `team`. */
export function sampleMembership(
  owner: Identity,
  changes: Pick<MembershipBody, "member"> & Partial<RecordDraft<MembershipBody>>,
): SignedRecord<MembershipBody> {
  return signRecord<MembershipBody>(owner, {
    type: "membership",
    seq: 1,
    createdAt: sampledAt,
    swarm: closedSwarmName("team", owner.author),
    state: "admitted",
    ...changes,
  });
}

/** A lesson as a store keeps it: a cluster of its own, never used. */
export function sampleStoredLesson(
  record: SignedRecord<LessonBody>,
  label: number,
  state: LessonState = "admitted",
): StoredLesson {
  return {
    record,
    standing: { state, rule: "sample", reason: "made for a test", since: sampledAt },
    history: [],
    cluster: record.id,
    label,
    pinned: false,
    receivedAt: sampledAt,
    outcomes: noOutcomes,
    usedAt: 0,
    conflicts: [],
    topic: label,
  };
}

export function sampleExperience(id: string, changes: Partial<Experience> = {}): Experience {
  return {
    id,
    createdAt: sampledAt,
    prompt: "How is a box listed in order?",
    steps: [{ action: "stash peek tin --by size", observation: "pin\nnail", accepted: true }],
    answer: "With peek and the field after --by.",
    lessons: [],
    model: "scripted",
    ms: 12.5,
    distillation: "waiting",
    ...changes,
  };
}

/** The id of a record that no test stores. */
export const unknownRecordId: RecordId = "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
