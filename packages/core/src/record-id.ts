/** Ids of records: CIDv1, dag-cbor, sha2-256, of the body's canonical bytes. The signature is not part of it, so signing again makes no second id. */
import { hash } from "node:crypto";
import { CID } from "multiformats/cid";
import { coreErrors } from "./errors.ts";

/** Every record that is read from the disk is held against its id, so that this is written out: `CID.toString` takes ten times as long. */
export function recordIdOf(bodyBytes: Uint8Array): string {
  // As text, since to make a buffer of it takes as long as to hash a record.
  digestOfBody.write(hash("sha256", bodyBytes, "binary"), "latin1");
  return recordIdFromDigest(digestOfBody);
}

/** The id of the record whose body has this sha2-256, of 32 bytes: nothing else tells ids apart, so that digest and id stand for each other. */
export function recordIdFromDigest(digest: Uint8Array): string {
  let waiting = 0;
  let bits = bitsBeforeDigest;
  let at = idStart.length;
  for (let index = 0; index < digestBytes; index++) {
    waiting = ((waiting << 8) | (digest[index] as number)) & 0x1fff;
    for (bits += 8; bits >= 5; bits -= 5) idText[at++] = base32Characters[(waiting >>> (bits - 5)) & 31] as number;
  }
  idText[at] = base32Characters[(waiting << (5 - bits)) & 31] as number;
  return idText.toString("latin1");
}

const digestBytes = 32;
/** RFC 4648, in lower case and without padding. */
const base32Characters: Uint8Array = Buffer.from("abcdefghijklmnopqrstuvwxyz234567", "latin1");
/** The mark of base32, then 30 of the 32 bits that stand for CID version 1, dag-cbor, sha2-256 and 32 bytes (multiformats/cid, multicodec). */
const idStart = "bafyrei";
/** The other two, which are zero, share a character with the first three bits of the digest. */
const bitsBeforeDigest = 2;
/** Written to anew by each call, which is over before the next. */
const digestOfBody: Buffer = Buffer.alloc(digestBytes);
const idText: Buffer = Buffer.from(idStart.padEnd(59), "latin1");

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
