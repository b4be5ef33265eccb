/** Lessons that go from node to node as a file, over the control API. */
import { limits } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import type { ControlClient } from "../src/client.ts";
import { createControlClient } from "../src/client.ts";
import type { ExportedLesson } from "../src/control/transfer-contract.ts";
import { maxImportedRecords } from "../src/transfer-limits.ts";
import { connect, embedded } from "./bench.ts";
import { type Served, serve } from "./serving.ts";

function clientOf({ url, token }: Served): ControlClient {
  return createControlClient({ name: "node", api: url }, token);
}

async function exported(node: Served, query: { state?: "held" } = {}): Promise<ExportedLesson[]> {
  const lessons: ExportedLesson[] = [];
  const summary = await clientOf(node).exportLessons(query, (lesson) => lessons.push(lesson));
  expect(summary).toEqual({ lessons: lessons.length });
  return lessons;
}

describe("lessons as files", () => {
  it("are taken as if a peer had brought them: strangers' are held, trusted authors' admitted, one's own are own", async () => {
    const [author, stranger, friend] = [await serve(), await serve(), await serve()];
    const { id } = await author.service.teach({ situation: "The door squeaks", guidance: "Put oil on its hinges" });
    await embedded(author);
    const lines = await exported(author);
    expect(lines).toMatchObject([{ id, state: "own", author: author.peerId, guidance: "Put oil on its hinges" }]);
    const records = lines.map(({ record }) => record);

    expect(await clientOf(stranger).importLessons({ records })).toEqual([{ id, state: "held" }]);
    expect(await exported(stranger)).toEqual([]);
    expect(await exported(stranger, { state: "held" })).toMatchObject([{ id, record: records[0] }]);
    await friend.service.trustPeer(author.peerId);
    expect(await clientOf(friend).importLessons({ records })).toEqual([{ id, state: "admitted" }]);
    expect(await clientOf(author).importLessons({ records })).toEqual([{ id, state: "own" }]);
  });

  it("are refused one by one, with the reason, and the rest is taken", async () => {
    const [author, other] = [await serve(), await serve()];
    await connect(other, author);
    await other.service.blockPeer(author.peerId);
    await author.service.teach({ situation: "The door squeaks", guidance: "Put oil on its hinges" });
    const [line] = await exported(author);
    const frame = Buffer.from(line?.record ?? "", "base64");
    const forged = Buffer.from(frame);
    forged[0] = (forged[0] ?? 0) ^ 1;
    const records = [forged, Buffer.from("no record"), frame].map((bytes) => bytes.toString("base64"));
    const replies = await clientOf(other).importLessons({ records });
    expect(replies.map(({ refused }) => refused)).toEqual(["RECORD_SIGNATURE", "RECORD_MALFORMED", "blocked-author"]);
    expect(await exported(other, { state: "held" })).toEqual([]);
  });

  it("come in requests of at most so many records, none longer than a record can be", async () => {
    const node = await serve();
    const largest = Buffer.alloc(limits.maxRecordBytes).toString("base64");
    const replies = await clientOf(node).importLessons({ records: Array.from({ length: maxImportedRecords }, () => largest) });
    expect(replies).toHaveLength(maxImportedRecords);
    await expect(
      clientOf(node).importLessons({ records: Array.from({ length: maxImportedRecords + 1 }, () => "") }),
    ).rejects.toMatchObject({ code: "API_REQUEST_INVALID" });
    await expect(clientOf(node).importLessons({ records: [`${largest}AAAA`] })).rejects.toMatchObject({
      code: "API_REQUEST_INVALID",
    });
  });
});
