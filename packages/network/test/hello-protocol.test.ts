import { createIdentity, systemTimers } from "@grapevine/core";
import * as dagCbor from "@ipld/dag-cbor";
import type { Connection, Stream } from "@libp2p/interface";
import { lpStream, streamPair } from "@libp2p/utils";
import { multiaddr } from "@multiformats/multiaddr";
import { expect, it } from "vitest";
import { Greeter } from "../src/hello-protocol.ts";
import { startHost } from "./liar.ts";
import { codeOf, createNode, withNodes } from "./swarm.ts";

const helloProtocol = "/grapevine/hello/1";
const hello = { v: 1, swarm: "test", name: "raw", addresses: [] };

it("goes on where a greeting on a link that has greeted came to nothing", async () => {
  const here = createNode();
  await withNodes([here], async () => {
    const raw = await startHost();
    const greet = async (greeting: unknown): Promise<unknown> => {
      const stream = await raw.dialProtocol(multiaddr(here.network.addresses()[0]), helloProtocol);
      const frames = lpStream(stream);
      await frames.write(dagCbor.encode(greeting));
      const reply = dagCbor.decode((await frames.read({ signal: AbortSignal.timeout(5000) })).subarray());
      await stream.close();
      return reply;
    };
    try {
      expect(await greet(hello)).toMatchObject({ swarm: "test" });
      expect(await codeOf(greet({ ...hello, swarm: 7 }))).toMatch(/reset/);
      expect(await greet(hello)).toMatchObject({ swarm: "test" });
      expect(here.network.peers()).toHaveLength(1);
    } finally {
      await raw.stop();
    }
  });
});

it.each(["again", "present"] as const)("leaves no stream open where the other side's word is none (%s)", async (which) => {
  const [asking, answering] = await streamPair();
  const link = linkOver(asking);
  const greeter = greeterOf();
  const greeted = which === "again" ? greeter.again(link, AbortSignal.timeout(5000)) : greeter.present(link, "an invite");
  await lpStream(answering).write(dagCbor.encode({ ...hello, addresses: "none" }));
  expect(await codeOf(greeted)).toBe(which === "again" ? "FRAME_INVALID" : "PEER_FOREIGN");
  expect(asking.status).toBe("aborted");
});

/** As much of a connection as a greeting looks at. */
function linkOver(stream: Stream): Connection {
  return { remotePeer: createIdentity().author, newStream: async () => stream } as unknown as Connection;
}

function greeterOf(): Greeter {
  return new Greeter({
    host: { getMultiaddrs: () => [] } as unknown as ConstructorParameters<typeof Greeter>[0]["host"],
    timers: systemTimers,
    swarm: "test",
    name: "here",
    onGreeted: () => undefined,
    onGreetedAgain: () => undefined,
    onRefused: () => undefined,
    door: { admits: async () => true, isClosed: false, ownProof: () => undefined, ownRefusal: () => new Error("no member") },
    onInvite: async () => undefined,
  });
}
