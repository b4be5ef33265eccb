/** From process start to serving, with a large store. Beside it: the same with an empty home. */
import { rm } from "node:fs/promises";
import { copiedHome, nodeName, temporaryFolder } from "./data.ts";
import { type Bench, figure, interleaved } from "./measure.ts";
import { end, nodeArguments, serve, startAndStop } from "./processes.ts";

const rounds = 7;

export const open: Bench = {
  name: "open",
  summary: "process start to serving (its first status)",
  measure: async ({ lessons, say }) => {
    const full = await copiedHome(lessons, say);
    const empty = await temporaryFolder();
    try {
      await startAndStop(empty, nodeName); // makes the key
      await startAndStop(full, nodeName);
      const measured = await interleaved(
        rounds,
        () => startMs(full),
        () => startMs(empty),
      );
      const bar = { of: "value", most: 1_500 } as const;
      return figure({ name: "open", unit: "ms", measured, referenceName: "an empty home", bar });
    } finally {
      await Promise.all([full, empty].map((folder) => rm(folder, { recursive: true, force: true })));
    }
  },
};

async function startMs(home: string): Promise<number> {
  const served = await serve(nodeArguments(home, nodeName));
  await end(served);
  return served.startMs;
}
