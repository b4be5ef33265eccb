import { createIdentity, limits } from "@grapevine/core";
import { expect, it } from "vitest";
import { codeOf, createNode, lessonOf, type TestNode, withNodes } from "./swarm.ts";

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

it("refuses bad frames, counts them, and stops listening to who sends them", async () => {
  const here = createNode();
  const bad = createNode();
  await withNodes([here, bad], async () => {
    await bad.network.join(await here.network.createInvite());
    const good = lessonOf(bad.identity, "order");
    for (let index = 0; index < 6; index++) {
      const frame = Uint8Array.from(good.frame);
      frame[70 + index] = (frame[70 + index] ?? 0) ^ 1;
      bad.outbox.set(`bad ${index}`, { ...good, id: `bad ${index}`, frame });
    }
    bad.network.publish();
    await bad.watched.until(() => bad.outbox.size === 0, "the bad frames are out");
    const rejected = (): number =>
      Object.entries(here.network.counters()).reduce(
        (sum, [name, count]) => sum + (name.startsWith("gossip.reject.") ? count : 0),
        0,
      );
    await expect.poll(rejected, { timeout: 10_000 }).toBeGreaterThanOrEqual(4);
    // The score is reckoned once a second; from then on its lessons come by sync alone, where each is asked for.
    const accepted = (): number => here.network.counters()["gossip.accept"] ?? 0;
    const heard = async (): Promise<boolean> => {
      const before = accepted();
      const lesson = bad.teach("order after all");
      await here.network.sync();
      expect(here.records.has(lesson.id)).toBe(true);
      return accepted() > before;
    };
    await expect.poll(heard, { timeout: 10_000, interval: 200 }).toBe(false);
  });
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
