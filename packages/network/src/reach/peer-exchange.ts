/**
 * `/grapevine/peers/1`: whom else of the swarm do you know?
 *
 * Either side opens a stream and sends `{most}`; the other answers `{peers: [{id, addresses}]}` with at most as many of the peers that it is connected to and that
 * have greeted it, and both close. Frames are as in `frame-stream.ts`, at most 32 KiB. A peer is answered once in a while; otherwise the stream is reset.
 *
 * What it guarantees: nobody is named to a peer that has not greeted, and no address of a local network to a peer that came from outside of it. What it does
 * not: that the named peers are there, are who they are said to be, or want to be dialled; whoever dials them requires their key, and they greet like everybody.
 *
 * gossipsub has an exchange of its own (PX, on pruning). It names peers only where a mesh is over-full, which in a swarm of up to twelve peers it never is, and
 * takes none whose signed peer record the other side does not hold.
 */
import type { AuthorId, Timers } from "@grapevine/core";
import type { Connection, Stream } from "@libp2p/interface";
import { z } from "zod";
import { ownAddresses, parseAddress } from "../addresses.ts";
import { frameStream } from "../frame-stream.ts";
import { exchangeTimeoutMs, maxExchangeBytes, maxExchangedAddresses, maxExchangedPeers } from "../network-limits.ts";
import type { KnownPeer } from "../network-types.ts";
import { pathOf, widestFirst } from "./paths.ts";
import type { Found, Path } from "./reach-types.ts";

export const peerExchangeProtocol = "/grapevine/peers/1";

/** @throws what the stream throws when the peer does not answer, FRAME_INVALID */
export async function askForPeers(connection: Connection, timers: Timers): Promise<Found[]> {
  const signal = timers.timeoutSignal(exchangeTimeoutMs);
  const stream = await connection.newStream(peerExchangeProtocol, { signal, runOnLimitedConnection: true });
  const peers = await namedOver(stream, signal).catch((error: Error) => {
    stream.abort(error);
    throw error;
  });
  stream.close({ signal }).catch((error: Error) => stream.abort(error));
  return peers.slice(0, maxExchangedPeers).flatMap(({ id, addresses }) => {
    const own = ownAddresses(addresses, id).slice(0, maxExchangedAddresses);
    return own.length === 0 ? [] : [{ peerId: id, addresses: own }];
  });
}

async function namedOver(stream: Stream, signal: AbortSignal): Promise<z.infer<typeof wirePeers>["peers"]> {
  const frames = frameStream(stream, maxExchangeBytes);
  await frames.write({ most: maxExchangedPeers }, signal);
  return (await frames.read(wirePeers, signal)).peers;
}

export interface PeerExchangeServerInit {
  readonly timers: Timers;
  /** Connected peers that have greeted. */
  peers(): readonly KnownPeer[];
  greeted(connection: Connection): Promise<unknown>;
  /** Takes one turn of the peer; false when it has had them. */
  mayAsk(peer: AuthorId): boolean;
  readonly random: () => number;
}

export class PeerExchangeServer {
  readonly #init: PeerExchangeServerInit;

  constructor(init: PeerExchangeServerInit) {
    this.#init = init;
  }

  async serve(stream: Stream, connection: Connection): Promise<void> {
    const signal = this.#init.timers.timeoutSignal(exchangeTimeoutMs);
    const asker = connection.remotePeer.toString();
    try {
      await this.#init.greeted(connection);
      if (!this.#init.mayAsk(asker)) throw new Error("it asks too often");
      const frames = frameStream(stream, maxExchangeBytes);
      const { most } = await frames.read(wireRequest, signal);
      await frames.write({ peers: this.#answer(asker, pathOf(connection.remoteAddr), most) }, signal);
      await stream.close({ signal });
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Any of them, not always the same: in a large swarm each answer tells something else. */
  #answer(asker: AuthorId, path: Path, most: number): { id: AuthorId; addresses: string[] }[] {
    const named = this.#init.peers().flatMap(({ peerId, addresses }) => {
      const told = widestFirst(addresses).filter((address) => mayBeTold(address, path));
      return peerId === asker || told.length === 0
        ? []
        : [{ id: peerId, addresses: told.slice(0, maxExchangedAddresses), order: this.#init.random() }];
    });
    return named
      .sort((a, b) => a.order - b.order)
      .slice(0, Math.min(most, maxExchangedPeers))
      .map(({ id, addresses }) => ({ id, addresses }));
  }
}

/** Addresses of a local network are nobody's business outside of it, and lead to others there. */
function mayBeTold(address: string, asker: Path): boolean {
  const relay = address.split("/p2p-circuit")[0] ?? "";
  const leads = pathOf(parseAddress(relay));
  if (asker === "machine") return true;
  return leads === "direct" || (leads === "lan" && asker === "lan");
}

const wireRequest = z.object({ most: z.int().min(1) });
const wirePeers = z.object({
  peers: z.array(z.object({ id: z.string().max(128), addresses: z.array(z.string()).max(64) })).max(64),
});
