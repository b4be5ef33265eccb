/** A peer that greets, has no gossip, and answers sync requests, or leads a sync, as it likes. */

import type { SignedRecord } from "@grapevine/core";
import * as dagCbor from "@ipld/dag-cbor";
import type { gossipsub } from "@libp2p/gossipsub";
import { identify } from "@libp2p/identify";
import type { Stream } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { lpStream } from "@libp2p/utils";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p, type Libp2p } from "libp2p";
import { endBound } from "../src/range-sync/range-bound.ts";
import { RangeMessageWriter } from "../src/range-sync/range-message.ts";
import { packedDigests } from "../src/range-sync/record-digest.ts";
import type { TestNode } from "./swarm.ts";

const syncProtocol = "/grapevine/sync/3";

/** A message of set reconciliation that lists the records as all there are. */
export function listOf(records: readonly SignedRecord[]): Uint8Array {
  const writer = new RangeMessageWriter();
  writer.add({ upper: endBound, mode: "ids", digests: packedDigests(records.map(({ id }) => id)) });
  return writer.finish();
}

/** Opens a sync and sends the requests, one after the other; resolves with the replies that came before the victim broke off. */
export async function lead(liar: Libp2p, victim: TestNode, requests: readonly unknown[]): Promise<unknown[]> {
  const stream = await liar.dialProtocol(multiaddr(victim.network.addresses()[0]), syncProtocol);
  const frames = lpStream(stream);
  const replies: unknown[] = [];
  try {
    for (const request of requests) {
      await frames.write(dagCbor.encode(request));
      replies.push(dagCbor.decode((await frames.read()).subarray()));
    }
    await stream.close();
  } catch (error) {
    stream.abort(error as Error);
  }
  return replies;
}

/** `answer` gives the reply to a request: a value to encode, or bytes to send as they are. */
export async function startLiar(
  victim: TestNode,
  swarm: unknown,
  answer: (request: { type: string }) => unknown,
  services: { readonly pubsub?: ReturnType<typeof gossipsub> } = {},
): Promise<Libp2p> {
  const host = await startHost(services);
  await host.handle(syncProtocol, async (stream: Stream) => {
    const frames = lpStream(stream);
    try {
      for (;;) {
        const reply = await answer(dagCbor.decode((await frames.read()).subarray()));
        await frames.write(reply instanceof Uint8Array ? reply : dagCbor.encode(reply));
      }
    } catch (error) {
      stream.abort(error as Error);
    }
  });
  await greet(host, victim, swarm);
  return host;
}

/** A host that says nothing by itself. */
export async function startHost(
  services: { readonly pubsub?: ReturnType<typeof gossipsub> } = {},
  listen: readonly string[] = [],
): Promise<Libp2p> {
  return await createLibp2p({
    addresses: { listen: [...listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), ...services },
  });
}

export async function greet(host: Libp2p, victim: TestNode, swarm: unknown): Promise<void> {
  const stream = await host.dialProtocol(multiaddr(victim.network.addresses()[0]), "/grapevine/hello/1");
  await lpStream(stream).write(dagCbor.encode({ v: 1, swarm, name: "liar", addresses: ["/ip4/127.0.0.1/tcp/1", "nonsense"] }));
}
