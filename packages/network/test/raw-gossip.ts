/** Gossip written by hand: what a peer can send that gossipsub's library would not. */
import type { Libp2p, PeerId, Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import type { TestNode } from "./swarm.ts";

const topic: Uint8Array = Buffer.from("grapevine/1/test");

/** A gossip stream from a host that has greeted, and is subscribed to the topic. */
export async function openGossip(host: Libp2p, victim: TestNode): Promise<Stream> {
  const stream = await host.dialProtocol(multiaddr(victim.network.addresses()[0]), "/meshsub/1.2.0");
  const subscription = field(1, Buffer.concat([Uint8Array.of(0x08, 1), field(2, topic)]));
  stream.send(Buffer.concat([varint(subscription.length), subscription]));
  return stream;
}

/** In pieces, as fast as they are taken. */
export async function sendAll(stream: Stream, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length; sent += pieceBytes) {
    if (!stream.send(bytes.subarray(sent, sent + pieceBytes))) await stream.onDrain();
  }
}

const pieceBytes: number = 64 * 1024;

/** One message of gossipsub that carries the records, with its length before it. */
export function gossipOf(frames: readonly Uint8Array[]): Uint8Array {
  const message = Buffer.concat(frames.map((frame) => field(2, Buffer.concat([field(2, frame), field(4, topic)]))));
  return Buffer.concat([varint(message.length), message]);
}

/** One message of gossipsub by which a peer is sent away, to another whose signed addresses it carries. */
export function pruneTo(peer: PeerId, signedRecord: Uint8Array): Uint8Array {
  const other = Buffer.concat([field(1, peer.toMultihash().bytes), field(2, signedRecord)]);
  const message = field(3, field(4, Buffer.concat([field(1, topic), field(2, other)])));
  return Buffer.concat([varint(message.length), message]);
}

/** A number in groups of seven bits, the lowest first. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Uint8Array.of(...bytes, rest);
}

/** A field of protocol buffers that holds bytes. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}
