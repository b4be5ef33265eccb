import { createIdentity, limits } from "@grapevine/core";
import { gossipsub } from "@libp2p/gossipsub";
import { expect, it } from "vitest";
import { graylistedBelow } from "../src/gossip-config.ts";
import { gossipMessageLimits, maxGossipMessageBytes } from "../src/network-limits.ts";
import { startHost, startLiar } from "./liar.ts";
import { gossipOf, openGossip, pruneTo, sendAll, varint } from "./raw-gossip.ts";
import { codeOf, createNode, lessonOf, quickTiming, type TestNode, withNodes } from "./swarm.ts";

function nodes(count: number): TestNode[] {
  return Array.from({ length: count }, (_, index) => createNode({ name: `node ${index + 1}` }));
}

it("brings a lesson to every peer, also to those who are not neighbours of its author", async () => {
  const all = nodes(5);
  await withNodes(all, async () => {
    // A line: each knows only the one before it.
    for (const [index, node] of all.entries()) {
      const before = all[index - 1];
      if (before !== undefined) await node.network.join(await before.network.createInvite());
    }
    const [first, last] = [all[0] as TestNode, all[4] as TestNode];
    const lesson = first.teach("the far end");
    await last.watched.until(() => last.records.has(lesson.id), "the lesson is at the end of the line");
    const answer = last.teach("the near end");
    await first.watched.until(() => first.records.has(answer.id), "the lesson is at the head of the line");
    await first.watched.until(() => first.outbox.size === 0, "the outbox is empty");
  });
});

it("keeps lessons in the outbox until somebody listens, across a restart", async () => {
  const [alone, other] = [createNode(), createNode()];
  await withNodes([alone, other], async () => {
    const lesson = alone.teach("patience");
    await alone.network.stop();
    await alone.network.start();
    alone.network.publish();
    expect([...alone.outbox.keys()]).toEqual([lesson.id]);
    await other.network.join(await alone.network.createInvite());
    await alone.watched.until(() => alone.outbox.size === 0, "published once there is a mesh");
    await other.watched.until(() => other.records.has(lesson.id), "the lesson arrived");
  });
});

it("does not hear a blocked author, and hangs up on a blocked peer", async () => {
  const [here, relay, bad] = [createNode(), createNode(), createNode()];
  here.blocked.add(bad.identity.author);
  await withNodes([here, relay, bad], async () => {
    await here.network.join(await relay.network.createInvite());
    await bad.network.join(await relay.network.createInvite());
    expect(await codeOf(here.network.join(await bad.network.createInvite()))).toBe("PEER_BLOCKED");
    expect(await codeOf(bad.network.join(await here.network.createInvite()))).not.toBe("none");
    const unwanted = bad.teach("mischief");
    await relay.watched.until(() => relay.records.has(unwanted.id), "the relay has it");
    const wanted = relay.teach("manners");
    await here.watched.until(() => here.records.has(wanted.id), "an honest lesson arrives");
    await here.network.sync();
    expect(here.records.has(unwanted.id)).toBe(false);
    const counters = here.network.counters();
    expect((counters["gossip.ignore.blocked-author"] ?? 0) + (counters["sync.ignore.blocked-author"] ?? 0)).toBeGreaterThan(0);
    here.blocked.add(relay.identity.author);
    await here.watched.until(() => here.network.peers().length === 0, "the blocked relay is hung up");
  });
});

it("refuses bad frames, counts them, stops listening to who sends them, and hears it again when it has stopped", async () => {
  // What counts against a peer halves every second here.
  const here = createNode({ timing: { ...quickTiming, rejectedDecay: 0.5 } });
  await withNodes([here], async () => {
    const bad = await startLiar(here, "test", () => ({ same: true, count: 0 }), { pubsub: gossipsub() });
    const stream = await openGossip(bad, here);
    const author = createIdentity();
    const good = lessonOf(author, "order");
    const forged = Array.from({ length: 20 }, (_, index) => {
      const frame = Uint8Array.from(good.frame);
      frame[index] = (frame[index] ?? 0) ^ 1;
      return frame;
    });
    stream.send(gossipOf(forged));
    const count = (name: string): number => here.network.counters()[name] ?? 0;
    await expect.poll(() => count("gossip.ignore.forger"), { timeout: 10_000 }).toBe(16);
    expect(count("gossip.reject.RECORD_SIGNATURE")).toBe(4);
    const score = (): number => here.network.peers()[0]?.score ?? Number.NaN;
    await expect.poll(score, { timeout: 10_000 }).toBeLessThan(graylistedBelow);
    stream.send(gossipOf([good.frame]));
    await expect.poll(score, { timeout: 15_000 }).toBeGreaterThan(graylistedBelow);
    expect(here.records.has(good.id)).toBe(false);
    const better = lessonOf(author, "order at last");
    stream.send(gossipOf([better.frame]));
    await here.watched.until(() => here.records.has(better.id), "it is heard again");
    await bad.stop();
  });
});

it("promise 8: refuses messages just above the limits, and neither keeps nor waits for what is announced", async () => {
  const here = createNode({ timing: { ...quickTiming, deafAfterMs: 500 } });
  await withNodes([here], async () => {
    const bad = await startLiar(here, "test", () => ({ same: true, count: 0 }), { pubsub: gossipsub() });
    const count = (name: string): number => here.network.counters()[name] ?? 0;
    const stream = await openGossip(bad, here);
    await sendAll(stream, gossipOf([new Uint8Array(maxGossipMessageBytes / 4)]));
    await expect.poll(() => count("gossip.reject.RECORD_TOO_LARGE"), { timeout: 10_000 }).toBe(1);
    // One record too many: the message is dropped unread. The next one is heard.
    const lesson = lessonOf(createIdentity(), "order");
    stream.send(gossipOf(Array.from({ length: gossipMessageLimits.maxMessages + 1 }, () => lesson.frame.subarray(0, 70))));
    stream.send(gossipOf([lesson.frame]));
    await here.watched.until(() => here.records.has(lesson.id), "the good one is heard");
    expect(count("gossip.reject.RECORD_MALFORMED")).toBe(0);
    // A length above the limit ends the stream, and the watchdog the connection that looks alive.
    stream.send(varint(maxGossipMessageBytes + 1));
    await here.watched.until(() => here.network.peers().length === 0, "hung up");
    expect(count("link.hung-up.deaf")).toBe(1);
    await bad.stop();
  });
});

it("dials nobody whom a peer names in gossip, also not for a peer that the user named", async () => {
  const here = createNode({}, { isKnown: () => true });
  const [stranger, reached] = [await startHost({}, ["/ip4/127.0.0.1/tcp/0"]), [] as string[]];
  stranger.addEventListener("peer:connect", ({ detail }) => reached.push(detail.toString()));
  await withNodes([here], async () => {
    const bad = await startLiar(here, "test", () => ({ same: true, count: 0 }), { pubsub: gossipsub() });
    await bad.dial(stranger.getMultiaddrs());
    const signedRecord = async (): Promise<Uint8Array | undefined> =>
      (await bad.peerStore.get(stranger.peerId)).peerRecordEnvelope;
    await expect.poll(signedRecord, { timeout: 10_000 }).toBeDefined();
    const stream = await openGossip(bad, here);
    stream.send(pruneTo(stranger.peerId, (await signedRecord()) ?? new Uint8Array()));
    const lesson = lessonOf(createIdentity(), "order");
    stream.send(gossipOf([lesson.frame]));
    await here.watched.until(() => here.records.has(lesson.id), "what came afterwards is heard");
    // Time for a link, if there were to be one: as long as another one takes.
    const other = await startLiar(here, "test", () => ({ same: true, count: 0 }));
    await here.watched.until(() => here.network.peers().length === 2, "another comes in");
    expect(reached).toEqual([bad.peerId.toString()]);
    await Promise.all([bad.stop(), other.stop()]);
  });
  await stranger.stop();
});

it("does not relay what is dated ahead, but takes it when its time has come", async () => {
  let aheadMs = 0;
  const clock = { now: () => Date.now() + aheadMs };
  const [here, other] = [createNode({}, { clock }), createNode()];
  await withNodes([here, other], async () => {
    const early = lessonOf(createIdentity(), "tomorrow", { createdAt: Date.now() + limits.maxClockSkewMs + 60_000 });
    other.records.add([early]);
    await here.network.join(await other.network.createInvite());
    await here.watched.until(() => here.network.peers()[0]?.lastSync?.ignored === 1, "the early lesson is ignored");
    aheadMs = 120_000;
    await here.network.sync();
    expect(here.records.has(early.id)).toBe(true);
  });
});
