/**
 * What each `StoreChange` writes. Changes are applied in order, and each sees what those before it wrote.
 *
 * Records about a lesson are kept one for each author and lesson, and which one does not depend on the order of arrival: the attestation with the
 * largest (seq, id), the retraction with the smallest.
 */
import {
  type AttestationBody,
  isRecordId,
  type LessonState,
  lessonText,
  normalisedText,
  type RecordType,
  type RetractionBody,
  type RotationBody,
  recordIdOf,
  type SignedRecord,
  type StoreChange,
  type StoredLesson,
} from "@grapevine/core";
import { storeErrors } from "./errors.ts";
import { authoredKey, embeddingKey, keyspaces, labelKey, numberKey, recordKeyKey, textHashKey, textKey } from "./keyspace.ts";
import {
  type AuthoredPointer,
  decodePointer,
  decodeStanding,
  encodeNumber,
  encodePointer,
  encodePrincipal,
  encodeReceived,
  encodeStanding,
  encodeType,
  encodeVector,
  pointerTo,
} from "./lesson-encoding.ts";
import { maxLabel } from "./reservations.ts";
import type { Transaction } from "./transaction.ts";

export interface LessonChangeLimits {
  /** Refused ids that are remembered; the oldest is forgotten for the next. */
  readonly maxRefused: number;
}

/** @throws STORE_CHANGE_INVALID */
export function applyChange(transaction: Transaction, change: StoreChange, limits: LessonChangeLimits): void {
  switch (change.kind) {
    case "lesson":
      applyLesson(transaction, change.lesson);
      break;
    case "attestation":
      applyAuthored(transaction, keyspaces.attestation, change.record, isLater);
      break;
    case "tombstone":
      applyAuthored(transaction, keyspaces.tombstone, change.record, isEarlier);
      break;
    case "tombstone-remove":
      applyTombstoneRemove(transaction, authoredKey(keyspaces.tombstone, change.lesson, change.author));
      break;
    case "rotation":
      applyRotation(transaction, change.record);
      break;
    case "embedding":
      applyEmbedding(transaction, change);
      break;
    case "principal":
      transaction.put(textKey(keyspaces.principal, change.principal.author), encodePrincipal(change.principal));
      break;
    case "review-begin":
      transaction.put(textKey(keyspaces.review, change.author), nothing);
      break;
    case "review-end":
      transaction.delete(textKey(keyspaces.review, change.author));
      break;
    case "refused":
      applyRefused(transaction, change, limits.maxRefused);
      break;
    case "outbox-add":
      applyOutboxAdd(transaction, change.id);
      break;
    case "outbox-remove":
      transaction.delete(textKey(keyspaces.outbox, change.id));
      break;
  }
}

function applyLesson(transaction: Transaction, lesson: StoredLesson): void {
  const { id } = lesson.record;
  checkLabel(lesson.label);
  const standingKey = textKey(keyspaces.standing, id);
  const value = transaction.getSync(standingKey);
  if (value === undefined) {
    addLesson(transaction, lesson);
    return;
  }
  const before = decodeStanding(value);
  if (before.label !== lesson.label) {
    throw storeErrors.create(
      "STORE_CHANGE_INVALID",
      `lesson ${id} has label ${before.label}, which cannot become ${lesson.label}`,
    );
  }
  transaction.put(standingKey, encodeStanding(lesson, before.order));
  if (before.standing.state !== lesson.standing.state) {
    changeLessonCount(transaction, before.standing.state, -1);
    changeLessonCount(transaction, lesson.standing.state, 1);
    placeLesson(transaction, lesson, before.order);
  }
}

function addLesson(transaction: Transaction, lesson: StoredLesson): void {
  const { record, label, standing } = lesson;
  const owner = transaction.getSync(labelKey(label));
  if (owner !== undefined) {
    throw storeErrors.create(
      "STORE_CHANGE_INVALID",
      `label ${label} belongs to lesson ${owner.toString("latin1")}, not to ${record.id}`,
    );
  }
  const order = transaction.takeOrder();
  addRecord(transaction, record);
  transaction.put(textKey(keyspaces.standing, record.id), encodeStanding(lesson, order));
  transaction.put(labelKey(label), Buffer.from(record.id, "latin1"));
  transaction.put(textHashKey(normalisedText(lessonText(record.body)), record.id), nothing);
  for (const ancestor of record.body.derivedFrom) {
    transaction.put(authoredKey(keyspaces.derived, ancestor, record.body.author), nothing);
  }
  changeLessonCount(transaction, standing.state, 1);
  placeLesson(transaction, lesson, order);
  transaction.state = { ...transaction.state, nextLabel: Math.max(transaction.state.nextLabel, label + 1) };
}

/** Retracted lessons are not passed on: their tombstones are. So peers that met the two in either order offer the same records. */
function placeLesson(transaction: Transaction, { record, standing }: StoredLesson, order: number): void {
  const { author, createdAt } = record.body;
  const place = encodeReceived({ id: record.id, state: standing.state, author });
  transaction.put(numberKey(keyspaces.received, order), place);
  if (standing.state === "retracted") transaction.delete(recordKeyKey(createdAt, record.id));
  else passOn(transaction, record);
}

function applyAuthored(
  transaction: Transaction,
  keyspace: typeof keyspaces.attestation | typeof keyspaces.tombstone,
  record: SignedRecord<AttestationBody | RetractionBody>,
  replaces: (candidate: AuthoredPointer, kept: AuthoredPointer) => boolean,
): void {
  const key = authoredKey(keyspace, record.body.lesson, record.body.author);
  const value = transaction.getSync(key);
  const candidate = pointerTo(record);
  if (value !== undefined) {
    const kept = decodePointer(value);
    if (!replaces(candidate, kept)) return;
    removeRecord(transaction, kept, record.body.type);
  }
  addRecord(transaction, record);
  passOn(transaction, record);
  transaction.put(key, encodePointer(candidate));
}

function applyTombstoneRemove(transaction: Transaction, key: Buffer): void {
  const value = transaction.getSync(key);
  if (value === undefined) return;
  removeRecord(transaction, decodePointer(value), "retraction");
  transaction.delete(key);
}

function applyRotation(transaction: Transaction, record: SignedRecord<RotationBody>): void {
  if (transaction.getSync(textKey(keyspaces.recordType, record.id)) !== undefined) return;
  addRecord(transaction, record);
  passOn(transaction, record);
}

function isLater(candidate: AuthoredPointer, kept: AuthoredPointer): boolean {
  return candidate.seq > kept.seq || (candidate.seq === kept.seq && candidate.id > kept.id);
}

function isEarlier(candidate: AuthoredPointer, kept: AuthoredPointer): boolean {
  return candidate.seq < kept.seq || (candidate.seq === kept.seq && candidate.id < kept.id);
}

function addRecord(transaction: Transaction, record: SignedRecord): void {
  checkFrame(record);
  transaction.put(textKey(keyspaces.frame, record.id), record.frame);
  transaction.put(textKey(keyspaces.recordType, record.id), encodeType(record.body.type));
  transaction.count(record.body.type, record.id, 1);
}

function passOn(transaction: Transaction, record: SignedRecord): void {
  transaction.put(recordKeyKey(record.body.createdAt, record.id), encodeType(record.body.type));
}

function removeRecord(transaction: Transaction, { id, createdAt }: AuthoredPointer, type: RecordType): void {
  transaction.delete(textKey(keyspaces.frame, id));
  transaction.delete(textKey(keyspaces.recordType, id));
  transaction.delete(recordKeyKey(createdAt, id));
  transaction.count(type, id, -1);
}

function applyEmbedding(
  transaction: Transaction,
  { label, embedder, vector }: Extract<StoreChange, { kind: "embedding" }>,
): void {
  checkLabel(label);
  const key = textKey(keyspaces.embedder, embedder);
  const value = transaction.getSync(key);
  const number = value === undefined ? transaction.state.embedders : value.readUInt16BE(0);
  if (value === undefined) {
    const encoded = Buffer.alloc(2);
    encoded.writeUInt16BE(number, 0);
    transaction.put(key, encoded);
    transaction.state = { ...transaction.state, embedders: number + 1 };
  }
  transaction.put(embeddingKey(number, label), encodeVector(vector));
}

function applyRefused(
  transaction: Transaction,
  { id, reason }: Extract<StoreChange, { kind: "refused" }>,
  maxRefused: number,
): void {
  const key = textKey(keyspaces.refused, id);
  const before = transaction.getSync(key);
  if (before !== undefined) return;
  const { nextRefused } = transaction.state;
  transaction.put(key, Buffer.from(reason));
  transaction.put(numberKey(keyspaces.refusedOrder, nextRefused), Buffer.from(id));
  transaction.state = { ...transaction.state, refused: transaction.state.refused + 1, nextRefused: nextRefused + 1 };
  while (transaction.state.refused > maxRefused) forgetOldestRefused(transaction);
}

/** Refusals are numbered without gaps, so that the oldest is known without a search. */
function forgetOldestRefused(transaction: Transaction): void {
  const { refused, nextRefused } = transaction.state;
  const oldest = numberKey(keyspaces.refusedOrder, nextRefused - refused);
  const id = transaction.getSync(oldest);
  if (id === undefined) throw storeErrors.create("STORE_DAMAGED", `refusal ${nextRefused - refused} is not there`);
  transaction.delete(oldest);
  transaction.delete(textKey(keyspaces.refused, id.toString()));
  transaction.state = { ...transaction.state, refused: refused - 1 };
}

function applyOutboxAdd(transaction: Transaction, id: string): void {
  const key = textKey(keyspaces.outbox, id);
  if (transaction.getSync(key) === undefined) transaction.put(key, encodeNumber(transaction.takeOrder()));
}

function changeLessonCount(transaction: Transaction, state: LessonState, by: 1 | -1): void {
  const { lessons } = transaction.state;
  transaction.state = { ...transaction.state, lessons: { ...lessons, [state]: lessons[state] + by } };
}

function checkLabel(label: number): void {
  if (Number.isInteger(label) && label >= 0 && label <= maxLabel) return;
  throw storeErrors.create("STORE_CHANGE_INVALID", `${label} is not a label: a whole number from 0 to ${maxLabel}`);
}

/** A frame under another id than its own would be taken for damage when it is read. */
function checkFrame({ id, frame }: SignedRecord): void {
  if (isRecordId(id) && recordIdOf(frame.subarray(signatureBytes)) === id) return;
  throw storeErrors.create("STORE_CHANGE_INVALID", `the frame of record ${id} does not give this id`);
}

/** A frame begins with an Ed25519 signature; the id is of what follows. */
const signatureBytes = 64;
const nothing: Uint8Array = new Uint8Array(0);
