/** The calls of two hosts to each other; that they get through routers is for `npx pnpm test:netns`. */
import { systemTimers } from "@grapevine/core";
import type { Connection } from "@libp2p/interface";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { describe, expect, it } from "vitest";
import { type CallingComponents, callTogether } from "../src/reach/hole-punching.ts";

interface Call {
  readonly address: string;
  readonly localPort: number;
  readonly direction: string;
}

const peer = "12D3KooWLRPJAA5o6vCPeGWBvQZBiGxwyYFvNbCQvQvyqXHHRoyX";
const address = (host: number): Multiaddr => multiaddr(`/ip4/11.0.0.${host}/tcp/50000/p2p/${peer}`);
const soon = { ...systemTimers, after: (_: number, call: () => void) => systemTimers.after(0, call) };

/** A host whose calls fail as often as is said, and are answered then. */
function host(failures = 0): { readonly components: CallingComponents; readonly calls: Call[]; readonly usual: unknown[] } {
  const [calls, usual] = [[] as Call[], [] as unknown[]];
  const link = {} as Connection;
  const upgrader = { upgradeOutbound: async (socket: { direction: string }, { initiator = true }) => [socket, initiator] };
  const dial = async (to: Multiaddr, options: { localPort: number; upgrader: typeof upgrader }): Promise<Connection> => {
    const [socket, isFirst] = (await options.upgrader.upgradeOutbound({ direction: "outbound" }, {})) as [Call, boolean];
    calls.push({ address: to.toString(), localPort: options.localPort, direction: `${socket.direction} ${isFirst}` });
    if (calls.length <= failures) throw new Error("nobody is there");
    return link;
  };
  const components = {
    upgrader,
    connectionManager: { openConnection: async (...call: unknown[]) => void usual.push(call) },
    transportManager: { dialTransportForMultiaddr: () => ({ dial }) },
  } as unknown as CallingComponents;
  return { components, calls, usual };
}

describe("a call at the moment that two hosts agreed on", () => {
  const signal = AbortSignal.timeout(5_000);

  it("comes from the door, one of the two as if it had been called, and the next link from another", async () => {
    const { components, calls } = host();
    const door = { port: 50_001 };
    const call = callTogether(components, door, soon);
    await call([address(1)], { signal, priority: 100 });
    expect(door.port).not.toBe(50_001);
    door.port = 50_002;
    await call([address(1)], { signal, priority: 100, initiator: false });
    expect(calls).toEqual([
      { address: address(1).toString(), localPort: 50_001, direction: "outbound true" },
      { address: address(1).toString(), localPort: 50_002, direction: "inbound false" },
    ]);
  });

  it("is made again until it is answered or its time is over", async () => {
    const late = host(3);
    await callTogether(late.components, { port: 50_001 }, soon)([address(1)], { signal, priority: 100 });
    expect(late.calls).toHaveLength(4);
    const never = host(Number.POSITIVE_INFINITY);
    const calling = callTogether(never.components, { port: 50_001 }, soon);
    await expect(calling([address(1)], { signal: AbortSignal.timeout(50), priority: 100 })).rejects.toThrow();
  });

  it("goes to four addresses, and to no fifth", async () => {
    for (const [told, called] of [
      [4, 4],
      [5, 4],
    ] as const) {
      const { components, calls } = host();
      const addresses = Array.from({ length: told }, (_, index) => address(index + 1));
      await callTogether(components, { port: 50_001 }, soon)(addresses, { signal, priority: 100 });
      expect(calls).toHaveLength(called);
    }
  });

  it("is no other call: those go their usual way", async () => {
    const { components, calls, usual } = host();
    const call = callTogether(components, { port: 50_001 }, soon);
    await call([address(1)], { signal, force: true });
    expect([calls, usual]).toEqual([[], [[[address(1)], { signal, force: true }]]]);
  });
});
