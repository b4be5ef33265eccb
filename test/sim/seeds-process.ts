/** A process that runs the scenario for the seeds that its parent sends, one after the other, and answers with what came of each. */
import { messageOf } from "@grapevine/core";
import { type PartitionInit, type PartitionResult, partitionAndHeal } from "./partition-and-heal.ts";

/** What comes of a seed, or what was thrown on the way. */
export type SeedOutcome = PartitionResult | { readonly seed: number; readonly thrown: string };

process.on("message", (init: PartitionInit) => {
  void run(init).then((outcome) => process.send?.(outcome));
});

async function run(init: PartitionInit): Promise<SeedOutcome> {
  try {
    return await partitionAndHeal(init);
  } catch (error) {
    return { seed: init.seed, thrown: error instanceof Error ? (error.stack ?? error.message) : messageOf(error) };
  }
}
