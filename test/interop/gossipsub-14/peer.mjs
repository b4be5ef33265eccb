/**
 * A peer on libp2p 2 with gossipsub 14, the packages that nodes were on before. It greets, publishes the frames that it is given, and tells of those it hears.
 * `peer.mjs ADDRESS SWARM NAME`; commands come on standard input, one JSON object a line, as for the peer in Go.
 */
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { gossipsub } from "@chainsafe/libp2p-gossipsub";
import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import * as dagCbor from "@ipld/dag-cbor";
import { identify } from "@libp2p/identify";
import { tcp } from "@libp2p/tcp";
import { multiaddr } from "@multiformats/multiaddr";
import { lpStream } from "it-length-prefixed-stream";
import { createLibp2p } from "libp2p";

const [address, swarm, name] = process.argv.slice(2);
const topic = `grapevine/1/${swarm}`;
const tell = (line) => console.log(JSON.stringify(line));

const host = await createLibp2p({
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: {
    identify: identify(),
    pubsub: gossipsub({
      globalSignaturePolicy: "StrictNoSign",
      msgIdFn: (message) => createHash("sha256").update(message.topic).update(message.data).digest(),
      fallbackToFloodsub: false,
    }),
  },
});

host.services.pubsub.addEventListener("message", ({ detail }) => {
  const { title } = dagCbor.decode(detail.data.subarray(64));
  tell({ event: "heard", title, frame: Buffer.from(detail.data).toString("hex") });
});
host.services.pubsub.addEventListener("gossipsub:graft", ({ detail }) => tell({ event: "grafted", peer: detail.peerId }));

const stream = await host.dialProtocol(multiaddr(address), "/grapevine/hello/1");
const frames = lpStream(stream);
await frames.write(dagCbor.encode({ v: 1, swarm, name, addresses: [] }));
const greeting = dagCbor.decode((await frames.read()).subarray());
host.services.pubsub.subscribe(topic);
tell({ event: "joined", peer: host.peerId.toString(), inviter: greeting.name, swarm: greeting.swarm });

for await (const line of createInterface({ input: process.stdin })) {
  const { number, frame } = JSON.parse(line);
  const { recipients } = await host.services.pubsub.publish(topic, Buffer.from(frame, "hex"));
  tell({ number, recipients: recipients.length });
}
await host.stop();
