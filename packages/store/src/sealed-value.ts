/**
 * Every value carries a CRC-32 of its key and itself, because LevelDB does not check its own blocks when it reads them. Guarantees: a value that
 * was altered, or that turns up under another key, is noticed when it is read. Does not: find a value that is gone (state.ts counts those), or
 * resist somebody who alters values on purpose (records are signed for that).
 */
import { crc32 } from "node:zlib";
import { storeErrors } from "./errors.ts";

const sealBytes = 4;

export function seal(key: Uint8Array, value: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafe(value.length + sealBytes);
  sealed.set(value);
  sealed.writeUInt32LE(crc32(value, crc32(key)), value.length);
  return sealed;
}

/** The value without its checksum. @throws STORE_DAMAGED naming the key */
export function unseal(key: Uint8Array, sealed: Buffer): Buffer {
  const value = unsealed(key, sealed);
  if (value !== undefined) return value;
  throw storeErrors.create("STORE_DAMAGED", `the value of ${describeKey(key)} is not what was written`);
}

/** The same for what can be made anew: undefined where it is not what was written. */
export function unsealed(key: Uint8Array, sealed: Buffer): Buffer | undefined {
  const length = sealed.length - sealBytes;
  const value = sealed.subarray(0, Math.max(length, 0));
  return length < 0 || sealed.readUInt32LE(length) !== crc32(value, crc32(key)) ? undefined : value;
}

function describeKey(key: Uint8Array): string {
  const text = Buffer.from(key.subarray(1)).toString("latin1");
  return /^[\x20-\x7e]+$/.test(text) ? text : `key ${Buffer.from(key).toString("hex")}`;
}
