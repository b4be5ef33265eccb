/** The parts of libp2p that find peers and get through routers, chosen by what is turned on. */
import type { AuthorId } from "@grapevine/core";
import { autoNATv2 } from "@libp2p/autonat-v2";
import { circuitRelayServer, circuitRelayTransport } from "@libp2p/circuit-relay-v2";
import { dcutr } from "@libp2p/dcutr";
import type { Ping } from "@libp2p/ping";
import type { Libp2pOptions } from "libp2p";
import { type Greeted, serveGreetedOnly } from "../greeted-registrar.ts";
import {
  maxRelayConnectionBytes,
  maxRelayConnectionMs,
  maxRelayReservations,
  maxRelayStreams,
  relayReservationMs,
} from "../network-limits.ts";
import { type LanCalls, lanCalls } from "./lan-calls.ts";
import { OwnAddresses } from "./own-addresses.ts";
import type { Found, ReachInit } from "./reach-types.ts";
import { type SwarmDht, swarmDht } from "./swarm-dht.ts";

/** What libp2p gives to its services; `ping` is one of the host's own, which the table uses. */
type HostComponents = Parameters<NonNullable<Libp2pOptions["transports"]>[number]>[0] & { readonly ping: Ping };

export interface ReachParts {
  readonly listen: readonly string[];
  readonly transports: NonNullable<Libp2pOptions["transports"]>;
  readonly peerDiscovery: NonNullable<Libp2pOptions["peerDiscovery"]>;
  readonly services: Partial<
    Record<"ownAddresses" | "autoNat" | "holePunching" | "relay" | "dht", (components: HostComponents) => unknown>
  >;
  readonly connectionGater: NonNullable<Libp2pOptions["connectionGater"]>;
  /** There once the host is made. */
  lan(): LanCalls | undefined;
  dht(): SwarmDht | undefined;
  own(): OwnAddresses | undefined;
}

export interface ReachPartsInit {
  readonly swarm: string;
  readonly reach: ReachInit;
  readonly onLan: (found: Found) => void;
  readonly greeted: Greeted;
  /** Resolves when a connected peer has greeted; false when it does not. */
  readonly hasGreeted: (peer: AuthorId) => Promise<boolean>;
}

export function reachParts({ swarm, reach, onLan, greeted, hasGreeted }: ReachPartsInit): ReachParts {
  let lan: LanCalls | undefined;
  let dht: SwarmDht | undefined;
  let own: OwnAddresses | undefined;
  const transports = reach.nat === true ? [circuitRelayTransport({ discoveryFilter: everybody })] : [];
  return {
    // A place at any relay that is met: those are peers of the swarm, since others are hung up.
    listen: reach.nat === true ? ["/p2p-circuit"] : [],
    transports,
    peerDiscovery: reach.lan === true ? [(components) => (lan = lanCalls(swarm, onLan)(components))] : [],
    services: {
      ownAddresses: (components: HostComponents) => (own = new OwnAddresses(components)),
      ...(reach.nat === true
        ? {
            // It dials for whoever asks: for peers of the swarm alone.
            autoNat: (components: HostComponents) =>
              autoNATv2({ protocolPrefix: "grapevine" })(serveGreetedOnly(components, greeted)),
            holePunching: dcutr(),
          }
        : {}),
      ...(reach.relay === true ? { relay: relayServer() } : {}),
      ...(reach.dht === true ? { dht: (components: HostComponents) => (dht = swarmDht(swarm, greeted)(components)) } : {}),
    },
    connectionGater: {
      denyInboundRelayReservation: async (peer) => !(await hasGreeted(peer.toString())),
      denyOutboundRelayedConnection: async (from) => !(await hasGreeted(from.toString())),
    },
    lan: () => lan,
    dht: () => dht,
    own: () => own,
  };
}

/** A relay that was away may come back: the library's own filter passes over whoever was met once. */
const everybody = { has: (): boolean => false, add: (): void => undefined, remove: (): void => undefined };

function relayServer(): ReturnType<typeof circuitRelayServer> {
  return circuitRelayServer({
    maxInboundHopStreams: maxRelayStreams,
    maxOutboundStopStreams: maxRelayStreams,
    reservations: {
      maxReservations: maxRelayReservations,
      reservationTtl: relayReservationMs,
      defaultDurationLimit: maxRelayConnectionMs,
      defaultDataLimit: BigInt(maxRelayConnectionBytes),
    },
  });
}
