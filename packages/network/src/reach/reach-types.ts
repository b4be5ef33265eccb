/** How a node finds others and is found: what can be turned on, and what came of it. */
import type { AuthorId } from "@grapevine/core";

/** All of it talks to peers whom nobody named, so that each is off unless the user turns it on. */
export interface ReachInit {
  /** Calls into the local network (mDNS), and answers such calls, of this swarm alone. */
  readonly lan?: boolean;
  /** Asks connected peers whom else of the swarm they know, and tells it those who ask. */
  readonly exchange?: boolean;
  /** Takes part in the swarm's own Kademlia table, for swarms that are too large to be known by exchange. */
  readonly dht?: boolean;
  /** Behind a router: has its addresses tried by peers, keeps a place at a relay of the swarm, and punches holes. */
  readonly nat?: boolean;
  /** Is a relay for peers of the swarm, within limits. */
  readonly relay?: boolean;
}

/**
 * How a peer is reached. `machine`: over loopback; `lan`: by a private address; `direct`: by a public one; `relayed`: through another peer, slowly and for a
 * limited time.
 */
export type Path = "machine" | "lan" | "direct" | "relayed";

/**
 * Whether others can reach this node. `public`: somebody has, from another network, or its address was tried. `relayed`: through a relay that it has a place
 * at. `lan`: from the local network as far as is known. `loopback`: it listens on this machine alone. `nowhere`: it does not listen. `unknown`: it listens,
 * and nobody has come yet.
 */
export type Reachability = "public" | "relayed" | "lan" | "loopback" | "nowhere" | "unknown";

/** Somebody of whom was heard. */
export interface Found {
  readonly peerId: AuthorId;
  /** Multiaddrs, cleaned; they need not be true. */
  readonly addresses: readonly string[];
}
