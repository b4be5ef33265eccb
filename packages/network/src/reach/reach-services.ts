/**
 * The parts of libp2p that find peers and get through routers, chosen by what is turned on. The code of what is off is not loaded: the table alone is a tenth of all
 * that a node reads at its start.
 */
import type { AuthorId } from "@grapevine/core";
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
import type { LanCalls } from "./lan-calls.ts";
import { OwnAddresses } from "./own-addresses.ts";
import type { Found, ReachInit } from "./reach-types.ts";
import type { SwarmDht } from "./swarm-dht.ts";

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

export async function reachParts({ swarm, reach, onLan, greeted, hasGreeted }: ReachPartsInit): Promise<ReachParts> {
  let lan: LanCalls | undefined;
  let dht: SwarmDht | undefined;
  let own: OwnAddresses | undefined;
  const lanCalls = reach.lan === true ? (await import("./lan-calls.ts")).lanCalls : undefined;
  const swarmDht = reach.dht === true ? (await import("./swarm-dht.ts")).swarmDht : undefined;
  const nat = reach.nat === true ? await natParts(greeted) : undefined;
  return {
    // A place at any relay that is met: those are peers of the swarm, since others are hung up.
    listen: nat === undefined ? [] : ["/p2p-circuit"],
    transports: nat === undefined ? [] : [nat.transport],
    peerDiscovery: lanCalls === undefined ? [] : [(components) => (lan = lanCalls(swarm, onLan)(components))],
    services: {
      ownAddresses: (components: HostComponents) => (own = new OwnAddresses(components)),
      ...nat?.services,
      ...(reach.relay === true ? { relay: await relayServer() } : {}),
      ...(swarmDht === undefined ? {} : { dht: (components: HostComponents) => (dht = swarmDht(swarm, greeted)(components)) }),
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

/** What gets through routers: a place at a relay, addresses that others try, and direct links where there is a way. */
async function natParts(
  greeted: Greeted,
): Promise<{ readonly transport: ReachParts["transports"][number]; readonly services: ReachParts["services"] }> {
  const [{ autoNATv2 }, { circuitRelayTransport }, { holePunching }] = await Promise.all([
    import("@libp2p/autonat-v2"),
    import("@libp2p/circuit-relay-v2"),
    import("./hole-punching.ts"),
  ]);
  return {
    transport: circuitRelayTransport({ discoveryFilter: everybody }),
    services: {
      // It dials for whoever asks: for peers of the swarm alone.
      autoNat: (components) => autoNATv2({ protocolPrefix: "grapevine" })(serveGreetedOnly(components, greeted)),
      holePunching: holePunching(greeted),
    },
  };
}

/** A relay that was away may come back: the library's own filter passes over whoever was met once. */
const everybody = { has: (): boolean => false, add: (): void => undefined, remove: (): void => undefined };

async function relayServer(): Promise<(components: HostComponents) => unknown> {
  const { circuitRelayServer } = await import("@libp2p/circuit-relay-v2");
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
