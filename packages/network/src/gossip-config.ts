/** How gossipsub is set up for a swarm: which messages are the same, what conduct earns and costs a peer. */
import { createHash } from "node:crypto";
import { type GossipSub, gossipsub, StrictNoSign } from "@libp2p/gossipsub";
import type { TopicScoreParams } from "@libp2p/gossipsub/score";
import type { Connection, PeerId } from "@libp2p/interface";

/** What gossipsub offers beyond its published interface: the peers that are in a topic's mesh, and what libp2p tells it of connections. */
export type MeshGossipSub = GossipSub & {
  getMeshPeers(topic: string): string[];
  getScore(peer: string): number;
  onPeerConnected(peer: PeerId, connection: Connection): void;
  onPeerDisconnected(peer: PeerId): void;
};

type HostComponents = Parameters<ReturnType<typeof gossipsub>>[0];

export function gossip(topic: string): (components: HostComponents) => MeshGossipSub {
  const create = gossipsub({
    // Records carry their author's signature; a second one a hop would be checked again for every duplicate.
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: (message) => createHash("sha256").update(message.topic).update(message.data).digest(),
    allowedTopics: [topic],
    // Publishing again what is still in the outbox is no mistake.
    ignoreDuplicatePublishError: true,
    fallbackToFloodsub: false,
    // A swarm of peers behind routers gossips through its relays, within their limits.
    runOnLimitedConnection: true,
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
