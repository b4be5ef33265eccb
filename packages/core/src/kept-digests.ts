/** Lists of the records that stay when their author is revoked or has another key: by their digests, so that one record names many. */
import { recordIdBytes } from "./record-id.ts";
import type { RecordId } from "./records.ts";

/** What such a list holds of each record: nobody finds a second record with the same 128 bits. */
export const keptDigestBytes = 16;

/** Such a list: the first 16 bytes of each one's digest, ascending, each once. */
export function keptDigests(ids: readonly RecordId[]): Uint8Array {
  const digests = [...new Set(ids)].map(keptDigest).sort((one, other) => Buffer.compare(one, other));
  return Uint8Array.from(Buffer.concat(digests));
}

/** Are the record's digest and the list's one? */
export function isKept(id: RecordId, keeps: Uint8Array | undefined): boolean {
  if (keeps === undefined) return false;
  const digest = keptDigest(id);
  let from = 0;
  let to = keeps.length / keptDigestBytes;
  while (from < to) {
    const middle = (from + to) >> 1;
    const order = Buffer.compare(keeps.subarray(middle * keptDigestBytes, (middle + 1) * keptDigestBytes), digest);
    if (order === 0) return true;
    if (order < 0) from = middle + 1;
    else to = middle;
  }
  return false;
}

/** A binary id is four bytes of CID prefix and the 32 bytes of the digest. */
function keptDigest(id: RecordId): Uint8Array {
  return recordIdBytes(id).subarray(cidPrefixBytes, cidPrefixBytes + keptDigestBytes);
}

const cidPrefixBytes = 4;
