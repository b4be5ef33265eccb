/**
 * A direct link between two hosts that are both behind routers, once they have met through a relay: both call at the same moment from ports that they have told each other, so that each
 * router takes the other's call for the reply to its own host's (DCUtR, https://github.com/libp2p/specs/blob/master/relay/DCUtR.md).
 *
 * libp2p's part of it agrees on the moment, and cannot do the rest over TCP: it calls from a port that the system chooses, tells no address at which it could be met, since it is not sure of
 * any, and its queue of calls forgets which side is to speak first (js-libp2p#2620; libp2p/test-plans#864 has it as known to fail). Node cannot call from the port on which it listens. So
 * libp2p is given what it lacks: a port of its own for these calls, on which nobody listens, and calls that bypass the queue. Where both call at once TCP needs no listener.
 *
 * What it does not: get through routers that give each connection another port. Those leave two hosts on the relay.
 */
import { randomInt } from "node:crypto";
import { systemTimers, type Timers } from "@grapevine/core";
import { dcutr } from "@libp2p/dcutr";
import type { Connection, IdentifyResult } from "@libp2p/interface";
import { isPrivate } from "@libp2p/utils";
import { CODE_P2P_CIRCUIT, type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import type { Libp2pOptions } from "libp2p";
import { type Greeted, greetedOnly } from "../greeted-registrar.ts";
import { instead } from "../instead.ts";
import { maxCalledTogether, mostPort, privatePort } from "../network-limits.ts";

type HostComponents = Parameters<NonNullable<Libp2pOptions["transports"]>[number]>[0];
type OpenConnection = HostComponents["connectionManager"]["openConnection"];

/** What a call at the agreed moment needs of a host. */
export type CallingComponents = Pick<HostComponents, "connectionManager" | "transportManager" | "upgrader">;

/** The port from which the next link is to be made. */
interface Door {
  port: number;
}

/** A call that meets no open door is turned away at once by some routers; the other's may come a little later. */
const againAfterMs = 150;

export function holePunching(greeted: Greeted): (components: HostComponents) => unknown {
  return (components) => {
    const seen = new Map<string, Multiaddr>();
    const door = { port: anyPort() };
    components.events.addEventListener("peer:identify", ({ detail }) => noteOutside(detail, seen));
    const { addressManager, connectionManager } = components;
    const ours = instead(components, {
      addressManager: instead(addressManager, {
        getAddresses: () => [...addressManager.getAddresses(), ...doors(seen, door, components)],
      }),
      connectionManager: instead(connectionManager, { openConnection: callTogether(components, door) }),
    });
    // Whoever may have this node call somewhere is of the swarm.
    return dcutr()(greetedOnly(ours, greeted));
  };
}

/**
 * The calls at the agreed moment are the only ones with a priority; all others go their usual way. A port that has led to a link is not used again, since the system keeps both its ends for a while
 * after the link has ended.
 */
export function callTogether(components: CallingComponents, door: Door, timers: Timers = systemTimers): OpenConnection {
  return async (to, options = {}) => {
    const { connectionManager, transportManager, upgrader } = components;
    const { signal, initiator, priority } = options;
    if (priority === undefined || signal === undefined || !Array.isArray(to)) {
      return await connectionManager.openConnection(to, options);
    }
    const localPort = door.port;
    const call = async (address: Multiaddr): Promise<Connection> => {
      const transport = transportManager.dialTransportForMultiaddr(address);
      if (transport === undefined) throw new Error(`no transport leads to ${address.toString()}`);
      // The transport for TCP passes all options on to the system's call, this port among them.
      const withPort: Parameters<typeof transport.dial>[1] & { readonly localPort: number } = {
        signal,
        upgrader: initiator === false ? answering(upgrader) : upgrader,
        localPort,
      };
      return await transport.dial(address, withPort);
    };
    const addresses: readonly Multiaddr[] = to.slice(0, maxCalledTogether);
    const link = await Promise.any(addresses.map((address) => untilAborted(() => call(address), signal, timers)));
    if (door.port === localPort) door.port = anyPort();
    return link;
  };
}

function anyPort(): number {
  return randomInt(privatePort, mostPort + 1);
}

/** Under which public address a peer sees this host, of each kind the latest. */
function noteOutside({ observedAddr, connection }: IdentifyResult, seen: Map<string, Multiaddr>): void {
  if (observedAddr === undefined || isRelayed(connection.remoteAddr) || isPrivate(observedAddr)) return;
  const [host] = observedAddr.getComponents();
  if (host?.value !== undefined) seen.set(host.name, observedAddr);
}

/** Where a call from the port appears to come from, where the router keeps ports. */
function doors(seen: ReadonlyMap<string, Multiaddr>, { port }: Door, { peerId }: Pick<HostComponents, "peerId">): Multiaddr[] {
  return [...seen.values()].flatMap((address) => {
    const [host] = address.getComponents();
    return host?.value === undefined ? [] : [multiaddr(`/${host.name}/${host.value}/tcp/${port}/p2p/${peerId.toString()}`)];
  });
}

/** Both sides have called, and one of them has to speak as if it had been called: in the handshake, and in the numbers of its streams, which go by the direction of what lies below. */
function answering(upgrader: HostComponents["upgrader"]): HostComponents["upgrader"] {
  return instead(upgrader, {
    upgradeOutbound: async (socket, options) =>
      await upgrader.upgradeOutbound(Object.assign(socket, { direction: "inbound" as const }), { ...options, initiator: false }),
  });
}

async function untilAborted(attempt: () => Promise<Connection>, signal: AbortSignal, timers: Timers): Promise<Connection> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw error;
      await new Promise<void>((resolve) => timers.after(againAfterMs, resolve));
    }
  }
}

function isRelayed(address: Multiaddr): boolean {
  return address.getComponents().some(({ code }) => code === CODE_P2P_CIRCUIT);
}
