/**
 * A lesson whose frame cannot be read is taken off the list of what is passed on, and its id is remembered: so peers find it missing here and bring it again. What is
 * kept about it stays. When it has come, its frame is written anew.
 */
import type { LessonBody, RecordId, SignedRecord } from "@grapevine/core";
import type { Database } from "./database.ts";
import { storeErrors } from "./errors.ts";
import { keyspaceRange, keyspaces, recordKeyKey, recordKeyParts, textKey } from "./keyspace.ts";
import { checkFrame } from "./record-changes.ts";
import type { Transaction } from "./transaction.ts";

/** When the records were made, as their keys on the list say: their frames are what cannot be read. Reads the whole list. */
export async function listedAt(ids: readonly RecordId[], database: Database): Promise<Map<RecordId, number>> {
  const found = new Map<RecordId, number>();
  const wanted = new Set(ids);
  for await (const keys of database.keyChunks(keyspaceRange(keyspaces.recordKey))) {
    for (const { id, createdAt } of keys.map(recordKeyParts)) if (wanted.has(id)) found.set(id, createdAt);
  }
  return found;
}

/** @param createdAt Absent where the lesson is not on the list. */
export function applyDamaged(transaction: Transaction, id: RecordId, createdAt: number | undefined): void {
  if (transaction.getSync(textKey(keyspaces.recordType, id)) === undefined) return; // forgotten meanwhile
  transaction.put(textKey(keyspaces.damaged, id), nothing);
  if (createdAt !== undefined) transaction.delete(recordKeyKey(createdAt, id));
}

/** @throws STORE_CHANGE_INVALID when there is no such lesson, or the frame is another's */
export function restoreFrame(transaction: Transaction, record: SignedRecord<LessonBody>): void {
  if (transaction.getSync(textKey(keyspaces.standing, record.id)) === undefined) {
    throw storeErrors.create("STORE_CHANGE_INVALID", `there is no lesson ${record.id} to restore`);
  }
  checkFrame(record);
  transaction.put(textKey(keyspaces.frame, record.id), record.frame);
  transaction.delete(textKey(keyspaces.damaged, record.id));
}

const nothing: Uint8Array = new Uint8Array(0);
