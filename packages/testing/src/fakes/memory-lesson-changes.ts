/** What each kind of change does to what a store in memory holds. */
import {
  type AttestationBody,
  GrapevineError,
  type MembershipBody,
  outranks,
  type RecordId,
  type RetractionBody,
  type SignedRecord,
  type StoreChange,
  type StoredLesson,
  withStanding,
} from "@grapevine/core";
import type { Contents } from "./memory-lesson-contents.ts";

export interface ChangeBounds {
  /** Refused ids that are remembered. */
  readonly maxRefused: number;
  /** Above every label that a lesson has or had. */
  readonly nextLabel: number;
}

/** @throws STORE_CHANGE_INVALID */
export function applyChange(contents: Contents, change: StoreChange, bounds: ChangeBounds): void {
  switch (change.kind) {
    case "lesson":
      applyLesson(contents, change.lesson);
      break;
    case "archive":
      applyArchive(contents, change);
      break;
    case "forget":
      for (const id of applyForget(contents, change.id)) refuse(contents.refused, { id, reason: change.reason }, bounds);
      break;
    case "experience-outcome":
      throw changeInvalid(`there is no experience ${change.id} beside these lessons`);
    case "damaged":
      if (contents.lessons.has(change.id)) contents.damaged.add(change.id);
      contents.offered.delete(change.id);
      break;
    case "restore": {
      const lesson = contents.lessons.get(change.record.id);
      if (lesson === undefined) throw changeInvalid(`there is no lesson ${change.record.id} to restore`);
      contents.damaged.delete(change.record.id);
      applyLesson(contents, lesson); // which puts it on the list again
      break;
    }
    case "attestation":
      keep(contents.attestations, change.record, isLater);
      break;
    case "tombstone":
      keep(contents.tombstones, change.record, (candidate, kept) => isLater(kept, candidate));
      break;
    case "attestation-remove":
      contents.attestations.delete(change.lesson + change.author);
      break;
    case "tombstone-remove":
      contents.tombstones.delete(change.lesson + change.author);
      break;
    case "rotation":
      contents.rotations.set(change.record.id, change.record);
      break;
    case "rotation-remove":
      contents.rotations.delete(change.record.id);
      break;
    case "membership":
      keepMembership(contents.memberships, change.record);
      break;
    case "membership-remove":
      removeMembership(contents.memberships, change.record);
      break;
    case "embedding":
      checkLabel(change.label);
      if (change.label < bounds.nextLabel && !contents.labels.has(change.label)) break; // its lesson is forgotten
      vectorsOf(contents, change.embedder).set(change.label, change.vector.slice());
      break;
    case "principal":
      contents.principals.set(change.principal.author, change.principal);
      break;
    case "review-begin":
      contents.underReview.add(change.author);
      break;
    case "review-end":
      contents.underReview.delete(change.author);
      break;
    case "refused":
      refuse(contents.refused, change, bounds);
      break;
    case "refused-remove":
      contents.refused.delete(change.id);
      break;
    case "outbox-add":
      contents.outbox.add(change.id);
      break;
    case "outbox-remove":
      contents.outbox.delete(change.id);
      break;
  }
}

function applyArchive(contents: Contents, { id, standing, prunedUtility }: Extract<StoreChange, { kind: "archive" }>): void {
  const lesson = contents.lessons.get(id);
  if (lesson === undefined) throw changeInvalid(`there is no lesson ${id} to archive`);
  applyLesson(contents, { ...withStanding(lesson, standing), prunedUtility });
}

/** Gives the ids of what was said of it. */
function applyForget(contents: Contents, id: RecordId): RecordId[] {
  const { lessons, labels, attestations, tombstones, outbox, embeddings, forgotten, offered, damaged } = contents;
  const { label, record: lesson } = lessons.get(id) ?? {};
  lessons.delete(id);
  offered.delete(id);
  damaged.delete(id);
  outbox.delete(id);
  if (label !== undefined) {
    labels.delete(label);
    for (const vectors of embeddings.values()) vectors.delete(label);
  }
  const said: RecordId[] = [];
  for (const about of [attestations, tombstones]) {
    for (const [key, record] of about) {
      if (record.body.lesson !== id || (about === tombstones && record.body.author === lesson?.body.author)) continue;
      about.delete(key);
      outbox.delete(record.id);
      said.push(record.id);
    }
  }
  forgotten.add(id);
  return said;
}

function refuse(
  refused: Map<RecordId, string>,
  { id, reason }: { readonly id: RecordId; readonly reason: string },
  { maxRefused }: ChangeBounds,
): void {
  if (!refused.has(id)) refused.set(id, reason);
  for (const oldest of refused.keys()) if (refused.size > maxRefused) refused.delete(oldest);
}

function applyLesson(contents: Contents, lesson: StoredLesson): void {
  const { record, label } = lesson;
  checkLabel(label);
  const before = contents.lessons.get(record.id);
  const owner = contents.labels.get(label);
  if ((before !== undefined && before.label !== label) || (owner !== undefined && owner !== record.id)) {
    throw changeInvalid(`label ${label} cannot be that of lesson ${record.id}`);
  }
  contents.lessons.set(record.id, { ...lesson, record: before?.record ?? record });
  const { state } = lesson.standing;
  const awaitsTrial = lesson.consolidates !== undefined && state === "held";
  if (state === "retracted" || awaitsTrial) contents.offered.delete(record.id);
  else if (state !== "archived" || lesson.consolidates === undefined) contents.offered.add(record.id);
  contents.labels.set(label, record.id);
}

function checkLabel(label: number): void {
  if (!Number.isInteger(label) || label < 0 || label > 0xffff_ffff) throw changeInvalid(`${label} is not a label`);
}

function changeInvalid(message: string): GrapevineError {
  return new GrapevineError("STORE_CHANGE_INVALID", message, "This is a defect of the caller.");
}

/** Keeps one record for each lesson and author, whatever the order of arrival. */
function keep<Body extends AttestationBody | RetractionBody>(
  records: Map<string, SignedRecord<Body>>,
  record: SignedRecord<Body>,
  replaces: (candidate: SignedRecord, kept: SignedRecord) => boolean,
): void {
  const key = record.body.lesson + record.body.author;
  const kept = records.get(key);
  if (kept === undefined || replaces(record, kept)) records.set(key, record);
}

function keepMembership(memberships: Contents["memberships"], record: SignedRecord<MembershipBody>): void {
  const key = `${record.body.swarm}/${record.body.member}`;
  const kept = memberships.get(key);
  if (kept === undefined || outranks(record, kept)) memberships.set(key, record);
}

function removeMembership(memberships: Contents["memberships"], { id, body }: SignedRecord<MembershipBody>): void {
  const key = `${body.swarm}/${body.member}`;
  if (memberships.get(key)?.id === id) memberships.delete(key);
}

function isLater(candidate: SignedRecord, kept: SignedRecord): boolean {
  return candidate.body.seq > kept.body.seq || (candidate.body.seq === kept.body.seq && candidate.id > kept.id);
}

function vectorsOf(contents: Contents, embedder: string): Map<number, Float32Array> {
  const vectors = contents.embeddings.get(embedder) ?? new Map<number, Float32Array>();
  contents.embeddings.set(embedder, vectors);
  return vectors;
}
