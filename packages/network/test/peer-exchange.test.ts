import { createIdentity, systemTimers } from "@grapevine/core";
import * as dagCbor from "@ipld/dag-cbor";
import type { Connection, Stream } from "@libp2p/interface";
import { lpStream, streamPair } from "@libp2p/utils";
import { multiaddr } from "@multiformats/multiaddr";
import { describe, expect, it } from "vitest";
import { exchangeRate, maxExchangeBytes, maxExchangedAddresses, maxExchangedPeers } from "../src/network-limits.ts";
import type { KnownPeer } from "../src/network-types.ts";
import { askForPeers, PeerExchangeServer, peerExchangeProtocol } from "../src/reach/peer-exchange.ts";
import type { Found } from "../src/reach/reach-types.ts";
import { startLiar } from "./liar.ts";
import { codeOf, createNode, withNodes } from "./swarm.ts";

const addressesOf = (count: number): string[] => Array.from({ length: count }, (_, i) => `/ip4/8.8.8.8/tcp/${4001 + i}`);
const peersOf = (count: number, addresses = 1): KnownPeer[] =>
  Array.from({ length: count }, () => ({ peerId: createIdentity().author, addresses: addressesOf(addresses) }));

/** As much of a connection as the exchange looks at. */
const connectionOver = (stream?: Stream): Connection =>
  ({
    remotePeer: createIdentity().author,
    remoteAddr: multiaddr("/ip4/8.8.4.4/tcp/4001"),
    newStream: async () => stream,
  }) as unknown as Connection;

/** What a node that knows these peers tells to one that wants so many. */
async function answerOf(peers: readonly KnownPeer[], most: number): Promise<{ id: string; addresses: string[] }[]> {
  const [asking, answering] = await streamPair();
  const server = new PeerExchangeServer({
    timers: systemTimers,
    peers: () => peers,
    greeted: async () => undefined,
    mayAsk: () => true,
    random: Math.random,
  });
  const served = server.serve(answering, connectionOver());
  const frames = lpStream(asking);
  await frames.write(dagCbor.encode({ most }));
  const { peers: told } = dagCbor.decode<{ peers: { id: string; addresses: string[] }[] }>((await frames.read()).subarray());
  await asking.close();
  await served;
  return told;
}

/** What a node makes of a reply, whatever it is. */
async function foundIn(reply: Uint8Array): Promise<Found[]> {
  const [asking, answering] = await streamPair();
  const frames = lpStream(answering, { maxDataLength: 2 * maxExchangeBytes });
  const [found] = await Promise.all([askForPeers(connectionOver(asking), systemTimers), frames.write(reply)]);
  return found;
}

const replyWith = (peers: readonly KnownPeer[]): Uint8Array =>
  dagCbor.encode({ peers: peers.map(({ peerId, addresses }) => ({ id: peerId, addresses })) });

describe("an answer to who asks for peers", () => {
  it(`names at most ${maxExchangedPeers} peers, however many are wanted`, async () => {
    expect(await answerOf(peersOf(maxExchangedPeers), 1000)).toHaveLength(maxExchangedPeers);
    expect(await answerOf(peersOf(maxExchangedPeers + 1), 1000)).toHaveLength(maxExchangedPeers);
    expect(await answerOf(peersOf(maxExchangedPeers + 1), maxExchangedPeers - 1)).toHaveLength(maxExchangedPeers - 1);
  });

  it(`names at most ${maxExchangedAddresses} addresses of each`, async () => {
    for (const count of [maxExchangedAddresses, maxExchangedAddresses + 1]) {
      expect((await answerOf(peersOf(1, count), 1))[0]?.addresses).toHaveLength(maxExchangedAddresses);
    }
  });

  it("is given as often as the rate says, and again after a while", async () => {
    const clock = { now: () => Date.now() };
    const hub = createNode({ reach: { exchange: true } }, { clock });
    await withNodes([hub], async () => {
      const asker = await startLiar(hub, "test", () => ({}));
      const ask = async (): Promise<string> => {
        const stream = await asker.dialProtocol(multiaddr(hub.network.addresses()[0]), peerExchangeProtocol);
        const frames = lpStream(stream);
        const outcome = await codeOf(frames.write(dagCbor.encode({ most: 1 })).then(() => frames.read()));
        await stream.close().catch((error: Error) => stream.abort(error));
        return outcome;
      };
      for (let time = 0; time < exchangeRate.burst; time++) expect(await ask()).toBe("none");
      expect(await ask()).not.toBe("none");
      const now = Date.now() + 60_000 / exchangeRate.perMinute;
      clock.now = () => now;
      expect(await ask()).toBe("none");
      await asker.stop();
    });
  });
});

describe("what a peer tells of others", () => {
  it("leaves no stream open where it is not what was asked for", async () => {
    const [asking, answering] = await streamPair();
    const found = askForPeers(connectionOver(asking), systemTimers);
    await lpStream(answering).write(dagCbor.encode({ peers: "none" }));
    expect(await codeOf(found)).toBe("FRAME_INVALID");
    expect(asking.status).toBe("aborted");
  });

  it(`is taken up to ${maxExchangedPeers} peers and ${maxExchangedAddresses} addresses of each`, async () => {
    expect(await foundIn(replyWith(peersOf(maxExchangedPeers)))).toHaveLength(maxExchangedPeers);
    expect(await foundIn(replyWith(peersOf(maxExchangedPeers + 1)))).toHaveLength(maxExchangedPeers);
    for (const count of [maxExchangedAddresses, maxExchangedAddresses + 1]) {
      expect((await foundIn(replyWith(peersOf(1, count))))[0]?.addresses).toHaveLength(maxExchangedAddresses);
    }
  });

  it(`is read up to ${maxExchangeBytes} bytes`, async () => {
    const [{ peerId }] = peersOf(1) as [KnownPeer];
    /** Filled up with a word that is no address. */
    const replyOf = (bytes: number): Uint8Array => {
      const reply = (filler: number): Uint8Array => replyWith([{ peerId, addresses: [...addressesOf(1), "x".repeat(filler)] }]);
      return reply(1000 + bytes - reply(1000).length);
    };
    const [least, over] = [replyOf(maxExchangeBytes), replyOf(maxExchangeBytes + 1)];
    expect([least.length, over.length]).toEqual([maxExchangeBytes, maxExchangeBytes + 1]);
    expect(await foundIn(least)).toEqual([{ peerId, addresses: [`${addressesOf(1)[0]}/p2p/${peerId}`] }]);
    expect(await codeOf(foundIn(over))).toBe("FRAME_INVALID");
  });
});
