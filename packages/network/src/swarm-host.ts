/** The libp2p host of a node: TCP, noise, yamux, identify, ping and gossipsub, set up for a swarm of equals. */
import { createHash } from "node:crypto";
import { type AuthorId, type Identity, messageOf } from "@grapevine/core";
import { generateKeyPairFromSeed } from "@libp2p/crypto/keys";
import { type GossipSub, gossipsub, StrictNoSign } from "@libp2p/gossipsub";
import type { TopicScoreParams } from "@libp2p/gossipsub/score";
import { type Identify, identify } from "@libp2p/identify";
import type { Libp2p } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { type Ping, ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { createLibp2p } from "libp2p";
import { networkErrors } from "./errors.ts";
import { dialTimeoutMs } from "./network-limits.ts";

/** What gossipsub offers beyond its published interface: the peers that are in a topic's mesh. */
type MeshGossipSub = GossipSub & { getMeshPeers(topic: string): string[] };

export type SwarmHost = Libp2p<{ identify: Identify; ping: Ping; pubsub: MeshGossipSub }>;

export interface SwarmHostInit {
  readonly identity: Identity;
  readonly listen: readonly string[];
  readonly topic: string;
  isBlocked(peer: AuthorId): boolean;
}

/** A host that is not started yet. */
export async function createHost(init: SwarmHostInit): Promise<SwarmHost> {
  const host = await createLibp2p({
    start: false,
    privateKey: await generateKeyPairFromSeed("Ed25519", init.identity.exportSeed()),
    nodeInfo: { name: "grapevine", userAgent: "grapevine" },
    addresses: { listen: [...init.listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: {
      dialTimeout: dialTimeoutMs,
      // The default of 5 a second and host turns away a cluster on one machine and a team behind one router.
      inboundConnectionThreshold: 50,
      maxIncomingPendingConnections: 50,
      maxConnections: 100,
    },
    // A machine that generates text on all of its cores answers late; a link is given up only when it is silent for long.
    connectionMonitor: { pingInterval: 10_000, pingTimeout: { minTimeout: 20_000 } },
    connectionGater: {
      denyDialPeer: (peer) => init.isBlocked(peer.toString()),
      denyInboundEncryptedConnection: (peer) => init.isBlocked(peer.toString()),
      denyOutboundEncryptedConnection: (peer) => init.isBlocked(peer.toString()),
    },
    services: { identify: identify(), ping: ping(), pubsub: gossip(init.topic) },
  });
  if (host.peerId.toString() !== init.identity.author) {
    throw new Error(`the host's peer id ${host.peerId.toString()} is not the author ${init.identity.author}`);
  }
  return host;
}

/** @throws LISTEN_FAILED */
export async function startHost(host: SwarmHost, listen: readonly string[]): Promise<void> {
  try {
    await host.start();
  } catch (error) {
    throw networkErrors.create("LISTEN_FAILED", `cannot listen on ${listen.join(", ")}: ${reasonOf(error)}`, { cause: error });
  }
}

/** libp2p puts the stack of each refused address into its message; the line that says why is enough. */
function reasonOf(error: unknown): string {
  const lines = messageOf(error).split("\n");
  return (lines.find((line) => /\bError: /.test(line)) ?? lines[0] ?? "").trim();
}

type HostComponents = Parameters<ReturnType<typeof gossipsub>>[0];

function gossip(topic: string): (components: HostComponents) => MeshGossipSub {
  const create = gossipsub({
    // Records carry their author's signature; a second one a hop would be checked again for every duplicate.
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: (message) => createHash("sha256").update(message.topic).update(message.data).digest(),
    allowedTopics: [topic],
    // Publishing again what is still in the outbox is no mistake.
    ignoreDuplicatePublishError: true,
    fallbackToFloodsub: false,
    scoreParams: {
      topics: { [topic]: topicScore },
      topicScoreCap: 20,
      // Several peers behind one address are a household, a team or a cluster; the default graylists them all without an error.
      IPColocationFactorWeight: 0,
    },
  });
  return (components) => create(components) as MeshGossipSub;
}

/**
 * Good conduct earns at most 13 points (3 for time, 10 for first deliveries). Each rejected record counts 10 times the square of
 * the recent ones: three leave −77, four −147, and below −80 a peer is not heard at all. The counter halves in about 23 s, so
 * that one who stops comes back in a few minutes.
 */
export const topicScore: TopicScoreParams = {
  topicWeight: 1,
  timeInMeshWeight: 0.01,
  timeInMeshQuantum: 1000,
  timeInMeshCap: 300,
  firstMessageDeliveriesWeight: 0.5,
  firstMessageDeliveriesDecay: 0.9,
  firstMessageDeliveriesCap: 20,
  // Penalties for few deliveries punish honest peers on a quiet topic; sync covers for those who do not forward.
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: 0.5,
  meshMessageDeliveriesCap: 100,
  meshMessageDeliveriesThreshold: 20,
  meshMessageDeliveriesWindow: 10,
  meshMessageDeliveriesActivation: 5000,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: 0.5,
  invalidMessageDeliveriesWeight: -10,
  invalidMessageDeliveriesDecay: 0.97,
};
