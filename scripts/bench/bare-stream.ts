/** Two libp2p hosts and a stream between them, with nothing of ours. */
import { noise } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { createLibp2p, type Libp2p } from "libp2p";

export interface BareStream {
  /** Sends so many bytes in so many parts, and waits for each to come back before it sends the next: they cross twice, so that half of them is sent. */
  exchange(parts: number, bytes: number): Promise<void>;
  /** Sends so many bytes in parts of a size, as fast as they are taken, and waits until all are there. */
  send(bytes: number, partBytes: number): Promise<void>;
  stop(): Promise<void>;
}

const protocol = "/bench/echo/1";
const sinkProtocol = "/bench/sink/1";

export async function openBareStream(): Promise<BareStream> {
  const [here, there] = [await startHost(), await startHost()];
  await there.handle(protocol, async (stream) => {
    for await (const chunk of stream) if (!stream.send(chunk)) await stream.onDrain();
  });
  let received = 0;
  let expected = { bytes: Number.POSITIVE_INFINITY, arrived: (): void => undefined };
  await there.handle(sinkProtocol, async (sunk) => {
    for await (const chunk of sunk) {
      received += chunk.byteLength;
      if (received >= expected.bytes) expected.arrived();
    }
  });
  const stream = await here.dialProtocol(there.getMultiaddrs(), protocol);
  const sink = await here.dialProtocol(there.getMultiaddrs(), sinkProtocol);
  const echoes = stream[Symbol.asyncIterator]();
  return {
    exchange: async (parts, bytes) => {
      const part = new Uint8Array(Math.ceil(bytes / parts / 2));
      for (let sent = 0; sent < parts; sent++) {
        stream.send(part);
        for (let left = part.length; left > 0; ) {
          const { value, done } = await echoes.next();
          if (done === true) throw new Error("the stream ended");
          left -= value.byteLength;
        }
      }
    },
    send: async (bytes, partBytes) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      received = 0;
      expected = { bytes, arrived: resolve };
      for (let left = bytes; left > 0; left -= partBytes) {
        if (!sink.send(new Uint8Array(Math.min(partBytes, left)))) await sink.onDrain();
      }
      await promise;
    },
    stop: async () => {
      await Promise.all([here.stop(), there.stop()]);
    },
  };
}

function startHost(): Promise<Libp2p> {
  return createLibp2p({
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
  });
}
