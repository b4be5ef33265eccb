/** Ids of records: CIDv1, dag-cbor, sha2-256, of the body's canonical bytes. The signature is not part of it, so signing again makes no second id. */
import { createHash } from "node:crypto";
import { CID } from "multiformats/cid";
import { create as createDigest } from "multiformats/hashes/digest";
import { coreErrors } from "./errors.ts";

const dagCborCode = 0x71;
const sha256Code = 0x12;

export function recordIdOf(bodyBytes: Uint8Array): string {
  const hash = createHash("sha256").update(bodyBytes).digest();
  return CID.createV1(dagCborCode, createDigest(sha256Code, hash)).toString();
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
