/**
 * Keeps a protocol of libp2p's own to peers that have greeted. Gossipsub opens its streams to whoever connects; where the swarm is closed, a stranger could so listen from the
 * handshake until the greeting is refused or times out, again and again. Its streams and its notices of new peers wait for the greeting, and are dropped where that fails.
 */
import type { Connection, PeerId, Stream, StreamHandler, Topology } from "@libp2p/interface";
import { instead } from "./instead.ts";

/** What a protocol uses of libp2p's registrar. */
export interface Registrar {
  handle(protocol: string, handler: StreamHandler, options?: object): Promise<void>;
  register(protocol: string, topology: Topology): Promise<string>;
}

/** Resolves when the connection has greeted; rejects when it was refused. */
export type Greeted = (connection: Connection) => Promise<unknown>;

/** The same components, but for a registrar that waits for greetings. */
export function greetedOnly<Components extends { readonly registrar: Registrar }>(
  components: Components,
  greeted: Greeted,
): Components {
  const { registrar } = components;
  return withRegistrar(components, { handle: waitingHandle(registrar, greeted), register: waitingRegister(registrar, greeted) });
}

/** As `greetedOnly`, but only the streams that peers open wait: for a protocol that has to learn of its peers early, and tells them nothing by that. */
export function serveGreetedOnly<Components extends { readonly registrar: Registrar }>(
  components: Components,
  greeted: Greeted,
): Components {
  return withRegistrar(components, { handle: waitingHandle(components.registrar, greeted) });
}

function withRegistrar<Components extends { readonly registrar: Registrar }>(
  components: Components,
  waiting: Partial<Registrar>,
): Components {
  const registrar = instead(components.registrar, waiting);
  return new Proxy(components, {
    get: (target, name): unknown => (name === "registrar" ? registrar : Reflect.get(target, name)),
  });
}

function waitingHandle(real: Registrar, greeted: Greeted): Registrar["handle"] {
  return (protocol, handler, options) =>
    real.handle(
      protocol,
      async (stream: Stream, connection: Connection) => {
        if (await hasGreeted(connection, greeted)) await handler(stream, connection);
        else stream.abort(new Error("the peer was not let in"));
      },
      options,
    );
}

function waitingRegister(real: Registrar, greeted: Greeted): Registrar["register"] {
  return (protocol, topology) =>
    real.register(protocol, {
      ...topology,
      onConnect: async (peer: PeerId, connection: Connection) => {
        if (await hasGreeted(connection, greeted)) await topology.onConnect?.(peer, connection);
      },
    });
}

/** Why a greeting failed is reported where it failed. */
function hasGreeted(connection: Connection, greeted: Greeted): Promise<boolean> {
  return greeted(connection).then(
    () => true,
    () => false,
  );
}
