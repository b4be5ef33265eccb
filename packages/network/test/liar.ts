/** A peer that greets, has no gossip, and answers sync requests as it likes. */
import * as dagCbor from "@ipld/dag-cbor";
import { identify } from "@libp2p/identify";
import type { Stream } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { lpStream } from "@libp2p/utils";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p, type Libp2p } from "libp2p";
import type { TestNode } from "./swarm.ts";

/** `answer` gives the reply to a request: a value to encode, or bytes to send as they are. */
export async function startLiar(
  victim: TestNode,
  swarm: unknown,
  answer: (request: { type: string }) => unknown,
): Promise<Libp2p> {
  const host = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() },
  });
  await host.handle("/grapevine/sync/1", async (stream: Stream) => {
    const frames = lpStream(stream);
    try {
      for (;;) {
        const reply = answer(dagCbor.decode((await frames.read()).subarray()));
        await frames.write(reply instanceof Uint8Array ? reply : dagCbor.encode(reply));
      }
    } catch (error) {
      stream.abort(error as Error);
    }
  });
  const stream = await host.dialProtocol(multiaddr(victim.network.addresses()[0]), "/grapevine/hello/1");
  await lpStream(stream).write(dagCbor.encode({ v: 1, swarm, name: "liar", addresses: ["/ip4/127.0.0.1/tcp/1", "nonsense"] }));
  return host;
}
