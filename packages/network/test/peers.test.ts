import { createIdentity } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import type { MetPeer } from "../src/index.ts";
import { startLiar } from "./liar.ts";
import { codeOf, createNode, withNodes } from "./swarm.ts";

describe("peers", () => {
  it("are who their key says, with a cleaned name, and are reported", async () => {
    const known: MetPeer[] = [];
    const here = createNode({ name: "here" }, { onKnownPeer: (peer) => known.push(peer) });
    const there = createNode({ name: "  there\u202e \u0007is   a very long name that goes on and on and on  " });
    await withNodes([here, there], async () => {
      const info = await here.network.join(await there.network.createInvite());
      expect(info).toMatchObject({ peerId: there.identity.author, direction: "outbound" });
      expect(info.name).toMatch(/^there is a very long name/);
      expect(info.name?.length).toBeLessThanOrEqual(40);
      expect(known).toContainEqual({ peerId: there.identity.author, addresses: there.network.addresses(), named: true });
      await here.watched.until(() => here.network.peers()[0]?.roundTripMs !== undefined, "the round trip is measured");
      await there.watched.until(() => there.network.peers()[0]?.direction === "inbound", "the other side sees it, too");
      expect(there.network.peers()[0]?.name).toBe("here");
    });
    expect(here.network.peers()).toEqual([]);
  });

  it("of another swarm are disconnected with a clear error", async () => {
    const [here, there] = [createNode(), createNode({ swarm: "elsewhere" })];
    await withNodes([here, there], async () => {
      expect(await codeOf(here.network.connect(there.network.addresses()))).toBe("SWARM_DIFFERENT");
      expect(await codeOf(here.network.join(await there.network.createInvite()))).toBe("INVITE_OTHER_SWARM");
      await there.watched.until(() => there.log.some((line) => line.includes("is in the swarm test")), "the other side says why");
      expect(here.network.peers()).toEqual([]);
      expect(there.network.peers()).toEqual([]);
    });
  });

  it("are dialled again after a hang-up, and after they were down", async () => {
    const identity = createIdentity();
    const [here, there] = [createNode(), createNode({ identity })];
    await withNodes([here, there], async () => {
      await here.network.join(await there.network.createInvite());
      const address = there.network.addresses()[0]?.replace(/\/p2p\/.*/, "") as string;
      const since = here.network.peers()[0]?.connectedSince as number;
      await there.network.disconnect(here.network.peerId);
      await here.watched.until(() => (here.network.peers()[0]?.connectedSince ?? 0) > since, "redialled after the hang-up");
      await there.network.stop();
      await here.watched.until(() => here.network.peers().length === 0, "gone");
      const again = createNode({ identity, listen: [address] });
      await withNodes([again], async () => {
        await here.watched.until(() => here.network.peers().length === 1, "redialled after the restart");
        const lesson = again.teach("coming back");
        await here.watched.until(() => here.records.has(lesson.id), "and heard again");
      });
    });
  });

  it("that are named at the start are dialled until they answer", async () => {
    const there = createNode();
    await withNodes([there], async () => {
      const [address = ""] = there.network.addresses();
      await there.network.stop();
      // Once with the peer's id and once without it.
      const [here, other] = [createNode({ bootstrap: [address] }), createNode({ bootstrap: [address.replace(/\/p2p\/.*/, "")] })];
      await withNodes([here, other], async () => {
        await here.watched.until(() => here.log.some((line) => line.startsWith("could not dial")), "the first try failed");
        const back = createNode({ identity: there.identity, listen: [address.replace(/\/p2p\/.*/, "")] });
        await withNodes([back], async () => {
          await here.watched.until(() => here.network.peers().length === 1, "found");
          await other.watched.until(() => other.network.peers()[0]?.peerId === there.identity.author, "found without its id");
        });
      });
    });
  });

  it("that greet with nonsense are turned away, and ones that are deaf are hung up", async () => {
    const here = createNode({ timing: { watchdogMs: 50, deafAfterMs: 200 } });
    await withNodes([here], async () => {
      const rude = await startLiar(here, 7, () => "never asked");
      await here.watched.until(() => here.log.some((line) => line.includes("did not greet")), "turned away");
      const deaf = await startLiar(here, "test", () => ({ same: true, count: 0 }));
      await here.watched.until(() => here.network.peers()[0]?.name === "liar", "greeted");
      expect(here.network.peers()[0]?.addresses).toEqual([`/ip4/127.0.0.1/tcp/1/p2p/${deaf.peerId.toString()}`]);
      await here.watched.until(() => here.network.peers().length === 0, "hung up");
      expect(here.network.counters()).toMatchObject({ "hello.refused": 1, "link.hung-up.deaf": 1 });
      await Promise.all([rude.stop(), deaf.stop()]);
    });
  });

  it("are the same after starting and stopping twice", async () => {
    const node = createNode();
    await node.network.stop();
    await Promise.all([node.network.start(), node.network.start()]);
    expect(node.network.addresses()).toHaveLength(1);
    await Promise.all([node.network.stop(), node.network.stop()]);
    expect(node.network.addresses()).toEqual([]);
    expect(await codeOf(() => node.network.createInvite())).toBe("NETWORK_STOPPED");
  });

  it("cannot listen where somebody else does, or at nonsense", async () => {
    const first = createNode();
    await withNodes([first], async () => {
      const taken = first.network.addresses()[0]?.replace(/\/p2p\/.*/, "") as string;
      expect(await codeOf(createNode({ listen: [taken] }).network.start())).toBe("LISTEN_FAILED");
      expect(await codeOf(createNode({ listen: ["somewhere"] }).network.start())).toBe("ADDRESS_INVALID");
      expect(await codeOf(createNode({ bootstrap: ["/ip4/127.0.0.1/udp/9"] }).network.start())).toBe("ADDRESS_INVALID");
    });
  });

  it("have a swarm whose name fits into a topic", async () => {
    for (const swarm of ["", "with space", "a/b", "x".repeat(65), "-dash"]) {
      expect(await codeOf(() => createNode({ swarm }))).toBe("SWARM_INVALID");
    }
    expect(createNode({ swarm: "x".repeat(64) }).network.swarm).toHaveLength(64);
  });
});
