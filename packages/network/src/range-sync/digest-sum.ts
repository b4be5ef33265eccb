/** The sum of digests modulo 2^256, each read as a little-endian number: what range fingerprints are made of. Sums can be added and taken away. */
import { hash } from "node:crypto";
import { encodeVarint } from "./varint.ts";

export const digestBytes = 32;
export const fingerprintBytes = 16;

const limbs = 8;
const limbBase = 2 ** 32;

export class DigestSum {
  /** Least significant first. */
  readonly #limbs: Uint32Array = new Uint32Array(limbs);

  /** Adds the digest at an offset of the bytes. */
  add(bytes: Uint8Array, offset = 0): void {
    let carry = 0;
    for (let limb = 0; limb < limbs; limb++) {
      const total = this.#at(limb) + limbAt(bytes, offset + 4 * limb) + carry;
      this.#limbs[limb] = total;
      carry = total >= limbBase ? 1 : 0;
    }
  }

  subtract(bytes: Uint8Array, offset = 0): void {
    let borrow = 0;
    for (let limb = 0; limb < limbs; limb++) {
      const total = this.#at(limb) - limbAt(bytes, offset + 4 * limb) - borrow;
      this.#limbs[limb] = total;
      borrow = total < 0 ? 1 : 0;
    }
  }

  addSum(other: DigestSum): void {
    let carry = 0;
    for (let limb = 0; limb < limbs; limb++) {
      const total = this.#at(limb) + other.#at(limb) + carry;
      this.#limbs[limb] = total;
      carry = total >= limbBase ? 1 : 0;
    }
  }

  subtractSum(other: DigestSum): void {
    let borrow = 0;
    for (let limb = 0; limb < limbs; limb++) {
      const total = this.#at(limb) - other.#at(limb) - borrow;
      this.#limbs[limb] = total;
      borrow = total < 0 ? 1 : 0;
    }
  }

  minus(other: DigestSum): DigestSum {
    const difference = new DigestSum();
    difference.#limbs.set(this.#limbs);
    difference.subtractSum(other);
    return difference;
  }

  equals(other: DigestSum): boolean {
    for (let limb = 0; limb < limbs; limb++) if (this.#at(limb) !== other.#at(limb)) return false;
    return true;
  }

  /** 32 bytes, little-endian. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(digestBytes);
    const view = new DataView(bytes.buffer);
    for (let limb = 0; limb < limbs; limb++) view.setUint32(4 * limb, this.#at(limb), true);
    return bytes;
  }

  /** Negentropy protocol v1: the first 16 bytes of sha2-256 over the sum and the number of elements as a varint. */
  fingerprint(count: number): Uint8Array {
    const input = Buffer.concat([this.toBytes(), encodeVarint(count)]);
    return Uint8Array.from(hash("sha256", input, "buffer").subarray(0, fingerprintBytes));
  }

  #at(limb: number): number {
    return this.#limbs[limb] as number;
  }
}

function limbAt(bytes: Uint8Array, offset: number): number {
  const low = (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8);
  const high = (bytes[offset + 2] as number) | ((bytes[offset + 3] as number) << 8);
  return low + high * 0x10000;
}
