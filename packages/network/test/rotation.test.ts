import {
  createIdentity,
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

it("takes nothing of a stolen key once the rotation is here, by the thief or by one who has not heard of it", async () => {
  const [old, next, afterNext] = [createIdentity(), createIdentity(), createIdentity()];
  const now = Date.now();
  const publish = (node: TestNode, ...records: SignedRecord[]): void => {
    node.records.add(records);
    for (const record of records) node.outbox.set(record.id, record);
    node.network.publish();
  };
  const kept = lessonOf(old, "before it was stolen");
  const rotation = (author: typeof old, draft: Pick<RotationBody, "nextKeyHash"> & Partial<RotationBody>): SignedRecord =>
    signRecord<RotationBody>(author, { type: "rotation", seq: 1, createdAt: now, ...draft });
  const commitment = rotation(old, { nextKeyHash: keyHashOf(next.author) });
  const rotated = rotation(next, {
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
