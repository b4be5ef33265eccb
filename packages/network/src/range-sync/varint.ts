/** Unsigned integers as negentropy writes them: base 128, most significant digit first, the high bit on every byte but the last. */

/** @throws RangeError when the value is no whole number from 0 to 2^53 - 1: a bug of the caller's. */
export function encodeVarint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} has no varint`);
  let length = 1;
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) length++;
  const digits = new Uint8Array(length);
  let rest = value;
  for (let at = length - 1; at >= 0; at--) {
    digits[at] = (at === length - 1 ? 0 : 128) + (rest % 128);
    rest = Math.floor(rest / 128);
  }
  return digits;
}
