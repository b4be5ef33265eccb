/** Records as they are kept: the frame under its id, which is recomputed whenever one is read. */
import {
  decodeStoredRecord,
  GrapevineError,
  isLesson,
  type LessonBody,
  type RecordId,
  recordIdOf,
  type SignedRecord,
  signatureBytes,
} from "@grapevine/core";
import { storeErrors } from "./errors.ts";

/** The record of a stored frame, its id recomputed. @throws STORE_DAMAGED naming the id */
export function decodeFrame(id: RecordId, frame: Buffer | undefined): SignedRecord {
  if (frame === undefined) throw storeErrors.create("STORE_DAMAGED", `the frame of record ${id} is gone`);
  try {
    const record = decodeStoredRecord(new Uint8Array(frame.buffer, frame.byteOffset, frame.length), id);
    if (record.id === id) return record;
    throw storeErrors.create("STORE_DAMAGED", `the frame of record ${id} gives the id ${record.id}`);
  } catch (error) {
    if (GrapevineError.is(error, "STORE_DAMAGED")) throw error;
    throw storeErrors.create("STORE_DAMAGED", `the frame of record ${id} is not what was written`, { cause: error });
  }
}

/** A stored frame whose body gives its id, not decoded. @throws STORE_DAMAGED naming the id */
export function checkedFrame(id: RecordId, frame: Buffer | undefined): Uint8Array {
  if (frame === undefined) throw storeErrors.create("STORE_DAMAGED", `the frame of record ${id} is gone`);
  const given = recordIdOf(frame.subarray(signatureBytes));
  if (given === id) return new Uint8Array(frame.buffer, frame.byteOffset, frame.length);
  throw storeErrors.create("STORE_DAMAGED", `the frame of record ${id} gives the id ${given}`);
}

/** @throws STORE_DAMAGED */
export function asLesson(record: SignedRecord): SignedRecord<LessonBody> {
  if (isLesson(record)) return record;
  throw storeErrors.create("STORE_DAMAGED", `record ${record.id} is kept as a lesson and is a ${record.body.type}`);
}
