/** A libp2p host with gossipsub as it comes, which can greet nodes: what attackers are, and what a peer without defences is. */
import { createHash } from "node:crypto";
import * as dagCbor from "@ipld/dag-cbor";
import { type GossipSub, gossipsub, StrictNoSign } from "@libp2p/gossipsub";
import { type Identify, identify } from "@libp2p/identify";
import type { Stream } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { lpStream } from "@libp2p/utils";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p, type Libp2p } from "libp2p";

export const floodSwarm = "flood";
export const floodTopic = "grapevine/1/flood";

export type BareHost = Libp2p<{ identify: Identify; pubsub: GossipSub }>;

/** Started, on loopback, and not subscribed to anything. */
export async function startBareHost(): Promise<BareHost> {
  return await createLibp2p({
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // As the score below: it is five a second of one address as it comes.
    connectionManager: { inboundConnectionThreshold: 50 },
    services: {
      identify: identify(),
      pubsub: gossipsub({
        globalSignaturePolicy: StrictNoSign,
        msgIdFn: (message) => createHash("sha256").update(message.topic).update(message.data).digest(),
        fallbackToFloodsub: false,
        allowPublishToZeroTopicPeers: true,
        // Whatever else is as it comes: all peers of the scenario have one address, and would not hear each other.
        scoreParams: { IPColocationFactorWeight: 0 },
      }),
    },
  });
}

/** Connects to a node, and greets it. */
export async function greet(host: BareHost, address: string): Promise<void> {
  const stream = await host.dialProtocol(multiaddr(address), "/grapevine/hello/1");
  const frames = lpStream(stream);
  await frames.write(dagCbor.encode({ v: 1, swarm: floodSwarm, name: "bare", addresses: [] }));
  await frames.read();
}

/** A gossip stream that is written by hand, subscribed to the topic. */
export async function openGossip(host: BareHost, address: string): Promise<Stream> {
  const stream = await host.dialProtocol(multiaddr(address), "/meshsub/1.2.0");
  stream.send(prefixed(field(1, Buffer.concat([Uint8Array.of(0x08, 1), field(2, Buffer.from(floodTopic))]))));
  return stream;
}

/** One message of gossipsub that carries the records, as it stands on a stream. */
export function gossipOf(frames: readonly Uint8Array[]): Uint8Array {
  const topic = field(4, Buffer.from(floodTopic));
  return prefixed(Buffer.concat(frames.map((frame) => field(2, Buffer.concat([field(2, frame), topic])))));
}

function prefixed(message: Uint8Array): Uint8Array {
  return Buffer.concat([varint(message.length), message]);
}

/** A field of protocol buffers that holds bytes. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** A number in groups of seven bits, the lowest first. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Uint8Array.of(...bytes, rest);
}
