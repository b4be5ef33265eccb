/**
 * Frozen records of wire version 1. Peers keep and pass on what was signed long ago, so these frames must decode for ever, to the same ids and bodies, and
 * the same author must come to the same bytes again. A change that breaks this is a new version with a folder of its own; these files never change.
 *
 * Each sample is a frame (`NAME.bin`) and an entry of `records.json`: the seed of the author's key, the id, and the body, bytes in hexadecimal.
 */
import { createHash, createPublicKey, verify } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import {
  decodeRecord,
  decodeStoredRecord,
  identityFromSeed,
  isRecordId,
  lessonKinds,
  type RecordDraft,
  recordIdBytes,
  signRecord,
} from "@grapevine/core";
import { describe, expect, it } from "vitest";

interface Sample {
  readonly name: string;
  readonly seed: string;
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const folder: URL = new URL("fixtures/wire/v1/", import.meta.url);
const samples: readonly Sample[] = JSON.parse(readFileSync(new URL("records.json", folder), "utf8"));

describe.each(samples)("wire version 1: $name", ({ name, seed, id, body }) => {
  const frame = Uint8Array.from(readFileSync(new URL(`${name}.bin`, folder)));
  const identity = identityFromSeed(Uint8Array.from(Buffer.from(seed, "hex")));

  it("decodes to the same id and body", () => {
    const record = decodeRecord(frame);
    expect(record.id).toBe(id);
    expect(asJson(record.body)).toEqual(body);
    expect(decodeStoredRecord(frame, id)).toEqual(record);
  });

  it("is signed to the same bytes again", () => {
    const { v: _, author: __, ...draft } = body;
    const bytesOf = (field: string): object => {
      const hexadecimal = draft[field];
      return typeof hexadecimal === "string" ? { [field]: Uint8Array.from(Buffer.from(hexadecimal, "hex")) } : {};
    };
    const frames = draft["succession"] as readonly string[] | undefined;
    const succession = frames?.map((hexadecimal) => Uint8Array.from(Buffer.from(hexadecimal, "hex")));
    const bytes = { ...bytesOf("nextKeyHash"), ...bytesOf("keeps"), ...(succession !== undefined && { succession }) };
    const record = signRecord(identity, { ...draft, ...bytes } as RecordDraft);
    expect(Buffer.from(record.frame).toString("hex")).toBe(Buffer.from(frame).toString("hex"));
    expect(record.id).toBe(id);
  });

  /** With node:crypto alone, so that the codec is not its own witness. */
  it("is a signature over tag and body, followed by the body whose hash is in the id", () => {
    const bodyBytes = frame.subarray(64);
    const key = createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(identity.publicKey).toString("base64url") },
      format: "jwk",
    });
    const signed = Buffer.concat([Buffer.from("grapevine/record/1\n"), bodyBytes]);
    expect(verify(null, signed, key, frame.subarray(0, 64))).toBe(true);
    const digest = createHash("sha256").update(bodyBytes).digest();
    expect(Buffer.from(recordIdBytes(id)).toString("hex")).toBe(`01711220${digest.toString("hex")}`);
  });

  it("is refused when any of its bits is another", () => {
    for (let at = 0; at < frame.length; at += Math.ceil(frame.length / 64)) {
      const altered = Uint8Array.from(frame);
      altered[at] = (altered[at] ?? 0) ^ (1 << (at % 8));
      expect(() => decodeRecord(altered), `byte ${at}`).toThrow(expect.objectContaining({ name: "GrapevineError" }));
    }
  });
});

describe("the samples of wire version 1", () => {
  it("are the files in the folder", () => {
    const names = readdirSync(folder).filter((file) => file.endsWith(".bin"));
    expect(names.sort()).toEqual(samples.map(({ name }) => `${name}.bin`).sort());
  });

  it("cover every type, kind and optional field", () => {
    const values = (field: string): unknown[] => samples.flatMap(({ body }) => body[field] ?? []);
    expect(new Set(values("type"))).toEqual(new Set(["lesson", "attestation", "retraction", "rotation", "membership"]));
    expect(new Set(values("state"))).toEqual(new Set(["admitted", "revoked"]));
    expect(new Set(values("kind"))).toEqual(new Set(lessonKinds));
    const evidence = values("evidence") as readonly { readonly verifiedBy: string }[];
    expect(new Set(evidence.map(({ verifiedBy }) => verifiedBy))).toEqual(new Set(["environment", "feedback", "author"]));
    const further = ["follows", "until", "keeps", "succession"];
    for (const field of ["expiresAt", "example", "environment", "model", "supersedes", "reason", ...further]) {
      expect(values(field), field).not.toHaveLength(0);
    }
    expect(values("derivedFrom").every((link) => typeof link === "string" && isRecordId(link))).toBe(true);
  });
});

function asJson(body: object): unknown {
  return JSON.parse(
    JSON.stringify(body, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value)),
  );
}
