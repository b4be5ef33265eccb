/** Strangers around one peer who take every place and pass nothing on, and one honest peer whom its user named. */
import { createIdentity } from "@grapevine/core";
import { type GossipSub, gossipsub, StrictNoSign, TopicValidatorResult } from "@libp2p/gossipsub";
import type { Libp2p } from "@libp2p/interface";
import { expect, it } from "vitest";
import { maxConnections, maxSyncsAtOnce, memberConnections, namedConnections } from "../src/network-limits.ts";
import { hasPlace } from "../src/swarm-host.ts";
import { startLiar } from "./liar.ts";
import { createNode, lessonOf, type TestNode, withNodes } from "./swarm.ts";

const topic = "grapevine/1/test";
const sybilCount = 8;

/** In the mesh, silent on it, and it never ends a sync that was begun with it. */
async function startSybil(victim: TestNode): Promise<Libp2p> {
  const pubsub = gossipsub({ globalSignaturePolicy: StrictNoSign, allowedTopics: [topic] });
  const sybil = await startLiar(victim, "test", () => new Promise(() => undefined), { pubsub });
  const { topicValidators, subscribe } = gossipOf(sybil);
  topicValidators.set(topic, () => TopicValidatorResult.Ignore);
  subscribe(topic);
  return sybil;
}

function gossipOf(host: Libp2p): Pick<GossipSub, "topicValidators" | "subscribe"> {
  const { pubsub } = (host as Libp2p<{ pubsub: GossipSub }>).services;
  return { topicValidators: pubsub.topicValidators, subscribe: (name) => pubsub.subscribe(name) };
}

it("hears everything through the one peer that its user named, old and new, whatever four times as many strangers do", async () => {
  const [victim, honest, author] = [
    createNode({ name: "victim" }),
    createNode({ name: "honest" }),
    createNode({ name: "author" }),
  ];
  await withNodes([victim, honest, author], async () => {
    const sybils = await Promise.all(Array.from({ length: sybilCount }, () => startSybil(victim)));
    try {
      await victim.watched.until(() => victim.network.peers().length === sybilCount, "the sybils are there");
      // They hold every sync that is begun with a stranger.
      void victim.network.sync();
      const old = Array.from({ length: 50 }, (_, index) => lessonOf(createIdentity(), `old box ${index}`));
      honest.records.add(old);
      await author.network.join(await honest.network.createInvite());
      await victim.network.join(await honest.network.createInvite());
      await victim.watched.until(() => old.every(({ id }) => victim.records.has(id)), "the old lessons are here", 10_000);
      const fresh = author.teach("a new box");
      await victim.watched.until(() => victim.records.has(fresh.id), "the new lesson is here", 10_000);
      expect(sybilCount).toBeGreaterThan(maxSyncsAtOnce);
    } finally {
      for (const sybil of sybils) await sybil.stop();
    }
  });
});

it("promise 8: keeps places for peers whom its user named, and for members of a closed swarm", () => {
  const most = { stranger: maxConnections - namedConnections, member: maxConnections - memberConnections, named: maxConnections };
  for (const standing of ["stranger", "member", "named"] as const) {
    expect([hasPlace(most[standing] - 1, standing), hasPlace(most[standing], standing)], standing).toEqual([true, false]);
  }
});
