import * as dagCbor from "@ipld/dag-cbor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createIdentity,
  decodeRecord,
  decodeStoredRecord,
  GrapevineError,
  identityFromSeed,
  isRecordId,
  type LessonBody,
  limits,
  type RecordDraft,
  signRecord,
} from "../src/index.ts";

const identity = identityFromSeed(new Uint8Array(32).fill(7));
const otherId = "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";

function draft(changes: Partial<RecordDraft<LessonBody>> = {}): RecordDraft<LessonBody> {
  return {
    type: "lesson",
    seq: 1,
    createdAt: 1_700_000_000_000,
    kind: "procedure",
    title: "List a box in order",
    situation: "A box of the stash tool is to be listed in order",
    guidance: "Use peek with the field after --by",
    example: { task: "List box tin in order of size", steps: ["stash peek tin --by size"] },
    evidence: { worked: 1, changed: 0, failed: 1, verifiedBy: "environment" },
    tags: ["stash"],
    derivedFrom: [],
    ...changes,
  };
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return GrapevineError.is(error) ? error.code : String(error);
  }
  return "none";
}

/** A frame around any body, signed as the codec does it: what a peer with another encoder could send. */
function frameOf(body: Uint8Array): Uint8Array {
  const tagged = Buffer.concat([Buffer.from("grapevine/record/1\n"), body]);
  return Buffer.concat([identity.sign(tagged), body]);
}

function wireBody(): Record<string, unknown> {
  return dagCbor.decode(signRecord<LessonBody>(identity, draft()).frame.subarray(64));
}

describe("records on the wire", () => {
  it("gives back what was signed, with the same id", () => {
    const signed = signRecord<LessonBody>(identity, draft({ derivedFrom: [otherId], supersedes: otherId }));
    const decoded = decodeRecord(signed.frame);
    expect(decoded.body).toEqual(signed.body);
    expect(decoded.id).toBe(signed.id);
    expect(isRecordId(decoded.id)).toBe(true);
    expect(decoded.body.author).toBe(identity.author);
  });

  it("has every type of record", () => {
    const attestation = signRecord(identity, {
      type: "attestation",
      seq: 2,
      createdAt: 5,
      lesson: otherId,
      worked: 2,
      changed: 0,
      failed: 1,
    });
    const retraction = signRecord(identity, {
      type: "retraction",
      seq: 3,
      createdAt: 5,
      lesson: otherId,
      reason: "no longer true",
    });
    const rotation = signRecord(identity, {
      type: "rotation",
      seq: 4,
      createdAt: 5,
      nextKeyHash: new Uint8Array(32),
      follows: createIdentity().author,
    });
    for (const record of [attestation, retraction, rotation]) expect(decodeRecord(record.frame).body).toEqual(record.body);
  });

  it("refuses every single-bit change of a frame", () => {
    const { frame } = signRecord<LessonBody>(identity, draft());
    fc.assert(
      fc.property(fc.integer({ min: 0, max: frame.length * 8 - 1 }), (bit) => {
        const altered = Uint8Array.from(frame);
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(codeOf(() => decodeRecord(altered))).toMatch(/^RECORD_/);
      }),
      { numRuns: 2_000 },
    );
  });

  it("never answers garbage with anything but a named error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(codeOf(() => decodeRecord(bytes))).toMatch(/^RECORD_/);
        expect(codeOf(() => decodeRecord(frameOf(bytes)))).toMatch(/^RECORD_/);
      }),
      { numRuns: 2_000 },
    );
  });

  it("refuses a second encoding of one lesson", () => {
    const body = wireBody();
    const canonical = dagCbor.encode(body);
    // A map whose length is written in two bytes instead of one says the same and is other bytes.
    const padded = Buffer.concat([Buffer.from([0xb8, Object.keys(body).length]), canonical.subarray(1)]);
    expect(codeOf(() => decodeRecord(frameOf(canonical)))).toBe("none");
    expect(codeOf(() => decodeRecord(frameOf(padded)))).toMatch(/RECORD_(NOT_CANONICAL|MALFORMED)/);
  });

  it("refuses ids that are texts instead of links", () => {
    const body = { ...wireBody(), supersedes: otherId };
    expect(codeOf(() => decodeRecord(frameOf(dagCbor.encode(body))))).toBe("RECORD_INVALID");
  });

  it("refuses unknown fields, and says which version it does not know", () => {
    expect(codeOf(() => decodeRecord(frameOf(dagCbor.encode({ ...wireBody(), extra: 1 }))))).toBe("RECORD_INVALID");
    expect(codeOf(() => decodeRecord(frameOf(dagCbor.encode({ ...wireBody(), v: 2 }))))).toBe("RECORD_VERSION");
  });

  it("reads its own disk without verifying the signature again, and the id shows damage", () => {
    const signed = signRecord<LessonBody>(identity, draft());
    const damaged = Uint8Array.from(signed.frame);
    const at = Buffer.from(damaged).indexOf("peek");
    damaged[at] = "s".charCodeAt(0);
    expect(decodeStoredRecord(signed.frame).id).toBe(signed.id);
    expect(decodeStoredRecord(damaged).id).not.toBe(signed.id);
  });
});

describe("promise 8: limits", () => {
  it("hold texts just below and just above", () => {
    expect(codeOf(() => signRecord(identity, draft({ title: "a".repeat(limits.maxTitleLength) })))).toBe("none");
    expect(codeOf(() => signRecord(identity, draft({ title: "a".repeat(limits.maxTitleLength + 1) })))).toBe("RECORD_INVALID");
    expect(codeOf(() => signRecord(identity, draft({ guidance: "a".repeat(limits.maxGuidanceLength) })))).toBe("none");
    expect(codeOf(() => signRecord(identity, draft({ guidance: "a".repeat(limits.maxGuidanceLength + 1) })))).toBe(
      "RECORD_INVALID",
    );
  });

  it("count code points, whatever they take in UTF-16 or UTF-8", () => {
    expect(codeOf(() => signRecord(identity, draft({ title: "🧺".repeat(limits.maxTitleLength) })))).toBe("none");
    expect(codeOf(() => signRecord(identity, draft({ title: "🧺".repeat(limits.maxTitleLength + 1) })))).toBe("RECORD_INVALID");
    expect(codeOf(() => signRecord(identity, draft({ title: `${"x".repeat(limits.maxTitleLength)}🧺` })))).toBe("RECORD_INVALID");
  });

  it("hold lists just below and just above", () => {
    expect(codeOf(() => signRecord(identity, draft({ tags: Array(limits.maxTags).fill("t") })))).toBe("none");
    expect(codeOf(() => signRecord(identity, draft({ tags: Array(limits.maxTags + 1).fill("t") })))).toBe("RECORD_INVALID");
    const ids = Array(limits.maxDerivedFrom + 1).fill(otherId);
    expect(codeOf(() => signRecord(identity, draft({ derivedFrom: ids.slice(1) })))).toBe("none");
    expect(codeOf(() => signRecord(identity, draft({ derivedFrom: ids })))).toBe("RECORD_INVALID");
  });

  it("refuse a frame by its size before anything else, whatever it holds", () => {
    expect(codeOf(() => decodeRecord(new Uint8Array(limits.maxRecordBytes)))).not.toBe("RECORD_TOO_LARGE");
    expect(codeOf(() => decodeRecord(new Uint8Array(limits.maxRecordBytes + 1)))).toBe("RECORD_TOO_LARGE");
  });

  it("refuse depth before a decoder that recurses sees it", () => {
    const nested = (depth: number): Uint8Array => Uint8Array.from([...Array(depth).fill(0x81), 0x00]);
    expect(codeOf(() => decodeRecord(frameOf(nested(limits.maxRecordDepth))))).toBe("RECORD_INVALID");
    expect(codeOf(() => decodeRecord(frameOf(nested(limits.maxRecordDepth + 1))))).toBe("RECORD_TOO_LARGE");
    expect(codeOf(() => decodeRecord(frameOf(nested(10_000))))).toBe("RECORD_TOO_LARGE");
  });
});

describe("text in records", () => {
  const refused: [string, string][] = [
    ["a line end", "one\ntwo"],
    ["a zero-width space", "in\u200Bvisible"],
    ["a bidirectional override", "abc\u202Edef"],
    ["a tag character", "a\u{E0041}"],
    ["space at the end", "end "],
    ["a decomposed letter", "e\u0301"],
    ["a chat-template token", "<|im_start|>system"],
    ["a code fence", "``` rm"],
  ];
  it.each(refused)("refuses %s", (_name, title) => {
    expect(codeOf(() => signRecord(identity, draft({ title })))).toBe("RECORD_INVALID");
  });

  it.each(["--by FIELD", "a <b> c", "größer als 5 µm", "日本語の教訓", "tape && cut | paste"])("lets %s pass", (title) => {
    expect(codeOf(() => signRecord(identity, draft({ title })))).toBe("none");
  });
});
