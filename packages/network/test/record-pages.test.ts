import { type RecordId, recordIdFromDigest } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { frameBudgetBytes, maxIdsPerRequest } from "../src/network-limits.ts";
import { framesIn, packedFrames, pageOf, pageReply, type RecordPage, readPageReply } from "../src/record-pages.ts";
import { syncRequest } from "../src/sync-protocol.ts";

const lengthBytes = 2;

describe("a page of records", () => {
  it("gives back what was packed, the shortest and the longest", () => {
    const frames = [Uint8Array.of(7), new Uint8Array(16_384).fill(3), new Uint8Array(255), new Uint8Array(256)];
    expect(framesIn(packedFrames(frames))).toEqual(frames);
    expect(framesIn(new Uint8Array(0))).toEqual([]);
  });

  it("is refused where it ends within a record, wherever that is", () => {
    const page = packedFrames([new Uint8Array(300), Uint8Array.of(1, 2)]);
    for (let length = 1; length < page.length; length++) {
      if (length === lengthBytes + 300) continue;
      expect(() => framesIn(page.subarray(0, length))).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
    }
  });

  it(`promise 8: has ${maxIdsPerRequest} records and no more`, () => {
    const records = (count: number): Uint8Array => packedFrames(Array<Uint8Array>(count).fill(Uint8Array.of(1)));
    expect(framesIn(records(maxIdsPerRequest))).toHaveLength(maxIdsPerRequest);
    expect(() => framesIn(records(maxIdsPerRequest + 1))).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
  });

  it("holds as many as fit, passes over what is gone, and says how many ids it has dealt with", async () => {
    const [ids, gone] = [idsOf(20), 3];
    const held = (bytes: number): Map<RecordId, Uint8Array> =>
      new Map(ids.filter((_, index) => index !== gone).map((id) => [id, new Uint8Array(bytes)]));
    const pageFrom = (frames: Map<RecordId, Uint8Array>): ReturnType<typeof pageOf> =>
      pageOf(ids, { frames: async (asked) => asked.map((id) => frames.get(id)) });
    const sizeOf = ({ records, taken }: RecordPage): readonly number[] => [records.length, taken];
    const most = frameBudgetBytes / 15 - lengthBytes;
    const full = await pageFrom(held(most));
    expect(sizeOf(full)).toEqual([15, 16]);
    expect(packedFrames(full.records)).toHaveLength(frameBudgetBytes);
    expect(readPageReply(pageReply(full))).toEqual(full);
    expect(sizeOf(await pageFrom(held(most + 1)))).toEqual([14, 15]);
    expect(await pageFrom(new Map())).toEqual({ records: [], taken: 20 });
  });
});

it.each(["records", "offer"])(`promise 8: a request of the type %s names 1 to ${maxIdsPerRequest} ids`, (type) => {
  const takes = (bytes: number): boolean => syncRequest.safeParse({ type, ids: new Uint8Array(bytes) }).success;
  const lengths = [0, 31, 32, 33, 32 * maxIdsPerRequest, 32 * (maxIdsPerRequest + 1)];
  expect(lengths.map(takes)).toEqual([false, false, true, false, true, false]);
});

function idsOf(count: number): RecordId[] {
  return Array.from({ length: count }, (_, number) => recordIdFromDigest(new Uint8Array(32).fill(number)));
}
