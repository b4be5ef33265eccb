/** One peer with four strangers for every honest peer around it, who take places in its mesh, pass nothing on, and never end a sync. Its user named one honest peer. */
import { setTimeout as wait } from "node:timers/promises";
import type { Embedder, RecordId } from "@grapevine/core";
import { TopicValidatorResult } from "@libp2p/gossipsub";
import { multiaddr } from "@multiformats/multiaddr";
import { type BareHost, floodTopic, greet, startBareHost } from "./bare-host.ts";
import { openDefendedNode } from "./defended-node.ts";
import type { FloodNode } from "./flood-node.ts";
import { openUndefendedNode } from "./undefended-node.ts";

const sybilCount = 8;
const lessonsBefore = 10;
const lessonsAfter = 10;
const deadlineMs = 60_000;
const lookEveryMs = 50;

/** Seconds until the victim has all honest lessons, those from before it came as well; 60 where it has not got them by then. */
export async function eclipse(embedder: Embedder): Promise<{ readonly defended: number; readonly undefended: number }> {
  const [defended, undefended] = await Promise.all([
    besiege(() => openDefendedNode(embedder), true),
    besiege(openUndefendedNode, false),
  ]);
  return { defended, undefended };
}

async function besiege(open: () => Promise<FloodNode>, greeting: boolean): Promise<number> {
  const nodes = [await open(), await open(), await open()] as const;
  const [victim, honest, author] = nodes;
  const sybils: BareHost[] = [];
  try {
    await author.befriend(honest.address, honest.author);
    const lessons: RecordId[] = [];
    for (let number = 0; number < lessonsBefore; number++) lessons.push(await author.teach(number));
    while (sybils.length < sybilCount) sybils.push(await startSybil(victim.address, greeting));
    const startedAt = Date.now();
    await victim.befriend(honest.address, honest.author);
    for (let number = 0; number < lessonsAfter; number++) lessons.push(await author.teach(lessonsBefore + number));
    while (!lessons.every((id) => victim.arrivedAt.has(id))) {
      if (Date.now() - startedAt > deadlineMs) return deadlineMs / 1_000;
      await wait(lookEveryMs);
    }
    return (Date.now() - startedAt) / 1_000;
  } finally {
    for (const sybil of sybils) await sybil.stop();
    await Promise.all(nodes.map((node) => node.close()));
  }
}

async function startSybil(victim: string, greeting: boolean): Promise<BareHost> {
  const sybil = await startBareHost();
  const { pubsub } = sybil.services;
  pubsub.topicValidators.set(floodTopic, () => TopicValidatorResult.Ignore);
  await sybil.handle("/grapevine/sync/3", () => undefined);
  if (greeting) await greet(sybil, victim);
  else await sybil.dial(multiaddr(victim));
  pubsub.subscribe(floodTopic);
  return sybil;
}
