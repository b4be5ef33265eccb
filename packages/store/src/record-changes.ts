/** The writes that several changes share: records come and go, lessons are counted by state, refused ids are remembered. */
import {
  isRecordId,
  type LessonState,
  type RecordId,
  type RecordType,
  recordIdOf,
  type SignedRecord,
  signatureBytes,
} from "@grapevine/core";
import { storeErrors } from "./errors.ts";
import { keyspaces, numberKey, recordKeyKey, textKey } from "./keyspace.ts";
import { type AuthoredPointer, encodeType } from "./lesson-encoding.ts";
import type { Transaction } from "./transaction.ts";

export function addRecord(transaction: Transaction, record: SignedRecord): void {
  checkFrame(record);
  transaction.put(textKey(keyspaces.frame, record.id), record.frame);
  transaction.put(textKey(keyspaces.recordType, record.id), encodeType(record.body.type));
  transaction.count(record.body.type, record.id, 1);
}

/** Adds a record to those that are passed on. */
export function passOn(transaction: Transaction, record: SignedRecord): void {
  transaction.put(recordKeyKey(record.body.createdAt, record.id), encodeType(record.body.type));
}

export function removeRecord(
  transaction: Transaction,
  { id, createdAt }: Pick<AuthoredPointer, "id" | "createdAt">,
  type: RecordType,
): void {
  transaction.delete(textKey(keyspaces.frame, id));
  transaction.delete(textKey(keyspaces.recordType, id));
  transaction.delete(recordKeyKey(createdAt, id));
  transaction.count(type, id, -1);
}

export function changeLessonCount(transaction: Transaction, state: LessonState, by: 1 | -1): void {
  const { lessons } = transaction.state;
  transaction.state = { ...transaction.state, lessons: { ...lessons, [state]: lessons[state] + by } };
}

export interface RefusalLimits {
  /** Refused ids that are remembered; the oldest is forgotten for the next. */
  readonly maxRefused: number;
}

export function refuse(
  transaction: Transaction,
  { id, reason }: { readonly id: RecordId; readonly reason: string },
  { maxRefused }: RefusalLimits,
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

/** A frame under another id than its own would be taken for damage when it is read. @throws STORE_CHANGE_INVALID */
export function checkFrame({ id, frame }: SignedRecord): void {
  if (isRecordId(id) && recordIdOf(frame.subarray(signatureBytes)) === id) return;
  throw storeErrors.create("STORE_CHANGE_INVALID", `the frame of record ${id} does not give this id`);
}
