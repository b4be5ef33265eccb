import { VirtualTime } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { defaultTiming } from "../src/network-timing.ts";
import type { SyncReport } from "../src/network-types.ts";
import { SyncScheduler } from "../src/sync-scheduler.ts";

const hourMs = 3_600_000;
const done: SyncReport = { at: 0, ms: 0, received: 0, ignored: 0, given: 0, rounds: 0, ended: "done" };

interface Swarm {
  readonly peers: number;
  readonly named?: readonly string[];
  readonly reportOf?: (peer: string) => SyncReport;
}

/** Syncs in an hour, by peer, of a node that stays connected to all. `random` is in the middle: no jitter. */
async function anHourOf({ peers, named = [], reportOf = () => done }: Swarm): Promise<Map<string, number>> {
  const time = new VirtualTime(0);
  const counts = new Map<string, number>();
  const scheduler = new SyncScheduler({
    clock: time,
    timers: time,
    timing: defaultTiming,
    random: () => 0.5,
    sync: async (peer) => {
      counts.set(peer, (counts.get(peer) ?? 0) + 1);
      return reportOf(peer);
    },
    isConnected: () => true,
    connectedCount: () => peers,
    isNamed: (peer) => named.includes(peer),
    onReport: () => undefined,
  });
  for (let peer = 0; peer < peers; peer++) scheduler.request(`peer ${peer}`);
  await time.pass(hourMs);
  await scheduler.stop();
  return counts;
}

/** Those on connecting and on settling are two more. */
const perHour = (everyMs: number): number => Math.floor((hourMs - defaultTiming.syncSettleMs) / everyMs) + 2;

describe("a node that has nothing left to do", () => {
  it("syncs with each of many peers every few minutes", async () => {
    const counts = await anHourOf({ peers: 30 });
    expect(new Set(counts.values())).toEqual(new Set([perHour(defaultTiming.syncEveryMs)]));
  });

  it("syncs with somebody as often where it has few", async () => {
    const counts = await anHourOf({ peers: 3 });
    expect(new Set(counts.values())).toEqual(new Set([perHour(3 * defaultTiming.syncSomebodyEveryMs)]));
  });

  it("syncs more often with whom the user named", async () => {
    const counts = await anHourOf({ peers: 30, named: ["peer 7"] });
    expect(counts.get("peer 7")).toBe(perHour(defaultTiming.syncNamedEveryMs));
    expect(counts.get("peer 8")).toBe(perHour(defaultTiming.syncEveryMs));
  });

  it("leaves one that sends nonsense for the longest time, however few there are", async () => {
    const counts = await anHourOf({
      peers: 2,
      reportOf: (peer) => ({ ...done, ended: peer === "peer 0" ? "bad-page" : "done" }),
    });
    expect(counts.get("peer 0")).toBe(hourMs / defaultTiming.syncEveryMs + 1);
    expect(counts.get("peer 1")).toBe(perHour(2 * defaultTiming.syncSomebodyEveryMs));
  });
});
