/**
 * Calls into the local network: multicast DNS under a service name of the swarm's own, so that swarms stay apart and their names are not told around.
 *
 * Everybody hears every answer, so that N nodes which each call once a period cost every node N² answers a period. At the library's 10 s fifty nodes would
 * hear 100 KB/s; hence they call at the start and then rarely, and again soon only while they are alone.
 */
import type { PeerDiscovery, PeerInfo, Startable } from "@libp2p/interface";
import { type MulticastDNSComponents, mdns } from "@libp2p/mdns";
import { ownAddresses } from "../addresses.ts";
import { lanCallEveryMs } from "../network-limits.ts";
import type { Found } from "./reach-types.ts";
import { swarmHash } from "./swarm-hash.ts";

export interface LanCalls extends PeerDiscovery, Startable {
  /** Calls now. */
  call(): Promise<void>;
}

export function lanCalls(swarm: string, onFound: (found: Found) => void): (components: MulticastDNSComponents) => LanCalls {
  const create = mdns({ serviceTag: `_grapevine-${swarmHash(swarm)}._udp.local`, interval: lanCallEveryMs });
  return (components) => {
    const service = create(components) as PeerDiscovery & Startable;
    service.addEventListener("peer", ({ detail }: CustomEvent<PeerInfo>) => {
      const peerId = detail.id.toString();
      onFound({ peerId, addresses: ownAddresses(detail.multiaddrs.map(String), peerId) });
    });
    // It calls when it is started, and by its clock alone afterwards.
    const call = async (): Promise<void> => {
      await service.stop();
      await service.start();
    };
    return Object.assign(service, { call });
  };
}
