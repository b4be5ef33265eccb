/** How gossipsub is set up for a swarm: what a message may be, which messages are the same, what conduct earns and costs a peer. */
import { createHash } from "node:crypto";
import type { AuthorId } from "@grapevine/core";
import { type GossipSub, gossipsub, StrictNoSign } from "@libp2p/gossipsub";
import type { TopicScoreParams } from "@libp2p/gossipsub/score";
import type { Connection, PeerId } from "@libp2p/interface";
import { type Greeted, greetedOnly } from "./greeted-registrar.ts";
import { announcedFromBytes, gossipMessageLimits, maxGossipMessageBytes } from "./network-limits.ts";
import { defaultTiming } from "./network-timing.ts";

/** What gossipsub offers beyond its published interface: a topic's mesh, what a peer's conduct has come to, and what libp2p tells it of connections. */
export type MeshGossipSub = GossipSub & {
  getMeshPeers(topic: string): string[];
  getScore(peer: string): number;
  onPeerConnected(peer: PeerId, connection: Connection): void;
  onPeerDisconnected(peer: PeerId): void;
};

export interface GossipInit {
  readonly topic: string;
  /** What is left after a second of a peer's count of rejected records, from 0 to 1. */
  readonly rejectedDecay: number;
  /** Was the peer named by the user? */
  readonly isNamed: (peer: AuthorId) => boolean;
  /** Records that the peer brought lately above what an honest one can bring. */
  readonly floodsOf: (peer: AuthorId) => number;
  /** No peer is heard or spoken to before it has greeted. Absent: all are, as suits a swarm that anybody may be in. */
  readonly greeted?: Greeted | undefined;
}

type HostComponents = Parameters<ReturnType<typeof gossipsub>>[0];

export function gossip({
  topic,
  rejectedDecay,
  isNamed,
  floodsOf,
  greeted,
}: GossipInit): (components: HostComponents) => MeshGossipSub {
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
    maxInboundDataLength: maxGossipMessageBytes,
    decodeRpcLimits: gossipMessageLimits,
    idontwantMinDataSize: announcedFromBytes,
    scoreParams: {
      topics: { [topic]: { ...topicScore, invalidMessageDeliveriesDecay: rejectedDecay } },
      topicScoreCap: 20,
      appSpecificScore: (peer) =>
        (isNamed(peer) ? namedScore : 0) + topicScore.invalidMessageDeliveriesWeight * floodsOf(peer) ** 2,
      appSpecificWeight: 1,
      // Several peers behind one address are a household, a team or a cluster; the default graylists them all without an error.
      IPColocationFactorWeight: 0,
    },
    // gossipsub would dial whomever a peer names that has earned ten points, at whatever addresses it gives; finding peers is for `reach`, which is off unless the user turns it on.
    scoreThresholds: { graylistThreshold: graylistedBelow, acceptPXThreshold: Number.POSITIVE_INFINITY },
  });
  return (components) => create(greeted === undefined ? components : greetedOnly(components, greeted)) as MeshGossipSub;
}

/** A peer with a lower score is not heard at all. */
export const graylistedBelow = -80;

/**
 * More than any stranger can earn: those whom the user named stay in the mesh, however well others behave. It is no licence: four rejected records leave even them unheard.
 */
const namedScore = 25;

/**
 * Validation is not asynchronous in gossipsub's sense (`asyncValidation`): its validator is awaited before anything is relayed, and ours decides at once, so that no verdict can
 * come too late to be passed on.
 *
 * Good conduct earns at most 13 points (3 for time, 10 for first deliveries). Each rejected record counts 10 times the square of
 * the recent ones: three leave −77, four −147. The counter halves in about 23 s, so that one who stops comes back in a few minutes. A record above all rates counts the
 * same, but against whoever brought it and nobody else.
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
  invalidMessageDeliveriesDecay: defaultTiming.rejectedDecay,
};
