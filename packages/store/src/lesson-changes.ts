/**
 * What each `StoreChange` writes. Changes are applied in order, and each sees what those before it wrote.
 *
 * Records about a lesson are kept one for each author and lesson, and which one does not depend on the order of arrival: the attestation with the
 * largest (seq, id), the retraction with the smallest.
 */
import {
  type AttestationBody,
  type AuthorId,
  glanceOf,
  isAttestation,
  type LessonBody,
  type LessonGlance,
  lessonText,
  type MembershipBody,
  normalisedText,
  type RecordId,
  type RetractionBody,
  type RotationBody,
  type SignedRecord,
  type StoreChange,
  type StoredLesson,
  withStanding,
} from "@grapevine/core";
import { applyDamaged, restoreFrame } from "./damaged-lessons.ts";
import { storeErrors } from "./errors.ts";
import { applyForget, type ForgettingView } from "./forget-lesson.ts";
import { decodeGlance, encodeCounts, encodeGlance } from "./glance-encoding.ts";
import {
  authoredKey,
  embeddingKey,
  glanceKey,
  keyspaces,
  labelKey,
  membershipKey,
  numberKey,
  recordKeyKey,
  textHashKey,
  textKey,
} from "./keyspace.ts";
import {
  type AuthoredPointer,
  decodePointer,
  decodeStanding,
  encodeKept,
  encodeNumber,
  encodePointer,
  encodePrincipal,
  encodeReceived,
  encodeStanding,
  encodeVector,
  type LessonStanding,
  pointerTo,
} from "./lesson-encoding.ts";
import { placeExpiry, putLinks } from "./lesson-links.ts";
import { changeExperience } from "./level-experience-store.ts";
import { addRecord, changeLessonCount, passOn, type RefusalLimits, refuse, removeRecord } from "./record-changes.ts";
import { maxLabel } from "./reservations.ts";
import { schemaVersion } from "./state.ts";
import { asLesson, decodeFrame } from "./stored-frame.ts";
import type { Transaction } from "./transaction.ts";

/** What applying a list of changes needs beside them. */
export interface ChangeContext {
  readonly limits: RefusalLimits;
  /** By lesson, for each that the list forgets. */
  readonly forgetting: ReadonlyMap<RecordId, ForgettingView>;
  /** When the damaged lessons of the list were made, of those that are passed on. */
  readonly listedAt: ReadonlyMap<RecordId, number>;
  /** Are the glances of all lessons there, in this program's format? */
  readonly hasGlances: boolean;
  /** The glance of a label as of the last commit, where it is in memory. */
  readonly glanceInMemory: (label: number) => LessonGlance | undefined;
}

/** @throws STORE_CHANGE_INVALID, EXPERIENCE_UNKNOWN, EXPERIENCE_INVALID */
export function applyChange(transaction: Transaction, change: StoreChange, context: ChangeContext): void {
  const { limits, forgetting } = context;
  switch (change.kind) {
    case "lesson":
      applyLesson(transaction, change.lesson);
      break;
    case "archive":
      applyArchive(transaction, change, context);
      break;
    case "forget":
      applyForget(transaction, change, forgetting.get(change.id) ?? unseen, limits);
      break;
    case "experience-outcome":
      changeExperience(transaction, change.id, (before) => ({
        ...before,
        outcome: change.outcome,
        distillation: change.distillation,
      }));
      break;
    case "damaged":
      applyDamaged(transaction, change.id, context.listedAt.get(change.id));
      break;
    case "restore":
      applyRestore(transaction, change.record);
      break;
    case "attestation":
      applyAuthored(transaction, keyspaces.attestation, change.record, isLater);
      break;
    case "tombstone":
      applyAuthored(transaction, keyspaces.tombstone, change.record, isEarlier);
      break;
    case "attestation-remove":
      applyAuthoredRemove(transaction, keyspaces.attestation, change);
      break;
    case "tombstone-remove":
      applyAuthoredRemove(transaction, keyspaces.tombstone, change);
      break;
    case "rotation":
      applyRotation(transaction, change.record);
      break;
    case "rotation-remove":
      applyRotationRemove(transaction, change.record);
      break;
    case "membership":
      applyMembership(transaction, change.record);
      break;
    case "membership-remove":
      applyMembershipRemove(transaction, change.record);
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
      refuse(transaction, change, limits);
      break;
    case "refused-remove":
      // Its place in the order stays, so that this has no gaps; should it be refused again, it is forgotten when the turn of that place comes.
      transaction.delete(textKey(keyspaces.refused, change.id));
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
  const { id, body } = lesson.record;
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
  putGlance(transaction, lesson);
  if (before.standing.state !== lesson.standing.state) {
    changeLessonCount(transaction, before.standing.state, -1);
    changeLessonCount(transaction, lesson.standing.state, 1);
    placeLesson(transaction, lesson, before.order);
    placeExpiry(transaction, { id, expiresAt: body.expiresAt, state: lesson.standing.state });
  }
  if (before.standing.state !== lesson.standing.state || awaitsTrial(before) !== awaitsTrial(lesson)) {
    passOnLesson(transaction, lesson);
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
  putGlance(transaction, lesson);
  transaction.put(labelKey(label), Buffer.from(record.id, "latin1"));
  transaction.put(textHashKey(normalisedText(lessonText(record.body)), record.id), nothing);
  for (const ancestor of record.body.derivedFrom) {
    transaction.put(authoredKey(keyspaces.derived, ancestor, record.body.author), nothing);
  }
  putLinks(transaction, record);
  placeExpiry(transaction, { id: record.id, expiresAt: record.body.expiresAt, state: standing.state });
  changeLessonCount(transaction, standing.state, 1);
  placeLesson(transaction, lesson, order);
  passOnLesson(transaction, lesson);
  transaction.state = { ...transaction.state, nextLabel: Math.max(transaction.state.nextLabel, label + 1) };
}

function applyRestore(transaction: Transaction, record: SignedRecord<LessonBody>): void {
  restoreFrame(transaction, record);
  const value = transaction.getSync(textKey(keyspaces.standing, record.id));
  if (value === undefined) return;
  const { order: _, ...kept } = decodeStanding(value);
  passOnLesson(transaction, { ...kept, record });
}

/** What is attested of a lesson has a keyspace of its own, so that it may come before the lesson. */
function putGlance(transaction: Transaction, lesson: StoredLesson): void {
  transaction.put(glanceKey(lesson.label), encodeGlance(glanceOf(lesson, [])));
}

function placeLesson(transaction: Transaction, { record, standing }: StoredLesson, order: number): void {
  const place = encodeReceived({ id: record.id, state: standing.state, author: record.body.author });
  transaction.put(numberKey(keyspaces.received, order), place);
}

/**
 * Retracted lessons are not passed on: their tombstones are. So peers that met the two in either order offer the same records. Nor is what one drafted oneself for a
 * cluster, until it has passed its trial: when it is archived, it stays as it was.
 */
function passOnLesson(transaction: Transaction, lesson: StoredLesson): void {
  const { record, standing, consolidates } = lesson;
  if (standing.state === "retracted" || awaitsTrial(lesson)) {
    transaction.delete(recordKeyKey(record.body.createdAt, record.id));
  } else if (standing.state !== "archived" || consolidates === undefined) passOn(transaction, record);
}

function awaitsTrial({ consolidates, standing }: Pick<StoredLesson, "consolidates" | "standing">): boolean {
  return consolidates !== undefined && standing.state === "held";
}

/** Reads no frame: what it takes of the record is in the glance. */
function applyArchive(
  transaction: Transaction,
  { id, standing, prunedUtility }: Extract<StoreChange, { kind: "archive" }>,
  context: ChangeContext,
): void {
  const standingKey = textKey(keyspaces.standing, id);
  const value = transaction.getSync(standingKey);
  if (value === undefined) throw storeErrors.create("STORE_CHANGE_INVALID", `there is no lesson ${id} to archive`);
  const before = decodeStanding(value);
  const kept = { ...withStanding(before, standing), prunedUtility };
  transaction.put(standingKey, encodeKept(id, kept));
  const { author, expiresAt } = changeGlance(transaction, id, kept, context);
  if (before.standing.state === standing.state) return;
  changeLessonCount(transaction, before.standing.state, -1);
  changeLessonCount(transaction, standing.state, 1);
  transaction.put(numberKey(keyspaces.received, before.order), encodeReceived({ id, state: standing.state, author }));
  placeExpiry(transaction, { id, expiresAt, state: standing.state });
}

/** Gives the lesson's glance its new state. While glances are incomplete this one may be missing or of another format: then it is made of the frame. */
function changeGlance(
  transaction: Transaction,
  id: RecordId,
  standing: LessonStanding,
  { hasGlances, glanceInMemory }: ChangeContext,
): LessonGlance {
  const { order: _, ...kept } = standing;
  const key = glanceKey(kept.label);
  const readGlance = (): LessonGlance => {
    const value = hasGlances ? transaction.getSync(key) : undefined;
    return value === undefined
      ? glanceOf({ ...kept, record: asLesson(decodeFrame(id, transaction.getSync(textKey(keyspaces.frame, id)))) }, [])
      : decodeGlance(Buffer.from(Uint8Array.from(value).buffer), String, () => []);
  };
  const before = (transaction.hasWritten(key) ? undefined : glanceInMemory(kept.label)) ?? readGlance();
  const glance = { ...before, state: kept.standing.state };
  transaction.put(key, encodeGlance(glance));
  return glance;
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
  if (isAttestation(record)) {
    transaction.put(authoredKey(keyspaces.testimony, record.body.lesson, record.body.author), encodeCounts(record.body));
  }
}

function applyAuthoredRemove(
  transaction: Transaction,
  keyspace: typeof keyspaces.attestation | typeof keyspaces.tombstone,
  { lesson, author }: { readonly lesson: RecordId; readonly author: AuthorId },
): void {
  const key = authoredKey(keyspace, lesson, author);
  const value = transaction.getSync(key);
  if (value === undefined) return;
  const isAttested = keyspace === keyspaces.attestation;
  removeRecord(transaction, decodePointer(value), isAttested ? "attestation" : "retraction");
  transaction.delete(key);
  if (isAttested) transaction.delete(authoredKey(keyspaces.testimony, lesson, author));
}

function applyRotation(transaction: Transaction, record: SignedRecord<RotationBody>): void {
  if (transaction.getSync(textKey(keyspaces.recordType, record.id)) !== undefined) return;
  addRecord(transaction, record);
  passOn(transaction, record);
  transaction.put(textKey(keyspaces.rotation, record.id), nothing);
}

function applyRotationRemove(transaction: Transaction, { id, body }: SignedRecord<RotationBody>): void {
  if (transaction.getSync(textKey(keyspaces.recordType, id)) === undefined) return;
  removeRecord(transaction, { id, createdAt: body.createdAt }, "rotation");
  transaction.delete(textKey(keyspaces.rotation, id));
}

function applyMembership(transaction: Transaction, record: SignedRecord<MembershipBody>): void {
  const key = membershipKey(record.body.swarm, record.body.member);
  const value = transaction.getSync(key);
  const candidate = pointerTo(record);
  if (value !== undefined) {
    const kept = decodePointer(value);
    if (!isLater(candidate, kept)) return;
    removeRecord(transaction, kept, "membership");
  }
  addRecord(transaction, record);
  passOn(transaction, record);
  transaction.put(key, encodePointer(candidate));
  // Programs from before would take the type of the record for damage.
  transaction.state = { ...transaction.state, schemaVersion };
}

function applyMembershipRemove(transaction: Transaction, { id, body }: SignedRecord<MembershipBody>): void {
  const key = membershipKey(body.swarm, body.member);
  const value = transaction.getSync(key);
  if (value === undefined || decodePointer(value).id !== id) return;
  removeRecord(transaction, decodePointer(value), "membership");
  transaction.delete(key);
}

function isLater(candidate: AuthoredPointer, kept: AuthoredPointer): boolean {
  return candidate.seq > kept.seq || (candidate.seq === kept.seq && candidate.id > kept.id);
}

function isEarlier(candidate: AuthoredPointer, kept: AuthoredPointer): boolean {
  return candidate.seq < kept.seq || (candidate.seq === kept.seq && candidate.id < kept.id);
}

function applyEmbedding(
  transaction: Transaction,
  { label, embedder, vector }: Extract<StoreChange, { kind: "embedding" }>,
): void {
  checkLabel(label);
  if (isGivenUp(transaction, label)) return;
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

/** The label of a lesson that is forgotten: what was computed for it meanwhile must not come after it. */
function isGivenUp(transaction: Transaction, label: number): boolean {
  return label < transaction.state.nextLabel && transaction.getSync(labelKey(label)) === undefined;
}

function applyOutboxAdd(transaction: Transaction, id: string): void {
  const key = textKey(keyspaces.outbox, id);
  if (transaction.getSync(key) === undefined) transaction.put(key, encodeNumber(transaction.takeOrder()));
}

function checkLabel(label: number): void {
  if (Number.isInteger(label) && label >= 0 && label <= maxLabel) return;
  throw storeErrors.create("STORE_CHANGE_INVALID", `${label} is not a label: a whole number from 0 to ${maxLabel}`);
}

const nothing: Uint8Array = new Uint8Array(0);
const unseen: ForgettingView = { attesters: [], retracters: [], sharedAncestors: new Set() };
