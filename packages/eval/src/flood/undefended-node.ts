/** A bare peer: checks signatures, keeps what comes, and drops the oldest when it is full. No rates, no scores of its own, no quotas, no sync. */
import { type AuthorId, createIdentity, decodeRecord, GrapevineError, type RecordId, type SignedRecord } from "@grapevine/core";
import { multiaddr } from "@multiformats/multiaddr";
import { floodTopic, startBareHost } from "./bare-host.ts";
import { floodLesson } from "./flood-lesson.ts";
import { type FloodNode, floodCapacity, strangerCount, strangersRoom } from "./flood-node.ts";

export async function openUndefendedNode(): Promise<FloodNode> {
  const identity = createIdentity();
  const host = await startBareHost();
  const { pubsub } = host.services;
  const arrivedAt = new Map<RecordId, number>();
  const kept = new Map<RecordId, SignedRecord>();
  let refused = 0;
  const keep = (record: SignedRecord): void => {
    kept.set(record.id, record);
    const [oldest] = kept.keys();
    if (kept.size > floodCapacity && oldest !== undefined) kept.delete(oldest);
  };
  pubsub.addEventListener("message", ({ detail }) => {
    const record = decoded(detail.data);
    if (record === undefined) {
      refused++;
      return;
    }
    keep(record);
    arrivedAt.set(record.id, Date.now());
  });
  pubsub.subscribe(floodTopic);
  return {
    author: identity.author,
    address: host.getMultiaddrs()[0]?.toString() ?? "",
    befriend: async (address) => {
      const subscribed = new Promise((resolve) => pubsub.addEventListener("subscription-change", resolve, { once: true }));
      await host.dial(multiaddr(address));
      await subscribed;
    },
    fill: async () => {
      for (let at = 0; at < strangerCount; at++) {
        const stranger = createIdentity();
        for (let number = 0; number < strangersRoom / strangerCount; number++) keep(floodLesson(stranger, 1_000_000 + number));
      }
    },
    teach: async (number) => {
      const record = floodLesson(identity, number);
      keep(record);
      await pubsub.publish(floodTopic, record.frame);
      return record;
    },
    arrivedAt,
    graylistedAt: new Map<AuthorId, number>(),
    share: async (author) => ({
      kept: [...kept.values()].filter(({ body }) => body.author === author).length,
      capacity: floodCapacity,
    }),
    counters: () => ({ refused }),
    close: async () => {
      await host.stop();
    },
  };
}

function decoded(frame: Uint8Array): SignedRecord | undefined {
  try {
    return decodeRecord(frame);
  } catch (error) {
    if (GrapevineError.is(error)) return undefined;
    throw error;
  }
}
