/**
 * Ids as the 32 bytes of their digest. Every record id is a CIDv1 of dag-cbor and sha2-256, so that the bytes before the digest never change, and digest and id
 * stand for each other. Written out, since a million ids are read at the start of a node and a general base32 takes ten times as long.
 */
import { isRecordId, type RecordId } from "@grapevine/core";
import { digestBytes } from "./digest-sum.ts";

/** The mark of base32, then 30 of the 32 bits that stand for CID version 1, dag-cbor, sha2-256 and 32 bytes (multiformats/cid). */
const idStart = "bafyrei";
/** The other two, which are zero, share a character with the first three bits of the digest. */
const bitsBefore = 2;
const base32Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
const base32Values: Uint8Array = new Uint8Array(128);
for (let value = 0; value < base32Alphabet.length; value++) base32Values[base32Alphabet.charCodeAt(value)] = value;

/** `id` is a record id: anything else is a bug of the caller's, and throws. */
export function digestOf(id: RecordId): Uint8Array {
  if (!isRecordId(id)) throw new TypeError(`"${id.slice(0, 80)}" is not the id of a record`);
  const digest = new Uint8Array(digestBytes);
  let waiting = 0;
  let bits = -bitsBefore;
  let at = 0;
  for (let index = idStart.length; index < id.length; index++) {
    waiting = ((waiting << 5) | (base32Values[id.charCodeAt(index)] as number)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    digest[at++] = waiting >>> bits;
  }
  return digest;
}

/** `digest` has 32 bytes. */
export function idOf(digest: Uint8Array): RecordId {
  let text = idStart;
  let waiting = 0;
  let bits = bitsBefore;
  for (const byte of digest) {
    waiting = ((waiting << 8) | byte) & 0x1fff;
    for (bits += 8; bits >= 5; bits -= 5) text += base32Alphabet[(waiting >>> (bits - 5)) & 31];
  }
  return text + base32Alphabet[(waiting << (5 - bits)) & 31];
}
