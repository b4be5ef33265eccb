/**
 * Records on their way to a peer, as many at a time as fit into a frame: one byte string of `length (2 bytes, big-endian), record` after the other. Nothing of a record is
 * decoded, encoded or made an object of its own between the store and the wire, nor between the wire and the checks.
 */
import type { RecordId } from "@grapevine/core";
import { networkErrors } from "./errors.ts";
import { frameBudgetBytes, maxIdsPerRequest } from "./network-limits.ts";
import type { SyncRecords } from "./network-types.ts";

export interface RecordPage {
  readonly records: readonly Uint8Array[];
  /** Ids of those asked for, from the first, that it has dealt with. */
  readonly taken: number;
}

/** Records that are read together: one after the other, each would wait for the disk, and a page holds hundreds. */
const readAtOnce = 64;
const lengthBytes = 2;
const takenBytes = 2;

/** Of a first part of the ids; records that are no longer here are passed over. */
export async function pageOf(ids: readonly RecordId[], store: Pick<SyncRecords, "frames">): Promise<RecordPage> {
  const records: Uint8Array[] = [];
  let bytes = 0;
  let taken = 0;
  for (let from = 0; from < ids.length; from += readAtOnce) {
    for (const frame of await store.frames(ids.slice(from, from + readAtOnce))) {
      if (frame !== undefined) {
        if (records.length > 0 && bytes + lengthBytes + frame.length > frameBudgetBytes) return { records, taken };
        records.push(frame);
        bytes += lengthBytes + frame.length;
      }
      taken++;
    }
  }
  return { records, taken };
}

/** One after the other, each with its length before it; in front so many bytes that are free. */
export function packedFrames(records: readonly Uint8Array[], freeBytes = 0): Uint8Array {
  const page = new Uint8Array(records.reduce((bytes, { length }) => bytes + lengthBytes + length, freeBytes));
  let at = freeBytes;
  for (const record of records) {
    writeUint16(page, at, record.length);
    page.set(record, at + lengthBytes);
    at += lengthBytes + record.length;
  }
  return page;
}

/** The records of a page: parts of its bytes, so that whoever keeps one for long keeps the page. @throws FRAME_INVALID */
export function framesIn(page: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let at = 0; at < page.length; ) {
    const from = at + lengthBytes;
    at = from + readUint16(page, at);
    if (from > page.length || at > page.length) throw badPage("it ends within a record");
    if (records.length === maxIdsPerRequest) throw badPage(`it has more than ${maxIdsPerRequest} records`);
    records.push(page.subarray(from, at));
  }
  return records;
}

/** The frame that answers a request for records: `taken (2 bytes, big-endian)`, then the page. */
export function pageReply({ records, taken }: RecordPage): Uint8Array {
  const reply = packedFrames(records, takenBytes);
  writeUint16(reply, 0, taken);
  return reply;
}

/** @throws FRAME_INVALID */
export function readPageReply(reply: Uint8Array): RecordPage {
  const taken = readUint16(reply, 0);
  if (reply.length < takenBytes || taken === 0) throw badPage("it deals with none of the ids");
  return { taken, records: framesIn(reply.subarray(takenBytes)) };
}

export function badPage(what: string): Error {
  return networkErrors.create("FRAME_INVALID", `a page of the sync is wrong: ${what}`);
}

/** What lies beyond the bytes counts as zero. */
function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value & 0xff;
}
