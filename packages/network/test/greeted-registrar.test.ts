import type { Connection, PeerId, Stream, StreamHandler, Topology } from "@libp2p/interface";
import { expect, it } from "vitest";
import { greetedOnly, type Registrar } from "../src/greeted-registrar.ts";

it("lets a protocol meet a peer only once it has greeted, and never one that was refused", async () => {
  let handler: StreamHandler | undefined;
  let topology: Topology | undefined;
  const registrar: Registrar = {
    handle: async (_protocol, given) => {
      handler = given;
    },
    register: async (_protocol, given) => {
      topology = given;
      return "registered";
    },
  };
  const { promise: welcome, resolve: greet } = Promise.withResolvers<void>();
  const [greeting, refused] = [{}, {}] as [Connection, Connection];
  const components = greetedOnly({ registrar, name: "others pass" }, (connection) =>
    connection === greeting ? welcome : Promise.reject(new Error("no member")),
  );
  const met: string[] = [];
  await components.registrar.handle("/gossip", () => void met.push("stream"));
  expect(await components.registrar.register("/gossip", { onConnect: () => void met.push("peer") })).toBe("registered");
  expect(components.name).toBe("others pass");

  const aborted: string[] = [];
  const stream = { abort: (error: Error) => void aborted.push(error.message) } as unknown as Stream;
  const peer = {} as PeerId;
  await handler?.(stream, refused);
  await topology?.onConnect?.(peer, refused);
  expect(aborted).toEqual(["the peer was not let in"]);
  const waiting = [handler?.(stream, greeting), topology?.onConnect?.(peer, greeting)].map(async (each) => await each);
  expect(met).toEqual([]);
  greet();
  await Promise.all(waiting);
  expect(met.sort()).toEqual(["peer", "stream"]);
});
