/** Memory of a node that serves, holds 10,000 lessons and has not been asked anything. Beside it: a bare libp2p host with gossipsub. */
import { rm } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { copiedHome, nodeName } from "./data.ts";
import { type Bench, figure, interleaved } from "./measure.ts";
import { end, nodeArguments, residentMegabytes, type Served, serve, startAndStop } from "./processes.ts";

const lessonsHeld = 10_000;
const rounds = 3;
/** A process that has just started still grows and shrinks. */
const settlingMs = 3_000;

const bareHost: readonly string[] = [fileURLToPath(new URL("bare-host.mjs", import.meta.url))];

export const memory: Bench = {
  name: "memory",
  summary: `resident memory of a node of ${lessonsHeld.toLocaleString("en")} lessons, no language model loaded`,
  measure: async ({ say }) => {
    const folder = await copiedHome(lessonsHeld, say);
    try {
      await startAndStop(folder, nodeName);
      const measured = await interleaved(
        rounds,
        () => residentAfterStart(nodeArguments(folder, nodeName)),
        () => residentAfterStart(bareHost),
      );
      const bar = { of: "value", most: 200 } as const;
      return figure({ name: "memory", unit: "MB", measured, referenceName: "bare libp2p with gossipsub", bar });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function residentAfterStart(words: readonly string[]): Promise<number> {
  const served: Served = await serve(words);
  try {
    await wait(settlingMs);
    return await residentMegabytes(served);
  } finally {
    await end(served);
  }
}
