import { GrapevineError } from "@grapevine/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endBound, isOrdered, type RangeBound } from "../../src/range-sync/range-bound.ts";
import { type Range, RangeMessageWriter, readRangeMessage } from "../../src/range-sync/range-message.ts";

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const bound: fc.Arbitrary<RangeBound> = fc.record({
  createdAt: fc.oneof(
    fc.nat(3),
    fc
      .maxSafeInteger()
      .map(Math.abs)
      .filter((date) => date < Number.MAX_SAFE_INTEGER),
  ),
  prefix: fc.uint8Array({ maxLength: 32 }),
});
const payload = fc.oneof(
  fc.constant({ mode: "skip" as const }),
  bytes(16).map((fingerprint) => ({ mode: "fingerprint" as const, fingerprint })),
  fc
    .nat(5)
    .chain((count) => bytes(32 * count))
    .map((digests) => ({ mode: "ids" as const, digests })),
);
const ranges: fc.Arbitrary<Range[]> = fc
  .tuple(fc.array(fc.tuple(bound, payload), { maxLength: 8 }), fc.boolean(), payload)
  .map(([some, reachesEnd, last]) => {
    const inner = some
      .toSorted(([first], [second]) => (isOrdered(first, second) ? -1 : 1))
      .map(([upper, rest]): Range => ({ upper, ...rest }));
    return reachesEnd ? [...inner, { upper: endBound, ...last }] : inner;
  });

function write(all: readonly Range[]): Uint8Array {
  const writer = new RangeMessageWriter();
  for (const range of all) writer.add(range);
  const message = writer.finish();
  expect(message.length).toBe(writer.bytes);
  return message;
}

describe("messages of negentropy protocol v1", () => {
  it("are read as they were written", () => {
    fc.assert(
      fc.property(ranges, (all) => {
        expect(readRangeMessage(write(all))).toEqual(all);
      }),
    );
  });

  it("have the bytes of the specification", () => {
    const message = write([
      { upper: { createdAt: 200, prefix: Uint8Array.of() }, mode: "skip" },
      { upper: { createdAt: 200, prefix: Uint8Array.of(0xab) }, mode: "fingerprint", fingerprint: new Uint8Array(16).fill(7) },
      { upper: endBound, mode: "ids", digests: new Uint8Array(32).fill(9) },
    ]);
    const expected = ["61", "814900", "00", "0101ab", "01", "07".repeat(16), "0000", "02", "01", "09".repeat(32)];
    expect(Buffer.from(message).toString("hex")).toBe(expected.join(""));
  });

  const wrong: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["another version", "62"],
    ["a bound that is cut", "61814901"],
    ["a range without a mode", "610100"],
    ["an unknown mode", "61010003"],
    ["a cut fingerprint", `61000001${"07".repeat(15)}`],
    ["fewer ids than it says", `6100000202${"09".repeat(32)}`],
    ["an absurd number of ids", "6100000287ffffffffffff7f"],
    ["a prefix longer than an id", `610121${"00".repeat(33)}00`],
    ["a number that never ends", `61${"ff".repeat(5000)}`],
    ["a number with a leading zero", "6180010000"],
    ["a date beyond 2^53", `61${"8fffffffffffff7f"}0000${"8fffffffffffff7f"}0000`],
    ["ranges out of order", "6105020102000102010100"],
    ["a range behind the end", "61000000000000"],
  ];

  it.each(wrong)("refuse %s", (_what, hex) => {
    expect(codeOf(() => readRangeMessage(Buffer.from(hex, "hex")))).toBe("FRAME_INVALID");
  });

  it("are refused with the one error, or read, whatever bytes they are", () => {
    const damaged = fc.tuple(ranges.map(write), fc.nat(), fc.nat(255)).map(([message, at, byte]) => {
      message[at % message.length] = byte;
      return message;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), (message) => {
        expect(["FRAME_INVALID", "none"]).toContain(codeOf(() => readRangeMessage(message)));
      }),
      { numRuns: 2000 },
    );
  });
});

function codeOf(action: () => unknown): string {
  try {
    action();
    return "none";
  } catch (error) {
    if (GrapevineError.is(error)) return error.code;
    throw error;
  }
}
