/** Runs the scenario for many seeds, in as many processes as there are cores. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { PartitionInit } from "./partition-and-heal.ts";
import type { SeedOutcome } from "./seeds-process.ts";

export interface SeedsInit extends Omit<PartitionInit, "seed"> {
  readonly seeds: readonly number[];
  readonly processes: number;
  /** Told after each seed. */
  readonly onOutcome: (outcome: SeedOutcome) => void;
}

/** In the order of the seeds. @throws when a process ends before its time */
export async function runSeeds({ seeds, processes, onOutcome, ...scenario }: SeedsInit): Promise<SeedOutcome[]> {
  const outcomes = new Map<number, SeedOutcome>();
  const waiting = [...seeds];
  const work = async (): Promise<void> => {
    const child = fork(fileURLToPath(new URL("./seeds-process.ts", import.meta.url)), {
      execArgv: [...process.execArgv, ...memoryOptions, ...(seeds.length > 1 ? manySeedsOptions : [])],
    });
    const ended = new AbortController();
    child.once("exit", (code) => ended.abort(new Error(`a process of the simulation ended with the code ${code}`)));
    try {
      for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
        child.send({ ...scenario, seed } satisfies PartitionInit);
        const [outcome] = (await once(child, "message", { signal: ended.signal })) as [SeedOutcome];
        outcomes.set(seed, outcome);
        onOutcome(outcome);
      }
    } finally {
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: Math.min(processes, seeds.length) }, work));
  return seeds.flatMap((seed) => outcomes.get(seed) ?? []);
}

/** A swarm makes much that is soon forgotten: with more room for it, a tenth less time goes into collecting it. */
const memoryOptions: readonly string[] = ["--max-semi-space-size=64"];

/** Streams that are cut and peers that are gone are errors by the ten thousand, and where each was made costs a fourteenth of the time. A seed that is run again alone says it. */
const manySeedsOptions: readonly string[] = ["--stack-trace-limit=0"];
