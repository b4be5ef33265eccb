/**
 * The swarm's own Kademlia table, for swarms that are too large to be known by exchange. Its protocol carries a hash of the swarm's name, so that tables of
 * different swarms never mix, and who takes part in it is in the swarm: it serves nobody before the greeting.
 *
 * libp2p does not get to know it as a router. It would walk the table at random every minute to have addresses tried and to look for relays, and dial
 * whomever it meets; here it is asked for peers of the swarm when there are too few connections, and for nothing else.
 */
import { createHash } from "node:crypto";
import type { Startable } from "@libp2p/interface";
import { type KadDHT, type KadDHTComponents, kadDHT, passthroughMapper } from "@libp2p/kad-dht";
import type { MultihashDigest } from "multiformats";
import { base32 } from "multiformats/bases/base32";
import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import { create as digestOf } from "multiformats/hashes/digest";
import { sha256 } from "multiformats/hashes/sha2";
import { ownAddresses } from "../addresses.ts";
import { type Greeted, serveGreetedOnly } from "../greeted-registrar.ts";
import {
  dhtBucketSize,
  dhtParallelQueries,
  dhtQueryTimeoutMs,
  dhtSelfQueryEveryMs,
  maxExchangedPeers,
} from "../network-limits.ts";
import type { Found } from "./reach-types.ts";
import { swarmHash } from "./swarm-hash.ts";
import { tableStore } from "./table-store.ts";

export interface SwarmDht extends Startable {
  /** Tells the table that this node is of the swarm, for a day or two; it renews that by itself. */
  announce(signal: AbortSignal): Promise<void>;
  /** Some peers of the swarm; fewer when the signal fires before they are found. */
  find(signal: AbortSignal): Promise<Found[]>;
}

export function swarmDht(swarm: string, greeted: Greeted): (components: KadDHTComponents) => SwarmDht {
  const create = kadDHT({
    protocol: `/grapevine/kad/1/${swarmHash(swarm)}`,
    clientMode: false,
    // Swarms on private networks have private addresses; whoever is dialled proves the key.
    peerInfoMapper: passthroughMapper,
    kBucketSize: dhtBucketSize,
    alpha: dhtParallelQueries,
    querySelfInterval: dhtSelfQueryEveryMs,
  });
  return (components) => new Dht(create(guarded(components, swarm, greeted)) as KadDHT & Startable, swarm);
}

/** Nobody is served before the greeting, and nothing is kept but who is in the swarm. */
function guarded(components: KadDHTComponents, swarm: string, greeted: Greeted): KadDHTComponents {
  const datastore = tableStore(components.datastore, `/dht/provider/${base32.baseEncode(swarmDigest(swarm).bytes)}/`);
  return new Proxy(serveGreetedOnly(components, greeted), {
    get: (target, name): unknown => (name === "datastore" ? datastore : Reflect.get(target, name)),
  });
}

class Dht implements SwarmDht {
  readonly #table: KadDHT & Startable & { afterStart?(): unknown };
  readonly #swarm: string;

  constructor(table: KadDHT & Startable, swarm: string) {
    this.#table = table;
    this.#swarm = swarm;
  }

  async start(): Promise<void> {
    await this.#table.start();
    // Left to itself it serves only once it has a public address, and a table on a private network would have no servers.
    await this.#table.setMode("server");
  }

  async afterStart(): Promise<void> {
    await this.#table.afterStart?.();
  }

  async stop(): Promise<void> {
    await this.#table.stop();
  }

  async announce(signal: AbortSignal): Promise<void> {
    for await (const _ of this.#table.provide(this.#key(), { signal: bounded(signal) }));
  }

  async find(signal: AbortSignal): Promise<Found[]> {
    const found = new Map<string, Found>();
    for await (const event of this.#table.findProviders(this.#key(), { signal: bounded(signal) })) {
      if (event.name !== "PROVIDER" && event.name !== "PEER_RESPONSE") continue;
      const providers = event.providers;
      for (const { id, multiaddrs } of providers) {
        const addresses = ownAddresses(multiaddrs.map(String), id.toString());
        if (addresses.length > 0) found.set(id.toString(), { peerId: id.toString(), addresses });
      }
      if (found.size >= maxExchangedPeers) break;
    }
    return [...found.values()];
  }

  #key(): CID {
    return CID.createV1(raw.code, swarmDigest(this.#swarm));
  }
}

/** Under which the table names the swarm's peers. */
function swarmDigest(swarm: string): MultihashDigest {
  return digestOf(sha256.code, createHash("sha256").update("grapevine/swarm/1\n").update(swarm).digest());
}

function bounded(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(dhtQueryTimeoutMs)]);
}
