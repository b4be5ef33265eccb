/** The libp2p host of a node: TCP, noise, yamux, identify, ping and gossipsub, set up for a swarm of equals. */
import { type AuthorId, type Identity, messageOf } from "@grapevine/core";
import { generateKeyPairFromSeed } from "@libp2p/crypto/keys";
import { identify } from "@libp2p/identify";
import type { Libp2p } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { type Ping, ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { createLibp2p } from "libp2p";
import { networkErrors } from "./errors.ts";
import { gossip, type MeshGossipSub } from "./gossip-config.ts";
import type { Greeted } from "./greeted-registrar.ts";
import {
  dialTimeoutMs,
  maxConnections,
  maxConnectionsPerSecond,
  maxPendingConnections,
  memberConnections,
  namedConnections,
} from "./network-limits.ts";
import type { NetworkTiming } from "./network-timing.ts";
import type { ReachParts } from "./reach/reach-services.ts";

/**
 * What the network uses of its host, and no more: libp2p has it, and so has the host of a simulated swarm. Everything above works on either.
 */
export interface SwarmHost
  extends Pick<
    Libp2p,
    "addEventListener" | "dial" | "dialProtocol" | "getConnections" | "getMultiaddrs" | "handle" | "hangUp" | "start" | "stop"
  > {
  readonly services: {
    readonly ping: Pick<Ping, "ping">;
    readonly pubsub: Pick<
      MeshGossipSub,
      "addEventListener" | "getMeshPeers" | "getSubscribers" | "publish" | "subscribe" | "topicValidators"
    > &
      Partial<Pick<MeshGossipSub, "getScore" | "onPeerConnected" | "onPeerDisconnected">>;
  };
}

export interface SwarmHostInit {
  readonly identity: Identity;
  readonly listen: readonly string[];
  readonly topic: string;
  readonly timing: Pick<NetworkTiming, "pingEveryMs" | "pingPatienceMs" | "rejectedDecay">;
  readonly reach: ReachParts;
  isBlocked(peer: AuthorId): boolean;
  /** Gossip waits for it. Absent: it does not, as suits a swarm that anybody may be in. */
  readonly greeted?: Greeted | undefined;
  /** Did the user name it? */
  readonly isNamed: (peer: AuthorId) => boolean;
  /** Is the swarm closed, and the peer known as a member of it? */
  readonly isMember: (peer: AuthorId) => boolean;
  /** Records that it brought lately above what an honest peer can bring. */
  readonly floodsOf: (peer: AuthorId) => number;
}

/** A host that is not started yet. */
export async function createHost(init: SwarmHostInit): Promise<SwarmHost> {
  const comesIn = (peer: AuthorId): boolean => hasPlace(host.getConnections().length, standingOf(peer, init));
  const host = await createLibp2p({
    start: false,
    privateKey: await generateKeyPairFromSeed("Ed25519", init.identity.exportSeed()),
    nodeInfo: { name: "grapevine", userAgent: "grapevine" },
    addresses: { listen: [...init.listen, ...init.reach.listen] },
    transports: [tcp(), ...init.reach.transports],
    peerDiscovery: init.reach.peerDiscovery,
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: {
      dialTimeout: dialTimeoutMs,
      inboundConnectionThreshold: maxConnectionsPerSecond,
      maxIncomingPendingConnections: maxPendingConnections,
      maxConnections,
    },
    // A machine that generates text on all of its cores answers late; a link is given up only when it is silent for long.
    // Pings are nearly all that an idle link carries: at every 10 s a node with eleven links had 2.9 KB/s of them.
    connectionMonitor: { pingInterval: init.timing.pingEveryMs, pingTimeout: { minTimeout: init.timing.pingPatienceMs } },
    connectionGater: {
      ...init.reach.connectionGater,
      denyDialPeer: (peer) => init.isBlocked(peer.toString()),
      denyInboundEncryptedConnection: (peer) => init.isBlocked(peer.toString()) || !comesIn(peer.toString()),
      denyOutboundEncryptedConnection: (peer) => init.isBlocked(peer.toString()),
    },
    services: {
      ...init.reach.services,
      identify: identify(),
      ping: ping(),
      pubsub: gossip({ ...init, rejectedDecay: init.timing.rejectedDecay }),
    },
  });
  if (host.peerId.toString() !== init.identity.author) {
    throw new Error(`the host's peer id ${host.peerId.toString()} is not the author ${init.identity.author}`);
  }
  return host;
}

type Standing = "named" | "member" | "stranger";

/** Places that others cannot take. */
const reserved: Readonly<Record<Standing, number>> = {
  named: namedConnections,
  member: memberConnections,
  stranger: 0,
};

/** May one more peer come in? Strangers do not fill the places of a closed swarm's members, and neither those of whom the user named. */
export function hasPlace(open: number, standing: Standing): boolean {
  return open < maxConnections - namedConnections + reserved[standing];
}

function standingOf(peer: AuthorId, { isNamed, isMember }: Pick<SwarmHostInit, "isNamed" | "isMember">): Standing {
  if (isNamed(peer)) return "named";
  return isMember(peer) ? "member" : "stranger";
}

/** @throws LISTEN_FAILED */
export async function startHost(host: SwarmHost, listen: readonly string[]): Promise<void> {
  try {
    await host.start();
  } catch (error) {
    throw networkErrors.create("LISTEN_FAILED", `cannot listen on ${listen.join(", ")}: ${reasonOf(error)}`, { cause: error });
  }
}

/** libp2p puts the stack of each refused address into its message; the line that says why is enough. */
function reasonOf(error: unknown): string {
  const lines = messageOf(error).split("\n");
  return (lines.find((line) => /\bError: /.test(line)) ?? lines[0] ?? "").trim();
}
