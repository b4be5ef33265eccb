/**
 * A fresh node joins one that holds 10,000 lessons, and gets them by sync: each is checked, judged and on the disk. Their vectors follow when no more come, or after half a
 * minute. Beside it: checking the bytes of as many lessons.
 */
import { rm } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { decodeRecord } from "@grapevine/core";
import { type ControlClient, connectToNode } from "@grapevine/node";
import { benchLesson, copiedHome, nodeName, temporaryFolder } from "./data.ts";
import { benchErrors } from "./errors.ts";
import { type Bench, elapsedMs, figure, interleaved } from "./measure.ts";
import { end, nodeArguments, type Served, serve } from "./processes.ts";

const lessonsHeld = 10_000;
const rounds = 2;
const freshName = "fresh";
const pollIntervalMs = 50;
/** Four times what is allowed: after it the bench has failed. */
const deadlineMs = 120_000;

export const join: Bench = {
  name: "join",
  summary: `a fresh node gets ${lessonsHeld.toLocaleString("en")} lessons by sync`,
  measure: async ({ say }) => {
    const folder = await copiedHome(lessonsHeld, say);
    const seeder = await serve(nodeArguments(folder, nodeName));
    try {
      const { invite } = await (await connectToNode({ home: folder })).invite();
      const frames = Array.from({ length: lessonsHeld }, (_, number) => benchLesson(number).frame);
      const measured = await interleaved(
        rounds,
        () => joinSeconds(invite),
        async () => (await elapsedMs(() => frames.map(decodeRecord))) / 1_000,
      );
      const bar = { of: "value", most: 10 } as const;
      return figure({ name: "join", unit: "s", measured, referenceName: `decodeRecord of ${lessonsHeld} frames`, bar });
    } finally {
      await end(seeder);
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** From the call of `join` to the moment at which the node says that it holds them all. */
async function joinSeconds(invite: string): Promise<number> {
  const home = await temporaryFolder();
  let fresh: Served | undefined;
  try {
    fresh = await serve(nodeArguments(home, freshName));
    const client = await connectToNode({ home });
    return (await elapsedMs(() => joinAndWait(client, invite))) / 1_000;
  } finally {
    if (fresh !== undefined) await end(fresh);
    await rm(home, { recursive: true, force: true });
  }
}

/** @throws BENCH_FAILED */
async function joinAndWait(client: ControlClient, invite: string): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  await client.join({ invite });
  for (;;) {
    const { own, admitted, held } = (await client.status()).lessons;
    const arrived = own + admitted + held;
    if (arrived >= lessonsHeld) return;
    if (performance.now() > deadline)
      throw benchErrors.create("BENCH_FAILED", `join: ${arrived} of ${lessonsHeld} lessons arrived`);
    await wait(pollIntervalMs);
  }
}
