/**
 * Ids as the 32 bytes of their digest, one by one or packed into one byte string as sync sends them. Written out, since a million ids are read at the start of a node
 * and a general base32 takes ten times as long.
 */
import { type RecordId, recordIdFromDigest } from "@grapevine/core";
import { digestBytes } from "./digest-sum.ts";

/** `id` is a record id: anything else is a bug of the caller's, and throws. */
export function digestOf(id: RecordId): Uint8Array {
  const digest = new Uint8Array(digestBytes);
  writeDigest(id, digest, 0);
  return digest;
}

/** The digests one after the other. Throws as `digestOf`. */
export function packedDigests(ids: readonly RecordId[]): Uint8Array {
  const packed = new Uint8Array(ids.length * digestBytes);
  for (let index = 0; index < ids.length; index++) writeDigest(ids[index] as RecordId, packed, index * digestBytes);
  return packed;
}

/** What `packedDigests` was made of. The bytes are as many times 32. */
export function idsIn(packed: Uint8Array): RecordId[] {
  const ids: RecordId[] = [];
  for (let at = 0; at < packed.length; at += digestBytes) ids.push(recordIdFromDigest(packed.subarray(at, at + digestBytes)));
  return ids;
}

/** What every id begins with: base32, then 30 of the 32 bits that stand for CID version 1, dag-cbor, sha2-256 and 32 bytes (multiformats/cid). */
const idStart = "bafyrei";
const idLength = 59;
/** The other two bits, which are zero, share a character with the first three of the digest. */
const bitsBefore = 2;
const noValue = 0xff;
const base32Values: Uint8Array = new Uint8Array(128).fill(noValue);
for (const [value, character] of Buffer.from("abcdefghijklmnopqrstuvwxyz234567", "latin1").entries())
  base32Values[character] = value;

function writeDigest(id: RecordId, target: Uint8Array, offset: number): void {
  let isId = id.length === idLength && id.startsWith(idStart);
  let waiting = 0;
  let bits = -bitsBefore;
  let at = offset;
  for (let index = idStart.length; isId && index < idLength; index++) {
    const value = base32Values[id.charCodeAt(index)] ?? noValue;
    isId = value !== noValue;
    waiting = ((waiting << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    target[at++] = waiting >>> bits;
  }
  if (!isId) throw new TypeError(`"${id.slice(0, 80)}" is not the id of a record`);
}
