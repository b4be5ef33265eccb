/**
 * The swarm's one gossipsub topic: its messages are record frames, nothing else.
 *
 * The validator decides within the callback and only then is a record relayed; it is queued for admission at the same moment, so
 * that what was relayed is also kept. Guaranteed: nothing is relayed or kept that this node has not checked. Not guaranteed:
 * delivery. Gossip is the fast path; sync fills what it missed.
 */
import { TopicValidatorResult } from "@libp2p/gossipsub";
import type { GossipGaps } from "./gossip-gaps.ts";
import type { InboundQueue } from "./inbound-queue.ts";
import type { RecordGate } from "./record-gate.ts";
import type { SwarmHost } from "./swarm-host.ts";

export interface GossipTopicInit {
  readonly host: SwarmHost;
  readonly topic: string;
  readonly gate: RecordGate;
  readonly queue: InboundQueue;
  readonly gaps: GossipGaps;
  /** Somebody is in the mesh who was not before. */
  readonly onMesh: () => void;
}

/** Call on a started host. */
export function joinTopic(init: GossipTopicInit): void {
  const { pubsub } = init.host.services;
  pubsub.topicValidators.set(init.topic, (source, message) => {
    const from = source.toString();
    const result = init.gate.check(message.data, from);
    if (result.verdict === "accept") {
      init.gaps.heard(result.record, from);
      init.queue.push(result.record, from);
    }
    return validatorResults[result.verdict];
  });
  pubsub.addEventListener("gossipsub:graft", init.onMesh);
  pubsub.subscribe(init.topic);
}

const validatorResults = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
} as const;
