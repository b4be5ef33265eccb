import { createIdentity, type SignedRecord } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { startLiar } from "./liar.ts";
import { createNode, lessonOf, type TestNode, withNodes } from "./swarm.ts";

function lessons(count: number): SignedRecord[] {
  const identity = createIdentity();
  return Array.from({ length: count }, (_, index) =>
    lessonOf(identity, `box ${index}`, { createdAt: 1_700_000_000_000 + Math.floor(index / 3) }),
  );
}

describe("sync", () => {
  it("gives a late joiner everything, in pages, from several peers, each body once", async () => {
    const [first, second, late] = [createNode(), createNode(), createNode()];
    const all = lessons(2100);
    first.records.add(all);
    second.records.add(all);
    await withNodes([first, second, late], async () => {
      await Promise.all([late.network.join(first.network.createInvite()), late.network.join(second.network.createInvite())]);
      await late.watched.until(() => late.records.size === all.length, "all lessons are here");
      await late.network.sync();
      expect(late.received.length).toBe(all.length);
      expect(late.network.peers().map((peer) => peer.lastSync?.ended)).toEqual(["done", "done"]);
      // What came by sync is not gossiped again.
      for (const node of [first, second, late]) expect(node.network.counters()["gossip.accept"]).toBeUndefined();
    });
  });

  it("goes both ways on one connection, and leaves out what is refused here", async () => {
    const [here, there] = [createNode(), createNode()];
    const [own, theirs, unwanted] = lessons(3) as [SignedRecord, SignedRecord, SignedRecord];
    here.records.add([own]);
    here.records.refused.add(unwanted.id);
    there.records.add([theirs, unwanted]);
    await withNodes([here, there], async () => {
      await here.network.join(there.network.createInvite());
      await there.watched.until(() => there.records.has(own.id), "the dialled side has pulled, too");
      await here.watched.until(() => here.records.has(theirs.id), "the dialler has pulled");
      expect(here.records.has(unwanted.id)).toBe(false);
      expect(there.network.counters()["sync.served.records"]).toBe(1);
    });
  });

  it("goes on after a cut where it stopped", async () => {
    const all = lessons(1200);
    const source = createNode();
    source.records.add(all);
    let cut = (): Promise<void> => Promise.resolve();
    let batches = 0;
    const late: TestNode = createNode(
      {},
      {
        receive: async (batch, from) => {
          late.received.push(...batch.map((record) => ({ record, from })));
          late.records.add(batch);
          if (++batches === 2) await cut();
        },
      },
    );
    await withNodes([source, late], async () => {
      cut = () => source.network.stop();
      await late.network.join(source.network.createInvite());
      await late.watched.until(() => late.network.peers().length === 0, "the source is gone in the middle");
      const before = late.records.size;
      expect(before).toBeGreaterThan(0);
      expect(before).toBeLessThan(all.length);
      await source.network.start();
      await source.network.join(late.network.createInvite());
      await late.watched.until(() => late.records.size === all.length, "the rest has come");
      expect(new Set(late.received.map(({ record }) => record.id)).size).toBe(all.length);
      expect(late.received.length).toBeLessThan(all.length + 1000);
    });
  });

  const pages: readonly (readonly [string, (record: SignedRecord) => unknown])[] = [
    ["a forged record", (record) => ({ frames: [record.frame.map((byte, at) => (at === 90 ? byte ^ 1 : byte))], taken: 1 })],
    ["a record that was not asked for", () => ({ frames: [lessonOf(createIdentity(), "spam").frame], taken: 1 })],
    ["more answers than questions", (record) => ({ frames: [record.frame], taken: 300 })],
    ["something else than a page", () => ["page"]],
    ["bytes that are nothing", () => Uint8Array.of(0xff, 0xff)],
    ["a frame nested beyond all measure", () => new Uint8Array(20_000).fill(0x81)],
    ["a frame just above the limit", () => new Uint8Array(256 * 1024 + 1)],
  ];

  it.each(pages)("drops a peer that sends %s", async (_what, page) => {
    const [lesson] = lessons(1) as [SignedRecord];
    const here = createNode();
    await withNodes([here], async () => {
      const liar = await startLiar(here, "test", (request) => {
        if (request.type === "summary") return { same: false, count: 1 };
        if (request.type === "keys") return { keys: [[lesson.id, lesson.body.createdAt, "lesson"]], more: false };
        return page(lesson);
      });
      try {
        await here.watched.until(() => here.network.peers()[0]?.lastSync?.ended === "bad-page", "the sync ended with its reason");
        expect(here.network.counters()["sync.ended.bad-page"]).toBeGreaterThanOrEqual(1);
        expect(here.records.size).toBe(0);
      } finally {
        await liar.stop();
      }
    });
  });
});
