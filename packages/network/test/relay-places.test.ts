import { lpStream } from "@libp2p/utils";
import { multiaddr } from "@multiformats/multiaddr";
import type { Libp2p } from "libp2p";
import { describe, expect, it } from "vitest";
import { maxRelayConnectionBytes, maxRelayConnectionMs, maxRelayReservations } from "../src/network-limits.ts";
import { startLiar } from "./liar.ts";
import { createNode, type TestNode, withNodes } from "./swarm.ts";

/** Of circuit relay v2: `RESERVE`, and what it answers. */
const reserve = Uint8Array.of(0x08, 0);
const taken = 100;
const full = 200;

/** Asks for a place by hand, since the library asks again and again; gives the fields of the reply that are numbers, and its limits. */
async function askForPlace(host: Libp2p, relay: TestNode): Promise<{ status: number | undefined; limit: number[] }> {
  const stream = await host.dialProtocol(multiaddr(relay.network.addresses()[0]), "/libp2p/circuit/relay/0.2.0/hop");
  const messages = lpStream(stream);
  await messages.write(reserve);
  const reply = fieldsOf((await messages.read()).subarray());
  const limit = reply.get(4);
  await stream.close();
  return {
    status: reply.get(5) as number | undefined,
    limit: limit instanceof Uint8Array ? ([...fieldsOf(limit).values()] as number[]) : [],
  };
}

/** The fields of a message of protocol buffers, by number: a number, or bytes. */
function fieldsOf(message: Uint8Array): Map<number, number | Uint8Array> {
  const fields = new Map<number, number | Uint8Array>();
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = number();
    const value = number();
    fields.set(Math.floor(tag / 8), tag % 8 === 2 ? message.subarray(at, at + value) : value);
    if (tag % 8 === 2) at += value;
  }
  return fields;
}

describe("a relay", () => {
  it(`has places for ${maxRelayReservations} peers, says what they may do, and gives nobody's place to another`, async () => {
    const relay = createNode({ reach: { relay: true } });
    await withNodes([relay], async () => {
      const hosts = await Promise.all(
        Array.from({ length: maxRelayReservations + 1 }, () => startLiar(relay, "test", () => ({}))),
      );
      try {
        const [last, ...early] = hosts as [Libp2p, ...Libp2p[]];
        const placed = await Promise.all(early.map((host) => askForPlace(host, relay)));
        expect(placed.map(({ status }) => status)).toEqual(early.map(() => taken));
        expect(placed[0]?.limit).toEqual([maxRelayConnectionMs, maxRelayConnectionBytes]);
        expect((await askForPlace(last, relay)).status).toBe(full);
        // Renewing is no new place.
        expect((await askForPlace(early[0] as Libp2p, relay)).status).toBe(taken);
      } finally {
        await Promise.all(hosts.map(async (host) => await host.stop()));
      }
    });
  });
});
