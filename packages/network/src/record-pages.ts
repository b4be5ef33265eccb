/**
 * Records on their way to a peer, as many at a time as fit into a frame: one byte string of `length (2 bytes, big-endian), record` after the other. Nothing of a record is
 * decoded, encoded or made an object of its own between the store and the wire, nor between the wire and the checks.
 */
import type { RecordId } from "@grapevine/core";
import { networkErrors } from "./errors.ts";
import { frameBudgetBytes, maxIdsPerRequest } from "./network-limits.ts";
import type { SyncRecords } from "./network-types.ts";

export interface RecordPage {
  readonly frames: Uint8Array;
  /** Records in it. */
  readonly count: number;
  /** Ids of those asked for, from the first, that it has dealt with. */
  readonly taken: number;
}

/** Records that are read together: one after the other, each would wait for the disk, and a page holds hundreds. */
const readAtOnce = 64;
const lengthBytes = 2;

/** Of a first part of the ids; records that are no longer here are passed over. */
export async function pageOf(ids: readonly RecordId[], records: Pick<SyncRecords, "frames">): Promise<RecordPage> {
  const found: Uint8Array[] = [];
  let bytes = 0;
  let taken = 0;
  const page = (): RecordPage => ({ frames: packedFrames(found), count: found.length, taken });
  for (let from = 0; from < ids.length; from += readAtOnce) {
    for (const frame of await records.frames(ids.slice(from, from + readAtOnce))) {
      if (frame !== undefined) {
        if (found.length > 0 && bytes + lengthBytes + frame.length > frameBudgetBytes) return page();
        found.push(frame);
        bytes += lengthBytes + frame.length;
      }
      taken++;
    }
  }
  return page();
}

/** One after the other, each with its length before it. */
export function packedFrames(frames: readonly Uint8Array[]): Uint8Array {
  const page = new Uint8Array(frames.reduce((bytes, { length }) => bytes + lengthBytes + length, 0));
  let at = 0;
  for (const frame of frames) {
    page[at] = frame.length >>> 8;
    page[at + 1] = frame.length & 0xff;
    page.set(frame, at + lengthBytes);
    at += lengthBytes + frame.length;
  }
  return page;
}

/** The records of a page: parts of its bytes. @throws FRAME_INVALID */
export function framesIn(page: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < page.length; ) {
    const from = at + lengthBytes;
    at = from + (((page[at] as number) << 8) | (page[at + 1] ?? 0));
    if (from > page.length || at > page.length) throw badPage("it ends within a record");
    if (frames.length === maxIdsPerRequest) throw badPage(`it has more than ${maxIdsPerRequest} records`);
    frames.push(page.subarray(from, at));
  }
  return frames;
}

export function badPage(what: string): Error {
  return networkErrors.create("FRAME_INVALID", `a page of the sync is wrong: ${what}`);
}
