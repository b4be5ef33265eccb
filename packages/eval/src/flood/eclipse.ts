/** One peer with four strangers for every honest peer around it, who take places in its mesh, pass nothing on, and lie in syncs. Its user named one honest peer. */
import { setTimeout as wait } from "node:timers/promises";
import type { Embedder, SignedRecord } from "@grapevine/core";
import type { BareHost } from "./bare-host.ts";
import { openDefendedNode } from "./defended-node.ts";
import type { FloodNode } from "./flood-node.ts";
import { lies, startSybil } from "./sybil.ts";
import { openUndefendedNode } from "./undefended-node.ts";

/** One of each, and more of those that held most back before there was a pace for what is claimed. */
const told = [...lies, "crowd", "slow"] as const;
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
    const lessons: SignedRecord[] = [];
    for (let number = 0; number < lessonsBefore; number++) lessons.push(await author.teach(number));
    for (const lie of told) {
      sybils.push(await startSybil({ victim: victim.address, lie, greeting, records: () => lessons }));
    }
    const startedAt = Date.now();
    await victim.befriend(honest.address, honest.author);
    for (let number = 0; number < lessonsAfter; number++) lessons.push(await author.teach(lessonsBefore + number));
    while (!lessons.every(({ id }) => victim.arrivedAt.has(id))) {
      if (Date.now() - startedAt > deadlineMs) return deadlineMs / 1_000;
      await wait(lookEveryMs);
    }
    return (Date.now() - startedAt) / 1_000;
  } finally {
    for (const sybil of sybils) await sybil.stop();
    await Promise.all(nodes.map((node) => node.close()));
  }
}
