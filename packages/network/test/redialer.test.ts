import type { AuthorId, Timers } from "@grapevine/core";
import { VirtualTime } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { isNewcomer, whoMakesRoom } from "../src/acquaintances.ts";
import {
  lonelyBelow,
  maxKnownPeers,
  maxRedialFailures,
  newcomerForMs,
  strangeAfterMs,
  wantedAcquaintances,
  wantedPeers,
} from "../src/network-limits.ts";
import { defaultTiming } from "../src/network-timing.ts";
import { Redialer } from "../src/redialer.ts";

const now = 1_700_000_000_000;

/** Nobody is there unless `connected` says so; `dialled` are the peers that were called. */
function redialer(trusted: readonly AuthorId[] = []): { redialer: Redialer; connected: Set<AuthorId>; dialled: string[] } {
  const [connected, dialled] = [new Set<AuthorId>(), [] as string[]];
  const made = new Redialer({
    clock: { now: () => now },
    timers: { after: () => ({ cancel: () => undefined }) } as unknown as Timers,
    log: () => undefined,
    timing: defaultTiming,
    random: () => 0.5,
    dial: (addresses) => {
      dialled.push(...addresses);
      return new Promise(() => undefined);
    },
    isConnected: (peer) => connected.has(peer),
    connectedCount: () => connected.size,
    isKnown: (peer) => trusted.includes(peer),
  });
  return { redialer: made, connected, dialled };
}

const old = { firstMetAt: now - newcomerForMs, lastMetAt: now };

describe("peers that are redialled", () => {
  it("promise 8: are as many as the limit says, and fresh keys push out nobody whom the node has known for long", () => {
    const { redialer: peers } = redialer(["trusted"]);
    peers.met({ peerId: "trusted", addresses: ["trusted"] });
    peers.met({ peerId: "of today", addresses: ["of today"] });
    for (let known = 0; known < 180; known++) peers.met({ peerId: `old ${known}`, addresses: ["an address"], ...old });
    for (let key = 0; key < 2 * maxKnownPeers; key++) peers.met({ peerId: `fresh ${key}`, addresses: ["an address"] });
    const kept = (name: string, count: number): number =>
      Array.from({ length: count }, (_, each) => peers.knows(`${name} ${each}`)).filter(Boolean).length;
    expect([peers.knows("trusted"), peers.knows("of today")]).toEqual([true, false]);
    expect([kept("old", 180), kept("fresh", 2 * maxKnownPeers)]).toEqual([180, maxKnownPeers - 181]);
  });

  it("are acquaintances, too, when only newcomers are connected, and with enough of those nobody whom the user did not name", () => {
    for (const [acquaintances, dialled] of [
      [wantedAcquaintances - 1, ["trusted", "old"]],
      [wantedAcquaintances, ["trusted"]],
    ] as const) {
      const { redialer: peers, connected, dialled: calls } = redialer(["trusted"]);
      for (let peer = 0; peer < wantedPeers; peer++) {
        peers.met({ peerId: `connected ${peer}`, addresses: ["an address"], ...(peer < acquaintances && old) });
        connected.add(`connected ${peer}`);
      }
      peers.met({ peerId: "trusted", addresses: ["trusted"] });
      peers.met({ peerId: "of today", addresses: ["of today"] });
      peers.met({ peerId: "old", addresses: ["old"], ...old });
      peers.start();
      expect(calls).toEqual(dialled);
    }
  });
});

describe("peers that do not answer", () => {
  const dayMs = 86_400_000;

  interface Silence {
    readonly time: VirtualTime;
    readonly redialer: Redialer;
    /** When each was dialled. */
    readonly dials: Map<string, number[]>;
    connectedCount: number;
  }

  function silence(connectedCount: number): Silence {
    const time = new VirtualTime(now);
    const dials = new Map<string, number[]>();
    const made: Silence = {
      time,
      dials,
      connectedCount,
      redialer: new Redialer({
        clock: time,
        timers: time,
        log: () => undefined,
        timing: defaultTiming,
        random: () => 0.5,
        dial: async ([address = ""]) => {
          dials.set(address, [...(dials.get(address) ?? []), time.now()]);
          throw new Error("nobody answers");
        },
        isConnected: (peer) => peer.startsWith("connected"),
        connectedCount: () => made.connectedCount,
        isKnown: () => false,
      }),
    };
    return made;
  }

  const longestWaitMs = (times: readonly number[] = []): number =>
    Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));

  it("are dialled less and less, and are given up, where others are connected", async () => {
    const { time, redialer: peers, dials } = silence(lonelyBelow);
    peers.met({ peerId: "one", addresses: ["one"] });
    peers.start();
    await time.pass(dayMs);
    peers.stop();
    expect(longestWaitMs(dials.get("one"))).toBeGreaterThanOrEqual(defaultTiming.redialMostMs);
    expect(dials.get("one")).toHaveLength(maxRedialFailures);
    expect(peers.knows("one")).toBe(false);
  });

  it("are dialled every few seconds, and never given up, where hardly anybody is", async () => {
    const { time, redialer: peers, dials } = silence(lonelyBelow - 1);
    peers.met({ peerId: "one", addresses: ["one"] });
    peers.start();
    await time.pass(dayMs / 24);
    peers.stop();
    expect(longestWaitMs(dials.get("one"))).toBeLessThanOrEqual(defaultTiming.redialLonelyMs + 1);
    expect(dials.get("one")?.length).toBeGreaterThan(maxRedialFailures);
    expect(peers.knows("one")).toBe(true);
  });

  it("are dialled one a second, however many there are", async () => {
    const { time, redialer: peers, dials } = silence(0);
    for (let peer = 0; peer < 100; peer++) peers.met({ peerId: `peer ${peer}`, addresses: [`peer ${peer}`] });
    peers.start();
    await time.pass(dayMs / 24);
    peers.stop();
    const times = [...dials.values()].flat().filter((at) => at > now + dayMs / 48);
    expect(times.length / (dayMs / 48_000)).toBeCloseTo(1, 1);
  });

  it("are dialled soon again when the others go", async () => {
    const silent = silence(lonelyBelow);
    const { time, redialer: peers, dials } = silent;
    for (const peerId of ["one", "connected"]) peers.met({ peerId, addresses: [peerId] });
    peers.start();
    await time.pass(600_000);
    silent.connectedCount = lonelyBelow - 1;
    const lostAt = time.now();
    peers.lost("connected");
    await time.pass(defaultTiming.redialLonelyMs + 10);
    peers.stop();
    expect(dials.get("one")?.at(-1)).toBeGreaterThan(lostAt);
  });
});

describe("where there is one peer too many", () => {
  const at = (firstMetDaysAgo: number, lastMetDaysAgo: number): { firstMetAt: number; lastMetAt: number } => ({
    firstMetAt: now - firstMetDaysAgo * 86_400_000,
    lastMetAt: now - lastMetDaysAgo * 86_400_000,
  });
  const leaving = (peers: Readonly<Record<string, ReturnType<typeof at>>>, most: number, stays = ""): string | undefined =>
    whoMakesRoom(Object.entries(peers), { most, now, mayGo: (key) => key !== stays });

  it("is a newcomer until it has been met on different days", () => {
    expect(isNewcomer({ firstMetAt: now - newcomerForMs + 1, lastMetAt: now })).toBe(true);
    expect(isNewcomer({ firstMetAt: now - newcomerForMs, lastMetAt: now })).toBe(false);
  });

  it("leaves the newcomer that was met longest ago, where newcomers have more than a quarter", () => {
    expect(leaving({ long: at(90, 0), early: at(0.2, 0.2), late: at(0.1, 0.1) }, 4)).toBe("early");
    expect(leaving({ long: at(90, 0), early: at(0.2, 0.2), late: at(0.1, 0.1) }, 4, "early")).toBe("late");
  });

  it("leaves otherwise who was not met for long, and then who is known for the shortest time", () => {
    const peers = { newcomer: at(0, 0), short: at(3, 1), long: at(90, 0) };
    expect(leaving(peers, 4)).toBe("short");
    const strangeDays = strangeAfterMs / 86_400_000;
    expect(leaving({ ...peers, away: at(400, strangeDays + 1), back: at(400, strangeDays) }, 4)).toBe("away");
    expect(leaving({ newcomer: at(0, 0) }, 4)).toBe("newcomer");
    expect(leaving({ newcomer: at(0, 0) }, 4, "newcomer")).toBeUndefined();
  });
});
