/** Records on their way to a peer, as many at a time as fit into a frame. */
import type { RecordId } from "@grapevine/core";
import { frameBudgetBytes } from "./network-limits.ts";
import type { SyncRecords } from "./network-types.ts";
import type { RecordsReply } from "./sync-protocol.ts";

/** Records that are read side by side: one after the other, each would wait for the disk, and a page holds hundreds. */
const readAtOnce = 64;

/** For a first part of the ids; ids of records that are no longer here have no frame. */
export async function framesOf(ids: readonly RecordId[], records: Pick<SyncRecords, "record">): Promise<RecordsReply> {
  const frames: Uint8Array[] = [];
  let bytes = 0;
  let taken = 0;
  for (let from = 0; from < ids.length; from += readAtOnce) {
    for (const record of await Promise.all(ids.slice(from, from + readAtOnce).map((id) => records.record(id)))) {
      if (record !== undefined) {
        if (frames.length > 0 && bytes + record.frame.length > frameBudgetBytes) return { frames, taken };
        frames.push(record.frame);
        bytes += record.frame.length + 4;
      }
      taken++;
    }
  }
  return { frames, taken };
}
