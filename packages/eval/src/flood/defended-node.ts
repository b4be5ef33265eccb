/** A node without agent and control API: network, ledger, room, store and index are the real ones. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AuthorId, createIdentity, type Embedder, type RecordId, type SignedRecord, systemClock } from "@grapevine/core";
import { createNetwork, graylistedBelow, type Network, openAdmissionBench } from "@grapevine/node/pipeline";
import { floodSwarm } from "./bare-host.ts";
import { floodLesson } from "./flood-lesson.ts";
import { type FloodNode, floodCapacity, strangerCount, strangersRoom } from "./flood-node.ts";

/** How often it is looked whom the node still hears. */
const lookEveryMs = 100;

/** @throws what store and network throw */
export async function openDefendedNode(embedder: Embedder): Promise<FloodNode> {
  const identity = createIdentity();
  const folder = await mkdtemp(join(tmpdir(), "grapevine-flood-"));
  const bench = await openAdmissionBench({
    folder,
    self: identity.author,
    embedder,
    clock: systemClock,
    log: { info: ignored, warn: ignored, error: ignored },
    capacity: floodCapacity,
    onOutbox: () => network.publish(),
  });
  const { admission, settled, store } = bench;
  const { lessons } = store;
  const { ledger, principals } = admission;
  const arrivedAt = new Map<RecordId, number>();
  const graylistedAt = new Map<AuthorId, number>();
  const network: Network = createNetwork(
    { identity, name: "defended", swarm: floodSwarm, listen: ["/ip4/127.0.0.1/tcp/0"] },
    {
      clock: systemClock,
      log: ignored,
      records: lessons,
      recordChanges: store.recordChanges,
      receive: async (records) => {
        await ledger.receive(records);
        const now = Date.now();
        // Gossip and sync may bring the same one.
        for (const { id: arrived } of records) if (!arrivedAt.has(arrived)) arrivedAt.set(arrived, now);
      },
      outbox: {
        pending: async () => {
          const records = await Promise.all((await lessons.outbox()).map((outgoing) => lessons.record(outgoing)));
          return records.filter((record): record is SignedRecord => record !== undefined);
        },
        published: (published) => lessons.apply([{ kind: "outbox-remove", id: published }]),
      },
      isBlocked: (author) => principals.get(author).standing === "blocked",
      isKnown: (author) => principals.get(author).standing === "trusted",
    },
  );
  admission.begin();
  await network.start();
  const looking = setInterval(() => {
    for (const { peerId, score = 0 } of network.peers())
      if (score < graylistedBelow && !graylistedAt.has(peerId)) graylistedAt.set(peerId, Date.now());
  }, lookEveryMs);
  return {
    author: identity.author,
    address: network.addresses()[0] ?? "",
    befriend: async (address, author) => {
      await ledger.setPrincipal((principal) => ({ ...principal, standing: "trusted" }), author);
      await network.connect([address]);
    },
    fill: async () => {
      const strangers = Array.from({ length: strangerCount }, () => createIdentity());
      await ledger.receive(
        strangers.flatMap((stranger, at) =>
          Array.from({ length: strangersRoom / strangerCount }, (_, number) =>
            floodLesson(stranger, 1_000_000 + 100 * at + number),
          ),
        ),
      );
      await settled();
    },
    teach: async (number) => {
      const record = floodLesson(identity, number);
      await ledger.publish(record);
      return record;
    },
    arrivedAt,
    graylistedAt,
    share: async (author) => {
      await ledger.settled();
      let kept = 0;
      for await (const { standing } of lessons.list({ author })) if (standing.state !== "archived") kept++;
      return { kept, capacity: floodCapacity };
    },
    counters: () => network.counters(),
    close: async () => {
      clearInterval(looking);
      await network.stop();
      await bench.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function ignored(): void {
  // nobody reads the log of a peer that is measured
}
