import { createIdentity } from "@grapevine/core";
import type { Libp2p } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { describe, expect, it } from "vitest";
import { type Answering, parseInvite } from "../src/index.ts";
import { maxTableProviders } from "../src/network-limits.ts";
import { widestFirst } from "../src/reach/paths.ts";
import { Arrivals, reachabilityOf } from "../src/reach/reachability.ts";
import { swarmHash } from "../src/reach/swarm-hash.ts";
import { tableStore } from "../src/reach/table-store.ts";
import { greet, startHost, startLiar } from "./liar.ts";
import { codeOf, createNode, type TestNode, withNodes } from "./swarm.ts";

type Key = { toString(): string };
const isRelayed = (address: string): boolean => address.includes("/p2p-circuit");
/** Reservations and links come and go without a record. */
const patient = { timeout: 10_000 };
const foundBy = (way: string, { network }: TestNode): number => network.counters()[`found.${way}`] ?? 0;
const idsOf = ({ network }: TestNode): string[] => network.peers().map(({ peerId }) => peerId);

describe("peers of one's peers", () => {
  it("are told to those who ask, and dialled", async () => {
    const [hub, early, late] = [1, 2, 3].map(() => createNode({ reach: { exchange: true } })) as [TestNode, TestNode, TestNode];
    await withNodes([hub, early, late], async () => {
      await early.network.join(await hub.network.createInvite());
      await late.network.join(await hub.network.createInvite());
      await late.watched.until(() => idsOf(late).includes(early.network.peerId), "the late one finds the early one");
      expect(foundBy("exchange", late)).toBe(1);
      expect(late.network.peers().map(({ path }) => path)).toEqual(["machine", "machine"]);
    });
  });

  it("are not told where that is not turned on, nor to other swarms", async () => {
    const hub = createNode({ reach: { exchange: true } });
    const early = createNode();
    const late = createNode();
    await withNodes([hub, early, late], async () => {
      await early.network.join(await hub.network.createInvite());
      await late.network.join(await hub.network.createInvite());
      await late.network.sync();
      expect(idsOf(late)).toEqual([hub.network.peerId]);
    });
  });
});

describe("the swarm's own table", () => {
  it("names peers whom nobody told of", async () => {
    const [hub, early, late] = [1, 2, 3].map(() => createNode({ reach: { dht: true } })) as [TestNode, TestNode, TestNode];
    await withNodes([hub, early, late], async () => {
      await early.network.join(await hub.network.createInvite());
      await late.network.join(await hub.network.createInvite());
      await late.watched.until(() => idsOf(late).includes(early.network.peerId), "found by the table");
      // Which of the two looks first is left to chance.
      expect(foundBy("dht", late) + foundBy("dht", early)).toBeGreaterThan(0);
    });
  });
});

describe("what strangers are served", () => {
  const ping = Uint8Array.of(2, 0x08, 5);
  const noAddress = Uint8Array.of(4, 0x0a, 2, 0x0a, 0);
  const knock = async (host: Libp2p, protocol: string, request: Uint8Array): Promise<number> => {
    const [connection] = host.getConnections();
    const stream = await connection?.newStream(protocol);
    if (stream === undefined) throw new Error("there is no connection");
    const answer = new Promise<number>((resolve) => {
      stream.addEventListener("message", ({ data }) => resolve(data.byteLength));
      stream.addEventListener("close", () => resolve(0));
    });
    stream.send(request);
    return await answer;
  };

  it.each([
    ["table", `/grapevine/kad/1/${swarmHash("test")}`, ping],
    ["trying of addresses", "/grapevine/autonat/2/dial-request", noAddress],
  ])("is nothing of the %s before they have greeted", async (_what, protocol, request) => {
    const here = createNode({ reach: { dht: true, nat: true } });
    await withNodes([here], async () => {
      const known = await startLiar(here, "test", () => undefined);
      await here.watched.until(() => here.network.peers().length === 1, "it has greeted");
      expect(await knock(known, protocol, request)).toBeGreaterThan(0);
      await known.stop();
      const stranger = await startHost();
      await stranger.dial(multiaddr(here.network.addresses()[0]));
      const answer = knock(stranger, protocol, request);
      await greet(stranger, here, "elsewhere");
      expect(await answer).toBe(0);
      await stranger.stop();
    });
  });

  it("is kept by the table: who is in the swarm, of as many as it says, and nothing else", async () => {
    const kept = new Map<string, Uint8Array>();
    const all = {
      put: (key: Key, value: Uint8Array) => void kept.set(key.toString(), value),
      delete: (key: Key) => void kept.delete(key.toString()),
    };
    const store = tableStore(all as never, "/dht/provider/swarm/");
    const keyOf = (text: string): never => ({ toString: () => text }) as never;
    for (let peer = 0; peer < maxTableProviders; peer++) await store.put(keyOf(`/dht/provider/swarm/${peer}`), ping);
    expect(() => store.put(keyOf("/dht/provider/swarm/more"), ping)).toThrow("no more peers");
    await store.put(keyOf("/dht/provider/swarm/0"), ping);
    await store.delete(keyOf("/dht/provider/swarm/1"));
    await store.put(keyOf("/dht/provider/swarm/more"), ping);
    for (const name of ["/dht/provider/other/1", "/dht/record/pk"]) {
      expect(() => store.put(keyOf(name), ping)).toThrow("nothing but");
    }
    expect(kept.size).toBe(maxTableProviders);
  });
});

describe("a relay", () => {
  const answering: Answering = {
    permission: () => "known",
    answer: async () => ({ answer: "through a relay", lessons: [], model: "m", ms: 1 }),
    probe: async () => undefined,
  };
  /** To a relay whose clock is an hour slow all records are from the future: whatever arrives at the others came over their own link. */
  const slowClock = { now: () => Date.now() - 3_600_000 };

  it("lets peers that listen nowhere meet, sync, gossip and ask", async () => {
    const relay = createNode({ reach: { relay: true } }, { clock: slowClock });
    const here = createNode({ listen: [], reach: { nat: true } }, { answering });
    const there = createNode({ listen: [], reach: { nat: true } });
    const plain = createNode();
    await withNodes([relay, here, there, plain], async () => {
      expect(here.network.reachability()).toBe("nowhere");
      const old = here.teach("what was known before");
      await here.network.join(await relay.network.createInvite());
      await expect.poll(() => here.network.addresses().some(isRelayed), patient).toBe(true);
      expect(here.network.reachability()).toBe("relayed");
      const invite = await here.network.createInvite();
      expect(parseInvite(invite).addresses.every(isRelayed)).toBe(true);
      await expect(plain.network.join(invite)).rejects.toMatchObject({
        code: "PEER_BEHIND_RELAY",
        hint: expect.stringContaining("--nat"),
      });
      expect(await there.network.join(invite)).toMatchObject({ peerId: here.network.peerId });
      expect(there.network.peers().find(({ peerId }) => peerId === here.network.peerId)?.path).toBe("relayed");
      await there.watched.until(() => there.records.has(old.id), "synced");
      const news = there.teach("what is new");
      await here.watched.until(() => here.records.has(news.id), "gossiped");
      expect((await there.network.ask(here.network.peerId, "How?")).answer).toBe("through a relay");
      expect(relay.records.size).toBe(0);
    });
  });

  it("is no longer needed once there is a direct link, over which gossip goes on; and is taken again after it was away", async () => {
    const relay = createNode({ reach: { relay: true } }, { clock: slowClock });
    const here = createNode({ listen: [], reach: { nat: true } });
    const there = createNode({ reach: { nat: true } });
    await withNodes([relay, here, there], async () => {
      await here.network.join(await relay.network.createInvite());
      await expect.poll(() => here.network.addresses().some(isRelayed), patient).toBe(true);
      await there.network.join(await here.network.createInvite());
      const first = here.teach("over the relay");
      await there.watched.until(() => there.records.has(first.id), "gossiped over the relay");
      await here.network.connect(there.network.addresses().filter((address) => !isRelayed(address)));
      const [address = ""] = relay.network.addresses();
      await relay.network.stop();
      await expect.poll(() => here.network.addresses().some(isRelayed), patient).toBe(false);
      expect(here.network.peers().map(({ path }) => path)).toEqual(["machine"]);
      for (const node of [here, there]) await expect.poll(() => node.network.counters()["link.moved"], patient).toBe(1);
      const heard = there.network.counters()["gossip.accept"] ?? 0;
      const second = here.teach("over the direct link");
      await there.watched.until(() => there.received.some(({ record }) => record.id === second.id), "heard directly");
      expect(there.network.counters()["gossip.accept"]).toBe(heard + 1);
      const back = createNode({ identity: relay.identity, listen: [address.replace(/\/p2p\/.*/, "")], reach: { relay: true } });
      await withNodes([back], async () => {
        await expect.poll(() => here.network.addresses().some(isRelayed), patient).toBe(true);
      });
    });
  });

  it("takes as many as it says, and nobody of another swarm", async () => {
    const relay = createNode({ reach: { relay: true } });
    const foreign = createNode({ listen: [], swarm: "elsewhere", reach: { nat: true } });
    await withNodes([relay, foreign], async () => {
      expect(await codeOf(foreign.network.connect(relay.network.addresses()))).toBe("SWARM_DIFFERENT");
      expect(foreign.network.addresses()).toEqual([]);
    });
  });
});

describe("whether others can reach a node", () => {
  const address = (host: string): string => `/ip4/${host}/tcp/4001`;
  const arrived = (...hosts: string[]): Arrivals => {
    const arrivals = new Arrivals();
    for (const host of hosts) arrivals.greeted({ direction: "inbound", remoteAddr: multiaddr(address(host)) });
    return arrivals;
  };
  it.each([
    ["nowhere", [], [], []],
    ["loopback", ["127.0.0.1"], [], ["127.0.0.1"]],
    ["unknown", ["127.0.0.1", "192.168.1.7"], [], ["127.0.0.1"]],
    ["lan", ["192.168.1.7"], [], ["192.168.1.9"]],
    ["public", ["192.168.1.7"], [], ["8.8.4.4"]],
    ["unknown", ["8.8.8.8"], [], []],
    ["public", ["8.8.8.8"], ["8.8.8.8"], []],
    ["unknown", ["192.168.1.7"], ["192.168.1.7"], []],
  ] as const)("is %s for one that listens at %j, was tried at %j and was reached from %j", (reachability, own, tried, from) => {
    expect(reachabilityOf({ addresses: own.map(address), tried: tried.map(address), arrivals: arrived(...from) })).toBe(
      reachability,
    );
  });

  it("is told by who has come in, not by whom one has called", () => {
    const arrivals = new Arrivals();
    arrivals.greeted({ direction: "outbound", remoteAddr: multiaddr(address("8.8.4.4")) });
    expect(reachabilityOf({ addresses: [address("192.168.1.7")], tried: [], arrivals })).toBe("unknown");
  });

  it("puts the addresses that lead farthest first", () => {
    const relay = `/p2p/${createIdentity().author}/p2p-circuit`;
    const ordered = [
      address("8.8.8.8"),
      `${address("8.8.4.4")}${relay}`,
      address("10.0.0.1"),
      `${address("10.0.0.2")}${relay}`,
      address("127.0.0.1"),
    ];
    expect(widestFirst(ordered.toReversed())).toEqual(ordered);
  });
});
