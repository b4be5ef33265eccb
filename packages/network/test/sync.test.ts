import { randomBytes } from "node:crypto";
import {
  type AttestationBody,
  createIdentity,
  decodeRecord,
  GrapevineError,
  type RetractionBody,
  type SignedRecord,
  signRecord,
} from "@grapevine/core";
import { describe, expect, it, vi } from "vitest";
import type { SyncReport } from "../src/index.ts";
import { maxIdsPerRequest, maxPagesUnderWay } from "../src/network-limits.ts";
import { digestOf } from "../src/range-sync/record-digest.ts";
import { packedFrames, pageReply } from "../src/record-pages.ts";
import { lead, listOf, startLiar } from "./liar.ts";
import { createNode, lessonOf, type TestNode, withNodes } from "./swarm.ts";

function lessons(count: number): SignedRecord[] {
  const identity = createIdentity();
  return Array.from({ length: count }, (_, index) =>
    lessonOf(identity, `box ${index}`, { createdAt: 1_700_000_000_000 + Math.floor(index / 3) }),
  );
}

function page(taken: number, ...records: readonly Uint8Array[]): Uint8Array {
  return pageReply({ taken, records });
}

type FiveRecords = [SignedRecord, SignedRecord, SignedRecord, SignedRecord, SignedRecord];

describe("sync", () => {
  it("gives a late joiner everything, in pages, from several peers, each body once", async () => {
    const [first, second, late] = [createNode(), createNode(), createNode()];
    const all = lessons(2100);
    first.records.add(all);
    second.records.add(all);
    await withNodes([first, second, late], async () => {
      await Promise.all([
        late.network.join(await first.network.createInvite()),
        late.network.join(await second.network.createInvite()),
      ]);
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
      await here.network.join(await there.network.createInvite());
      await there.watched.until(() => there.records.has(own.id), "the dialled side has pulled, too");
      await here.watched.until(() => here.records.has(theirs.id), "the dialler has pulled");
      expect(here.records.has(unwanted.id)).toBe(false);
      expect(there.network.counters()["sync.served.records"]).toBe(1);
    });
  });

  it("promise 8: asks for some pages while one is checked and one is stored, and for no more", async () => {
    const mostServed = (2 + maxPagesUnderWay) * maxIdsPerRequest;
    // One message of set reconciliation names 2,000 of them.
    const all = lessons(mostServed + maxIdsPerRequest);
    const source = createNode();
    source.records.add(all);
    const stored = Promise.withResolvers<void>();
    const late: TestNode = createNode(
      {},
      {
        receive: async (batch) => {
          await stored.promise;
          late.records.add(batch);
        },
      },
    );
    await withNodes([source, late], async () => {
      await late.network.join(await source.network.createInvite());
      const served = (): number => source.network.counters()["sync.served.records"] ?? 0;
      await vi.waitFor(() => expect(served()).toBe(mostServed), 20_000);
      expect(late.network.counters()["sync.accept"]).toBeLessThanOrEqual(2 * maxIdsPerRequest);
      stored.resolve();
      await late.watched.until(() => late.records.size === all.length, "all lessons are here");
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
      await late.network.join(await source.network.createInvite());
      await late.watched.until(() => late.network.peers().length === 0, "the source is gone in the middle");
      const before = late.records.size;
      expect(before).toBeGreaterThan(0);
      expect(before).toBeLessThan(all.length);
      await source.network.start();
      await source.network.join(await late.network.createInvite());
      await late.watched.until(() => late.records.size === all.length, "the rest has come");
      expect(new Set(late.received.map(({ record }) => record.id)).size).toBe(all.length);
      expect(late.received.length).toBeLessThan(all.length + 1000);
    });
  });

  it("falls silent when all that is left is what nobody wants, and speaks again when there is more", async () => {
    const [here, there] = [createNode(), createNode()];
    const [common, unwantedHere, unwantedThere, gossiped, fresh] = lessons(5) as FiveRecords;
    here.records.add([common, unwantedThere]);
    there.records.add([common, unwantedHere]);
    here.records.refuse(unwantedHere);
    there.records.refuse(unwantedThere);
    const lastSync = (): SyncReport | undefined => here.network.peers()[0]?.lastSync;
    await withNodes([here, there], async () => {
      await here.network.join(await there.network.createInvite());
      await here.network.sync();
      await here.network.sync();
      expect(lastSync()).toMatchObject({ ended: "done", rounds: 0, received: 0, given: 0 });
      for (const node of [here, there]) node.records.add([gossiped]);
      await here.network.sync();
      expect(lastSync()).toMatchObject({ ended: "done", rounds: 0 });
      there.records.add([fresh]);
      await here.network.sync();
      expect(lastSync()).toMatchObject({ ended: "done", received: 1 });
      expect(here.records.has(unwantedHere.id)).toBe(false);
      expect(there.network.counters()["sync.served.records"]).toBe(1);
    });
  });

  it("does not fetch twice what was ignored for good", async () => {
    const [blocked, old, other] = [createIdentity(), createIdentity(), createIdentity()];
    const unread = lessonOf(other, "in letters of a later Unicode");
    const here = createNode(
      {},
      {
        isRotatedOut: ({ body }) => body.author === old.author,
        decode: (frame) => {
          if (Buffer.compare(frame, unread.frame) !== 0) return decodeRecord(frame);
          throw new GrapevineError("RECORD_CHARACTERS", "unassigned letters", "Update.");
        },
      },
    );
    const there = createNode();
    there.records.add([lessonOf(blocked, "blocked"), lessonOf(old, "by a key that was replaced"), unread]);
    here.blocked.add(blocked.author);
    await withNodes([here, there], async () => {
      await here.network.join(await there.network.createInvite());
      for (let sync = 0; sync < 4; sync++) await here.network.sync();
      expect(here.network.counters()).toMatchObject({
        "sync.ignore.blocked-author": 1,
        "sync.ignore.rotated-author": 1,
        "sync.ignore.RECORD_CHARACTERS": 1,
      });
      expect(here.network.peers()[0]?.lastSync).toMatchObject({ ended: "done", rounds: 0 });
    });
  });

  it("gives what the other side lacks in the same sync, of whatever type, and reads the keys once", async () => {
    const [here, there] = [createNode(), createNode()];
    const all = lessons(900);
    const [lesson] = all as [SignedRecord];
    const common = { createdAt: Date.now(), lesson: lesson.id } as const;
    const attestation = { ...common, type: "attestation", seq: 1, worked: 1, changed: 0, failed: 0 } as const;
    here.records.add([...all.slice(0, 800), signRecord<AttestationBody>(here.identity, attestation)]);
    there.records.add([...all.slice(100), signRecord<RetractionBody>(there.identity, { ...common, type: "retraction", seq: 1 })]);
    await withNodes([here, there], async () => {
      await here.network.join(await there.network.createInvite());
      await here.network.sync();
      expect([here.records.size, there.records.size]).toEqual([902, 902]);
      expect([here.received.length, there.received.length]).toEqual([101, 101]);
      for (let sync = 0; sync < 3; sync++) await Promise.all([here.network.sync(), there.network.sync()]);
      expect([here.records.readings, there.records.readings]).toEqual([1, 1]);
    });
  });

  it("reads the keys anew for each sync where the store tells of no changes", async () => {
    const [here, there] = [createNode({}, { recordChanges: undefined }), createNode()];
    const [first, second] = lessons(2) as [SignedRecord, SignedRecord];
    await withNodes([here, there], async () => {
      await here.network.join(await there.network.createInvite());
      here.records.add([first]);
      there.records.add([second]);
      await here.network.sync();
      expect([here.records.has(second.id), there.records.has(first.id)]).toEqual([true, true]);
    });
  });

  const pages: readonly (readonly [string, (record: SignedRecord) => unknown])[] = [
    ["a forged record", ({ frame }) => page(1, frame.with(90, (frame[90] as number) ^ 1))],
    ["a record that was not asked for", () => page(1, lessonOf(createIdentity(), "spam").frame)],
    ["more answers than questions", ({ frame }) => page(300, frame)],
    ["more records than it answers", ({ frame }) => page(1, frame, frame)],
    ["a record that is cut short", ({ frame }) => page(1, frame).subarray(0, -1)],
    ["an answer to nothing", () => page(0)],
    ["half an answer", () => Uint8Array.of(1)],
    ["CBOR where a page belongs", ({ frame }) => ({ frames: frame, taken: 1 })],
    ["nothing at all", () => new Uint8Array(0)],
    ["a frame just above the limit", () => new Uint8Array(256 * 1024 + 1)],
  ];

  it.each(pages)("drops a peer that sends %s", async (_what, answer) => {
    const [lesson] = lessons(1) as [SignedRecord];
    const here = createNode();
    await withNodes([here], async () => {
      const liar = await startLiar(here, "test", (request) => {
        if (request.type === "summary") return { count: 1, sum: digestOf(lesson.id) };
        return request.type === "reconcile" ? { message: listOf([lesson]) } : answer(lesson);
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

  const messages: readonly (readonly [string, unknown])[] = [
    ["is none", { message: Uint8Array.of(0x61, 1) }],
    ["announces more than it has", { message: Uint8Array.of(0x61, 0, 0, 2, 0x87, 0xff, 0xff, 0xff, 0x7f) }],
    ["is longer than allowed", { message: new Uint8Array(64 * 1024 + 1) }],
    ["is something else", ["message"]],
    ["is bytes that are nothing", Uint8Array.of(0xff, 0xff)],
    ["is nested beyond all measure", new Uint8Array(20_000).fill(0x81)],
  ];

  it.each(messages)("drops a peer whose message of set reconciliation %s", async (_what, reply) => {
    const here = createNode();
    await withNodes([here], async () => {
      const liar = await startLiar(here, "test", ({ type }) =>
        type === "summary" ? { count: 1, sum: new Uint8Array(32) } : reply,
      );
      try {
        await here.watched.until(() => here.network.peers()[0]?.lastSync?.ended === "bad-page", "the sync ended with its reason");
      } finally {
        await liar.stop();
      }
    });
  });

  it("takes from a peer that leads only what it asked it for", async () => {
    const [lesson, other] = lessons(2) as [SignedRecord, SignedRecord];
    const here = createNode();
    const offer = { type: "offer", ids: digestOf(lesson.id) };
    await withNodes([here], async () => {
      const liar = await startLiar(here, "test", ({ type }) =>
        type === "summary" ? { count: 0, sum: new Uint8Array(32) } : { message: listOf([]) },
      );
      try {
        await here.watched.until(() => here.network.peers().length === 1, "the liar is here");
        expect(await lead(liar, here, [{ type: "give", frames: packedFrames([lesson.frame]) }])).toHaveLength(0);
        expect(await lead(liar, here, [offer, { type: "give", frames: packedFrames([other.frame]) }])).toHaveLength(1);
        expect(await lead(liar, here, [offer, { type: "give", frames: packedFrames([lesson.frame.with(90, 1)]) }])).toHaveLength(
          1,
        );
        expect(await lead(liar, here, [{ type: "reconcile", message: Uint8Array.of(0x61, 1) }])).toHaveLength(0);
        expect(here.records.size).toBe(0);
        expect(here.network.counters()["sync.served.bad-request"]).toBe(4);
        const give = { type: "give", frames: packedFrames([lesson.frame]) };
        expect(await lead(liar, here, [offer, give, give])).toHaveLength(2);
        expect(here.records.has(lesson.id)).toBe(true);
      } finally {
        await liar.stop();
      }
    });
  });

  it("lets a peer that leads have its share of work and of room, and no more", async () => {
    let now = Date.now();
    const here = createNode({}, { clock: { now: () => now } });
    await withNodes([here], async () => {
      const liar = await startLiar(here, "test", ({ type }) =>
        type === "summary" ? { count: 0, sum: new Uint8Array(32) } : { message: listOf([]) },
      );
      try {
        await here.watched.until(() => here.network.peers().length === 1, "the liar is here");
        const offers = Array.from({ length: 26 }, () => ({
          type: "offer",
          ids: new Uint8Array(randomBytes(400 * 32)),
        }));
        const replies = (await lead(liar, here, offers)) as { wanted: Uint8Array; later: boolean }[];
        expect(replies.reduce((total, { wanted }) => total + wanted.length, 0)).toBe(32 * 10_000);
        expect(replies.map(({ later }) => later)).toEqual([...Array(25).fill(false), true]);
        const messages = Array(41).fill({ type: "reconcile", message: listOf([]) });
        const answered = lead(liar, here, messages);
        await vi.waitFor(() => expect(here.network.counters()["sync.served.delayed"]).toBeGreaterThanOrEqual(1), 10_000);
        now += 250;
        expect(await answered).toHaveLength(41);
      } finally {
        await liar.stop();
      }
    });
  });
});
