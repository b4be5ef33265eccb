import { type AttestationBody, type SignedRecord, signRecord } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { createNode, lessonOf, type TestNode, withNodes } from "./swarm.ts";

/** No sync but those on connecting and those for gaps. */
const timing = { syncSettleMs: 600_000, syncEveryMs: 600_000, gapDelayMs: 30, gapEveryMs: 30 };

/** Two nodes that have synced, and of which one has heard a first lesson of the other by gossip. */
async function withTwo(run: (here: TestNode, there: TestNode) => Promise<void>): Promise<void> {
  const [here, there] = [createNode({ timing }), createNode({ timing })];
  await withNodes([here, there], async () => {
    await here.network.join(await there.network.createInvite());
    await here.network.sync();
    const first = there.teach("the first");
    await here.watched.until(() => here.records.has(first.id), "the first lesson was gossiped");
    await run(here, there);
  });
}

function attestationOf(node: TestNode, lesson: SignedRecord): SignedRecord {
  const seq = lesson.body.seq + 1;
  const body = { type: "attestation", seq, createdAt: Date.now(), lesson: lesson.id, worked: 1, changed: 0, failed: 0 } as const;
  return signRecord<AttestationBody>(node.identity, body);
}

function gossip(node: TestNode, record: SignedRecord): void {
  node.records.add([record]);
  node.outbox.set(record.id, record);
  node.network.publish();
}

describe("a gap in gossip", () => {
  it("is filled by a sync with who forwarded what came after it", async () => {
    await withTwo(async (here, there) => {
      const unheard = lessonOf(there.identity, "never gossiped");
      there.records.add([unheard]);
      there.teach("the third");
      await here.watched.until(() => here.records.has(unheard.id), "the sync has brought it");
      expect(here.network.counters()["gossip.gaps"]).toBe(1);
    });
  });

  it("is seen when a record names a lesson that is not here", async () => {
    await withTwo(async (here, there) => {
      const other = createNode();
      const unheard = lessonOf(other.identity, "of somebody else");
      there.records.add([unheard]);
      gossip(there, attestationOf(other, unheard));
      await here.watched.until(() => here.records.has(unheard.id), "the sync has brought it");
    });
  });

  it("is none where records come one after the other", async () => {
    await withTwo(async (here, there) => {
      const second = there.teach("the second");
      gossip(there, attestationOf(there, second));
      const fourth = lessonOf(there.identity, "the fourth", { seq: second.body.seq + 2 });
      gossip(there, fourth);
      await here.watched.until(() => here.records.has(fourth.id), "all were gossiped");
      const last = lessonOf(createNode().identity, "of somebody new", { derivedFrom: [second.id] });
      gossip(there, last);
      await here.watched.until(() => here.records.has(last.id), "so was this");
      await here.network.sync();
      expect(here.network.counters()["gossip.gaps"]).toBeUndefined();
    });
  });
});
