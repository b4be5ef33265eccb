/** Promise 4, in swarms: the same records reach everybody, whatever the network does. More seeds: `npx pnpm sim`. */
import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { partitionAndHeal } from "./partition-and-heal.ts";
import { runSeeds } from "./run-seeds.ts";

const scenario = { peers: 20, loss: 0.3, graceMs: 60_000 };

describe("20 peers that lose 3 packets of 10, fall into parts and meet again", () => {
  it("have accepted the same records a virtual minute later, whatever the seed", { timeout: 300_000 }, async () => {
    const seeds = Array.from({ length: 6 }, (_, index) => index + 1);
    const processes = Math.min(2, availableParallelism());
    const outcomes = await runSeeds({ ...scenario, seeds, processes, onOutcome: () => undefined });
    expect(outcomes).toHaveLength(seeds.length);
    expect(outcomes.filter((outcome) => !("holds" in outcome && outcome.holds && outcome.records > 20))).toEqual([]);
  });

  it("do the very same for the same seed, and something else for another", async () => {
    const small = { ...scenario, peers: 6 };
    const first = await partitionAndHeal({ ...small, seed: 7 });
    expect(await partitionAndHeal({ ...small, seed: 7 })).toEqual(first);
    expect((await partitionAndHeal({ ...small, seed: 8 })).digest).not.toBe(first.digest);
  });

  it("are not equal while the network is in parts", async () => {
    const { holds, differences } = await partitionAndHeal({ ...scenario, peers: 6, seed: 7, graceMs: 0 });
    expect(holds).toBe(false);
    expect(differences.length).toBeGreaterThan(1);
  });
});
