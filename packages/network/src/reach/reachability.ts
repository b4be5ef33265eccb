/**
 * Whether others can reach this node, by evidence: who has come in, from where, and which addresses others have tried (AutoNAT). A node alone cannot know
 * it, since it sees neither its router nor the rest of the world; so what is not evident is called unknown, and not no.
 */
import type { Connection } from "@libp2p/interface";
import { parseAddress } from "../addresses.ts";
import { pathOf } from "./paths.ts";
import type { Path, Reachability } from "./reach-types.ts";

export class Arrivals {
  readonly #paths = new Set<Path>();

  /** A peer of the swarm has greeted over the connection. */
  greeted({ direction, remoteAddr }: Pick<Connection, "direction" | "remoteAddr">): void {
    if (direction === "inbound") this.#paths.add(pathOf(remoteAddr));
  }

  has(path: Path): boolean {
    return this.#paths.has(path);
  }
}

export interface ReachEvidence {
  /** Where it listens or is known to be, as multiaddrs. */
  readonly addresses: readonly string[];
  /** Addresses that others have tried and reached it by. */
  readonly tried: readonly string[];
  readonly arrivals: Pick<Arrivals, "has">;
}

export function reachabilityOf({ addresses, tried, arrivals }: ReachEvidence): Reachability {
  const paths = new Set(addresses.map((address) => pathOf(parseAddress(address))));
  if (arrivals.has("direct") || tried.some((address) => pathOf(parseAddress(address)) === "direct")) return "public";
  if (paths.has("relayed")) return "relayed";
  if (paths.size === 0) return "nowhere";
  if (!paths.has("lan") && !paths.has("direct")) return "loopback";
  return arrivals.has("lan") ? "lan" : "unknown";
}
