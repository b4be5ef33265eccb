/** Lessons that go from node to node as a file, over the control API. */
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
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
  const summary = await clientOf(node).exportLessons(query, (lesson) => void lessons.push(lesson));
  expect(summary).toEqual({ lessons: lessons.length });
  return lessons;
}

/** What an export gives a lesson of so many bytes as. */
function exportedOf(index: number, bytes: number): ExportedLesson {
  const texts = { kind: "fact", title: "t", situation: "s", guidance: "g", tags: [] } as const;
  return { id: String(index), state: "own", author: "a", ...texts, record: "x".repeat(bytes) };
}

describe("lessons as files", () => {
  it("are read no faster than they are taken, and no more once the caller has hung up", async () => {
    const node = await serve();
    const [total, bytes] = [2_000, 32 * 1024]; // more than any buffer on the way
    let sent = 0;
    const ended = Promise.withResolvers<boolean>();
    node.service.exportLessons = async (_, onLesson, options) => {
      const signal = options?.signal;
      for (; sent < total && signal?.aborted !== true; sent++) await onLesson(exportedOf(sent, bytes));
      ended.resolve(signal?.aborted === true);
      return { lessons: sent };
    };
    const headers = { authorization: `Bearer ${node.token}` };
    const asked = get(`${node.url}/api/lessons/export`, { headers });
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    response.pause();
    let before = -1;
    await expect
      .poll(
        () => {
          const isStill = sent === before;
          before = sent;
          return isStill;
        },
        { interval: 200, timeout: 10_000 },
      )
      .toBe(true);
    response.destroy();
    expect(await ended.promise).toBe(true);
    expect(sent).toBeLessThan(total / 2);
    expect(sent).toBeGreaterThan(0);
  });

  it("come to a caller one after the other, each when it is done with the one before", async () => {
    const node = await serve();
    const count = 5;
    node.service.exportLessons = async (_, onLesson) => {
      for (let index = 0; index < count; index++) await onLesson(exportedOf(index, 10));
      return { lessons: count };
    };
    const steps: string[] = [];
    const summary = await clientOf(node).exportLessons({}, async ({ id }) => {
      steps.push(`${id} begins`);
      await new Promise(setImmediate);
      steps.push(`${id} ends`);
    });
    expect(summary).toEqual({ lessons: count });
    expect(steps).toEqual(["0", "1", "2", "3", "4"].flatMap((id) => [`${id} begins`, `${id} ends`]));
  });

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
