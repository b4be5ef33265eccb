/** Ids of records: CIDv1, dag-cbor, sha2-256, of the body's canonical bytes. The signature is not part of it, so signing again makes no second id. */
import { hash } from "node:crypto";
import { CID } from "multiformats/cid";
import { coreErrors } from "./errors.ts";

/** Every record that is read from the disk is held against its id, so that this is written out: `CID.toString` takes three times as long. */
export function recordIdOf(bodyBytes: Uint8Array): string {
  const bytes = Buffer.allocUnsafe(idPrefix.length + digestBytes);
  bytes.set(idPrefix);
  bytes.set(hash("sha256", bodyBytes, "buffer"), idPrefix.length);
  return `b${base32(bytes)}`;
}

/** CID version 1, dag-cbor, sha2-256, 32 bytes of digest (multiformats/cid, multicodec). */
const idPrefix: Uint8Array = Uint8Array.of(0x01, 0x71, 0x12, 0x20);
const digestBytes = 32;
const base32Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** RFC 4648, in lower case and without padding. */
function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let waiting = 0;
  for (const byte of bytes) {
    waiting = (waiting << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += base32Alphabet[(waiting >>> (bits - 5)) & 31];
    waiting &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + base32Alphabet[(waiting << (5 - bits)) & 31];
}

/** base32, CIDv1, dag-cbor, sha2-256: 59 characters, of which the first seven never change. */
const recordIdPattern = /^bafyrei[a-z2-7]{52}$/;

export function isRecordId(text: string): boolean {
  return recordIdPattern.test(text);
}

/** @throws ID_MALFORMED */
export function parseRecordId(text: string): CID {
  if (!isRecordId(text)) throw coreErrors.create("ID_MALFORMED", `"${text.slice(0, 80)}" is not the id of a record`);
  return CID.parse(text);
}

/** The part of an id that tells records apart, for people: eight characters after the constant prefix. */
export function shortId(id: string): string {
  return isRecordId(id) ? id.slice(7, 15) : id;
}

/** Bytes of a record id without its base32 text: 36 bytes, for keys and hashes. */
export function recordIdBytes(id: string): Uint8Array {
  return parseRecordId(id).bytes;
}
