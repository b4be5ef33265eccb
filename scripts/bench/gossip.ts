/** How long gossip takes among 25 nodes of one process, and what 50 idle ones send; beside them as many bare libp2p hosts with gossipsub as it comes, connected alike. */
import diagnostics from "node:diagnostics_channel";
import { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { createIdentity, type RecordId, type SignedRecord, systemClock } from "@grapevine/core";
import { createNetwork, type Network } from "@grapevine/network";
import { type GossipSub, gossipsub, StrictNoSign } from "@libp2p/gossipsub";
import { type Identify, identify } from "@libp2p/identify";
import { noise } from "@libp2p/noise";
import { type Ping, ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p, type Libp2p } from "libp2p";
import { benchLesson } from "./data.ts";
import { type Figure, figure } from "./measure.ts";
import { BenchRecords } from "./sync-nodes.ts";

const gossipNodes = 25;
const idleNodes = 50;
/** Earlier nodes that each one dials. */
const dialled = 3;
const lessonCount = 200;
const lessonEveryMs = 25;
/** Meshes and syncs come to rest. */
const settleMs = 8_000;
const idleSeconds = 20;
/** What has not arrived by then counts as long. */
const lastWaitMs = 3_000;

export async function measureGossip(): Promise<Figure[]> {
  const [ours, bare] = [await p99(openOurs), await p99(openBare)];
  const [idle, bareIdle] = [await idleTraffic(openOurs), await idleTraffic(openBare)];
  return [
    figure({
      name: "network: gossip p99",
      unit: "ms",
      measured: { value: ours, reference: bare },
      referenceName: `bare gossipsub, ${gossipNodes} hosts`,
      bar: { of: "ratio", most: 1.3 },
    }),
    figure({
      name: "network: idle",
      unit: "KB/s",
      measured: { value: idle, reference: bareIdle },
      referenceName: `bare gossipsub, ${idleNodes} hosts`,
      bar: { of: "value", most: 2 },
    }),
  ];
}

interface Talker {
  dial(other: Talker): Promise<void>;
  addresses(): string[];
  publish(record: SignedRecord): Promise<void>;
  stop(): Promise<void>;
}

type Open = (onRecord: (frame: Uint8Array) => void) => Promise<Talker>;

/** Of all deliveries, from the publishing to the arrival at each other node, milliseconds. */
async function p99(open: Open): Promise<number> {
  const publishedAt = new Map<string, number>();
  const delays: number[] = [];
  const talkers = await connected(gossipNodes, open, (frame) => {
    const at = publishedAt.get(keyOf(frame));
    if (at !== undefined) delays.push(performance.now() - at);
  });
  try {
    await wait(settleMs);
    for (let number = 0; number < lessonCount; number++) {
      const lesson = benchLesson(number, createIdentity(), Date.now());
      publishedAt.set(keyOf(lesson.frame), performance.now());
      await talkers[number % talkers.length]?.publish(lesson);
      await wait(lessonEveryMs);
    }
    await wait(lastWaitMs);
  } finally {
    await Promise.all(talkers.map((talker) => talker.stop()));
  }
  while (delays.length < lessonCount * (gossipNodes - 1)) delays.push(lastWaitMs);
  return delays.toSorted((first, second) => first - second)[Math.ceil(delays.length * 0.99) - 1] ?? Number.NaN;
}

/** Kilobytes that a node sends and receives in a second, by its sockets. */
async function idleTraffic(open: Open): Promise<number> {
  const sockets = new Set<Socket>();
  const follow = (message: unknown): void => {
    if (typeof message === "object" && message !== null && "socket" in message && message.socket instanceof Socket)
      sockets.add(message.socket);
  };
  const channels = ["net.client.socket", "net.server.socket"];
  for (const channel of channels) diagnostics.subscribe(channel, follow);
  const talkers = await connected(idleNodes, open, () => undefined);
  const total = (): number => [...sockets].reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten, 0);
  try {
    await wait(settleMs);
    const before = total();
    await wait(idleSeconds * 1_000);
    return (total() - before) / idleNodes / idleSeconds / 1_024;
  } finally {
    for (const channel of channels) diagnostics.unsubscribe(channel, follow);
    await Promise.all(talkers.map((talker) => talker.stop()));
  }
}

async function connected(count: number, open: Open, onRecord: (frame: Uint8Array) => void): Promise<Talker[]> {
  const talkers: Talker[] = [];
  while (talkers.length < count) {
    const talker = await open(onRecord);
    const others = new Set(
      Array.from({ length: dialled }, (_, at) => talkers[Math.floor((talkers.length * (at + 1)) / (dialled + 1))]),
    );
    for (const other of others) if (other !== undefined) await talker.dial(other);
    talkers.push(talker);
  }
  return talkers;
}

function keyOf(frame: Uint8Array): string {
  return Buffer.from(frame.subarray(0, 32)).toString("base64");
}

const openOurs: Open = async (onRecord) => {
  const records = new BenchRecords([]);
  const outbox = new Map<RecordId, SignedRecord>();
  const network: Network = createNetwork(
    { identity: createIdentity(), name: "bench", swarm: "bench", listen: ["/ip4/127.0.0.1/tcp/0"] },
    {
      clock: systemClock,
      log: () => undefined,
      records,
      recordChanges: records,
      receive: async (received) => {
        records.add(received);
        for (const { frame } of received) onRecord(frame);
      },
      outbox: { pending: async () => [...outbox.values()], published: async (id) => void outbox.delete(id) },
      isBlocked: () => false,
    },
  );
  await network.start();
  return {
    dial: async (other) => void (await network.connect(other.addresses())),
    addresses: () => network.addresses(),
    publish: async (record) => {
      records.add([record]);
      outbox.set(record.id, record);
      network.publish();
    },
    stop: () => network.stop(),
  };
};

const openBare: Open = async (onRecord) => {
  const host: Libp2p<{ identify: Identify; ping: Ping; pubsub: GossipSub }> = await createLibp2p({
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: 1_000 },
    services: {
      identify: identify(),
      ping: ping(),
      pubsub: gossipsub({
        globalSignaturePolicy: StrictNoSign,
        msgIdFn: ({ data }) => data.subarray(0, 32),
        allowPublishToZeroTopicPeers: true,
        // Hosts of one machine graylist each other otherwise.
        scoreParams: { IPColocationFactorWeight: 0 },
      }),
    },
  });
  const { pubsub } = host.services;
  pubsub.addEventListener("message", ({ detail }) => onRecord(detail.data));
  pubsub.subscribe("bench");
  return {
    dial: async (other) => {
      await host.dial(other.addresses().map((address) => multiaddr(address)));
    },
    addresses: () => host.getMultiaddrs().map(String),
    publish: async ({ frame }) => void (await pubsub.publish("bench", frame)),
    stop: async () => {
      await host.stop();
    },
  };
};
