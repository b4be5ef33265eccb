/**
 * What `forget` writes: every key that a lesson has, or that something has by being about it, is deleted, and the ids are remembered so that no peer's copy
 * comes back. The lesson's own id is remembered for good, those of what was said of it as refusals are.
 *
 * Guarantees: afterwards nothing in the store's keys and values comes from the lesson's text. Does not: take the bytes off the disk (see scrub.ts), nor change what
 * other lessons say of it in their signed bodies.
 */
import {
  type AuthorId,
  isLesson,
  type LessonBody,
  lessonText,
  normalisedText,
  type RecordId,
  type SignedRecord,
  type StoreChange,
} from "@grapevine/core";
import type { Database } from "./database.ts";
import { storeErrors } from "./errors.ts";
import {
  authoredKey,
  embeddingKey,
  expiryKey,
  glanceKey,
  keyspaces,
  labelKey,
  numberKey,
  textHashKey,
  textKey,
} from "./keyspace.ts";
import { decodePointer, decodeStanding } from "./lesson-encoding.ts";
import { authorsAbout, type LessonLinks, removeLinks } from "./lesson-links.ts";
import { changeLessonCount, type RefusalLimits, refuse, removeRecord } from "./record-changes.ts";
import { decodeFrame } from "./stored-frame.ts";
import type { Transaction } from "./transaction.ts";

/** What the keys of a lesson alone do not tell: to be looked up while no commit is under way. */
export interface ForgettingView {
  /** Who has attested the lesson, and who has retracted it. */
  readonly attesters: readonly AuthorId[];
  readonly retracters: readonly AuthorId[];
  /** Ancestors of the lesson from which another lesson of its author derives, too. */
  readonly sharedAncestors: ReadonlySet<RecordId>;
}

export interface ForgettingComponents {
  readonly database: Database;
  readonly links: LessonLinks;
}

export async function viewForForgetting(id: RecordId, { database, links }: ForgettingComponents): Promise<ForgettingView> {
  const frame = await database.get(textKey(keyspaces.frame, id));
  const body = frame === undefined ? undefined : lessonOf(id, frame).body;
  const sharedAncestors = new Set<RecordId>();
  for (const ancestor of body?.derivedFrom ?? []) {
    const others = (await links.descendants(ancestor)).filter((other) => other.id !== id && other.author === body?.author);
    if (others.length > 0) sharedAncestors.add(ancestor);
  }
  return {
    attesters: await authorsAbout(database, keyspaces.attestation, id),
    retracters: await authorsAbout(database, keyspaces.tombstone, id),
    sharedAncestors,
  };
}

/** The batch that forgets a lesson may itself hold what is said of it. */
export function withSaidInBatch(view: ForgettingView, lesson: RecordId, changes: readonly StoreChange[]): ForgettingView {
  const said = (kind: "attestation" | "tombstone"): AuthorId[] =>
    changes.flatMap((change) =>
      change.kind === kind && change.record.body.lesson === lesson ? [change.record.body.author] : [],
    );
  return {
    ...view,
    attesters: [...new Set([...view.attesters, ...said("attestation")])],
    retracters: [...new Set([...view.retracters, ...said("tombstone")])],
  };
}

export function applyForget(
  transaction: Transaction,
  { id, reason }: { readonly id: RecordId; readonly reason: string },
  view: ForgettingView,
  limits: RefusalLimits,
): void {
  const frame = transaction.getSync(textKey(keyspaces.frame, id));
  const lesson = frame === undefined ? undefined : lessonOf(id, frame);
  if (lesson !== undefined) forgetLesson(transaction, lesson, view);
  for (const [keyspace, type, authors] of [
    [keyspaces.attestation, "attestation", view.attesters],
    // The author's own stays: it says nothing of the lesson, and peers have to hear of it.
    [keyspaces.tombstone, "retraction", view.retracters.filter((author) => author !== lesson?.body.author)],
  ] as const) {
    for (const author of authors) {
      const key = authoredKey(keyspace, id, author);
      const value = transaction.getSync(key);
      if (value === undefined) continue;
      const pointer = decodePointer(value);
      removeRecord(transaction, pointer, type);
      transaction.noteErased(textKey(keyspaces.frame, pointer.id));
      refuse(transaction, { id: pointer.id, reason }, limits);
      transaction.delete(key);
      transaction.delete(authoredKey(keyspaces.testimony, id, author));
      transaction.delete(textKey(keyspaces.outbox, pointer.id));
    }
  }
  transaction.put(textKey(keyspaces.forgotten, id), Buffer.from(reason));
}

function forgetLesson(transaction: Transaction, record: SignedRecord<LessonBody>, { sharedAncestors }: ForgettingView): void {
  const { id, body } = record;
  const value = transaction.getSync(textKey(keyspaces.standing, id));
  if (value === undefined) throw storeErrors.create("STORE_DAMAGED", `what is kept of lesson ${id} is gone`);
  const kept = decodeStanding(value);
  removeRecord(transaction, { id, createdAt: body.createdAt }, "lesson");
  transaction.noteErased(textKey(keyspaces.frame, id));
  changeLessonCount(transaction, kept.standing.state, -1);
  removeLinks(transaction, record);
  for (const ancestor of body.derivedFrom) {
    if (!sharedAncestors.has(ancestor)) transaction.delete(authoredKey(keyspaces.derived, ancestor, body.author));
  }
  if (body.expiresAt !== undefined) transaction.delete(expiryKey(body.expiresAt, id));
  for (const key of [
    textKey(keyspaces.standing, id),
    numberKey(keyspaces.received, kept.order),
    labelKey(kept.label),
    glanceKey(kept.label),
    textHashKey(normalisedText(lessonText(body)), id),
    textKey(keyspaces.outbox, id),
  ]) {
    transaction.erase(key);
  }
  transaction.delete(textKey(keyspaces.damaged, id));
  for (let number = 0; number < transaction.state.embedders; number++) transaction.erase(embeddingKey(number, kept.label));
}

/** @throws STORE_CHANGE_INVALID when the id is that of a record of another type; STORE_DAMAGED */
function lessonOf(id: RecordId, frame: Buffer): SignedRecord<LessonBody> {
  const record = decodeFrame(id, frame);
  if (isLesson(record)) return record;
  throw storeErrors.create("STORE_CHANGE_INVALID", `record ${id} is no lesson, and only lessons are forgotten`);
}
