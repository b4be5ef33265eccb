import { systemTimers } from "@grapevine/core";
import type { Connection } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { beforeEach, describe, expect, it } from "vitest";
import { Counters } from "../src/counters.ts";
import { LinkTrials } from "../src/link-trials.ts";
import { defaultTiming } from "../src/network-timing.ts";

const peer = "12D3KooWRrGFQRBTW1wXy9ymNhgGyUEs8YhwV7yj83865XTk2GS6";
const { watchdogMs } = defaultTiming;

describe("links", () => {
  let now: number;
  let addresses: string[];
  let open: Connection[];
  let seen: string[];
  let counters: Counters;
  let trials: LinkTrials;
  beforeEach(() => {
    now = 0;
    addresses = ["/ip4/10.7.0.1/tcp/4001"];
    seen = [];
    counters = new Counters();
    open = [linkOf("good"), linkOf("dead")];
    trials = new LinkTrials({
      host: { getConnections: () => open },
      clock: { now: () => now },
      timers: systemTimers,
      timing: defaultTiming,
      counters,
      log: () => undefined,
      peers: () => [peer],
      addresses: () => addresses,
      greetAgain: async (connection) => {
        seen.push(`tried ${connection.id}`);
        if (connection.id === "dead") throw new Error("nobody answers");
      },
      onDead: () => void seen.push("told"),
      onUpheaval: () => void seen.push("upheaval"),
    });
    trials.look();
  });

  /** With what it does to a link in the way of a connection. */
  function linkOf(id: string): Connection {
    const abort = (): void => void seen.push(`ended ${id}`);
    return { id, status: "open", remotePeer: peerIdFromString(peer), abort } as unknown as Connection;
  }

  const tried = ["tried good", "tried dead"];
  const ended = ["ended dead", "told"];

  it("are left alone while the machine is awake and where it was", () => {
    for (let period = 0; period < 3; period++) {
      now += 4 * watchdogMs;
      trials.look();
    }
    expect(seen).toEqual([]);
  });

  it("are all tried after a sleep, and ended where nobody answers", async () => {
    now += 4 * watchdogMs + 1;
    trials.look();
    await expect.poll(() => seen).toEqual([...tried, "upheaval", ...ended]);
    expect(counters.snapshot()).toEqual({ "upheaval.slept": 1, "link.hung-up.silent": 1 });
  });

  it("are all tried when the machine's addresses are others, once", async () => {
    addresses = ["/ip4/10.7.0.99/tcp/4001"];
    trials.look();
    trials.look();
    await expect.poll(() => seen).toEqual([...tried, "upheaval", ...ended]);
    expect(counters.snapshot()).toEqual({ "upheaval.moved": 1, "link.hung-up.silent": 1 });
  });

  it("are tried when their peer comes over another one", async () => {
    const latest = linkOf("latest");
    open.push(latest);
    trials.cameAgain(latest);
    await expect.poll(() => seen).toEqual([...tried, ...ended]);
  });
});
