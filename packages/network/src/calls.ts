/** Calls that this node makes: a peer is dialled, and counts as connected once both sides have greeted. */
import { type AuthorId, messageOf, type Timers } from "@grapevine/core";
import type { Connection } from "@libp2p/interface";
import { parseAddress, peerOfAddress } from "./addresses.ts";
import type { Doorkeeper } from "./doorkeeper.ts";
import { networkErrors } from "./errors.ts";
import type { Greeter } from "./hello-protocol.ts";
import type { Invite } from "./invite.ts";
import { dialTimeoutMs } from "./network-limits.ts";
import type { PeerInfo } from "./network-types.ts";
import type { PeerTable } from "./peer-table.ts";
import { connectionTo, pathOf } from "./reach/paths.ts";
import type { SwarmHost } from "./swarm-host.ts";

export interface CallsInit {
  readonly host: SwarmHost;
  readonly timers: Timers;
  readonly peers: PeerTable;
  readonly greeter: Greeter;
  readonly door: Doorkeeper;
  readonly isBlocked: (peer: AuthorId) => boolean;
  /** May a peer be called through a relay? */
  readonly usesRelays: boolean;
  /** Ends what is being dialled. */
  readonly stopping: AbortSignal;
}

export class Calls {
  readonly #init: CallsInit;

  constructor(init: CallsInit) {
    this.#init = init;
  }

  /**
   * Dials the addresses, which are one peer's, and greets it. @throws ADDRESS_INVALID, PEER_UNREACHABLE, PEER_BEHIND_RELAY, PEER_FOREIGN,
   * PEER_BLOCKED, SWARM_DIFFERENT, SWARM_NOT_MEMBER, PEER_NOT_MEMBER
   */
  async connect(addresses: readonly string[]): Promise<PeerInfo> {
    const { door, greeter, isBlocked, peers, usesRelays } = this.#init;
    const parsed = addresses.map(parseAddress);
    const blocked = parsed.map(peerOfAddress).find((peer) => peer !== undefined && isBlocked(peer));
    if (blocked !== undefined) throw networkErrors.create("PEER_BLOCKED", `the peer ${blocked} is blocked here`);
    if (door.isRevoked) throw door.ownRefusal();
    if (!usesRelays && parsed.length > 0 && parsed.every((address) => pathOf(address) === "relayed")) {
      throw networkErrors.create("PEER_BEHIND_RELAY", "the peer is reached through a relay, which this node does not use");
    }
    const connection = await this.#dial(addresses);
    await greeter.greeted(connection);
    const info = peers.get(connection.remotePeer.toString());
    if (info === undefined) throw networkErrors.create("PEER_FOREIGN", "the peer ended the connection after the greeting");
    return info;
  }

  /** As `connect`, and presents the invite to its maker. @throws INVITE_REVOKED, INVITE_EXPIRED, INVITE_USED_UP, INVITE_FORGOTTEN, and as `connect` */
  async join({ peerId, id, addresses }: Invite): Promise<PeerInfo> {
    const { greeter, host, peers } = this.#init;
    const [connected, connection] = [peers.get(peerId), connectionTo(host, peerId)];
    if (id === undefined) return await this.connect(addresses);
    if (connected !== undefined && connection !== undefined) {
      await greeter.present(connection, id);
      return connected;
    }
    const followed = greeter.follow(peerId, id);
    try {
      return await this.connect(addresses);
    } finally {
      followed();
    }
  }

  async #dial(addresses: readonly string[]): Promise<Connection> {
    const { host, stopping, timers } = this.#init;
    const signal = AbortSignal.any([stopping, timers.timeoutSignal(dialTimeoutMs)]);
    try {
      return await host.dial(addresses.map(parseAddress), { signal });
    } catch (error) {
      const where = addresses.join(", ");
      throw networkErrors.create("PEER_UNREACHABLE", `nobody could be reached at ${where}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
}
