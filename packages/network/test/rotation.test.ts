import {
  createIdentity,
  type Identity,
  isRotatedOut,
  isRotation,
  keptDigests,
  keyHashOf,
  type RotationBody,
  RotationIndex,
  type SignedRecord,
  signRecord,
} from "@grapevine/core";
import { expect, it } from "vitest";
import { createNode, lessonOf, type TestNode, withNodes } from "./swarm.ts";

/** Believes rotations as they come, and keeps what the gate lets through. */
function nodeThatListens(): TestNode {
  const rotations = new RotationIndex();
  const node: TestNode = createNode(
    {},
    {
      isRotatedOut: (record) => isRotatedOut(record, rotations),
      receive: async (records) => {
        for (const record of records) if (isRotation(record)) rotations.add(record);
        node.records.add(records);
      },
    },
  );
  return node;
}

const now = Date.now();

function rotationOf(author: Identity, draft: Pick<RotationBody, "nextKeyHash"> & Partial<RotationBody>): SignedRecord {
  return signRecord<RotationBody>(author, { type: "rotation", seq: 1, createdAt: now, ...draft });
}

it("fetches what the successor names later, which was not wanted before", async () => {
  const [old, next, afterNext] = [createIdentity(), createIdentity(), createIdentity()];
  const [early, late] = [lessonOf(old, "named at once"), lessonOf(old, "named later")];
  const rotated = { nextKeyHash: keyHashOf(afterNext.author), follows: old.author };
  const [first, second] = [early, late].map(({ id }, seq) => rotationOf(next, { ...rotated, seq, keeps: keptDigests([id]) }));
  const here = nodeThatListens();
  const there = createNode();
  await withNodes([here, there], async () => {
    there.records.add([rotationOf(old, { nextKeyHash: keyHashOf(next.author) }), first as SignedRecord]);
    await here.network.join(await there.network.createInvite());
    await here.network.sync();
    there.records.add([early, late]);
    for (let sync = 0; sync < 3; sync++) await here.network.sync();
    expect([early, late].map(({ id }) => here.records.has(id))).toEqual([true, false]);
    expect(here.network.counters()["sync.ignore.rotated-author"]).toBe(1);
    there.records.add([second as SignedRecord]);
    await here.network.sync();
    await here.watched.until(() => here.records.has(late.id), "it is fetched");
  });
});

it("takes nothing of a stolen key once the rotation is here, by the thief or by one who has not heard of it", async () => {
  const [old, next, afterNext] = [createIdentity(), createIdentity(), createIdentity()];
  const publish = (node: TestNode, ...records: SignedRecord[]): void => {
    node.records.add(records);
    for (const record of records) node.outbox.set(record.id, record);
    node.network.publish();
  };
  const kept = lessonOf(old, "before it was stolen");
  const commitment = rotationOf(old, { nextKeyHash: keyHashOf(next.author) });
  const rotated = rotationOf(next, {
    nextKeyHash: keyHashOf(afterNext.author),
    follows: old.author,
    keeps: keptDigests([kept.id]),
  });
  const here = nodeThatListens();
  const relay = createNode(); // which does not care who follows whom
  const heir = createNode({ identity: next });
  await withNodes([here, relay, heir], async () => {
    await relay.network.join(await here.network.createInvite());
    await heir.network.join(await here.network.createInvite());
    publish(heir, commitment, rotated, kept);
    await here.watched.until(() => here.records.has(rotated.id) && here.records.has(kept.id), "the rotation is here");
    const began = Date.now();
    const stolen = lessonOf(old, "written by a thief", { createdAt: now - 60_000 });
    publish(relay, stolen);
    await relay.watched.until(() => relay.outbox.size === 0, "it is gossiped");
    await here.network.sync();
    const refused = (): number => {
      const counters = here.network.counters();
      return (counters["gossip.ignore.rotated-author"] ?? 0) + (counters["sync.ignore.rotated-author"] ?? 0);
    };
    expect(refused()).toBeGreaterThan(0);
    expect(here.records.has(stolen.id)).toBe(false);
    expect(here.records.has(kept.id)).toBe(true);
    expect(Date.now() - began).toBeLessThan(30_000);
  });
}, 40_000);
