/**
 * What the swarm's table keeps for others: who is in this swarm, of a bounded number of peers. The library would keep whatever a peer names, for days, and any number of it: keys
 * of anything, and values. What is not wanted, or finds no room, is refused, which ends the peer's stream; who came first stays, as in the table itself.
 */
import type { KadDHTComponents } from "@libp2p/kad-dht";
import { maxTableProviders } from "../network-limits.ts";

type Datastore = KadDHTComponents["datastore"];

/** `prefix`: of the keys under which the swarm's peers are kept, in the store of all keys. */
export function tableStore(all: Datastore, prefix: string): Datastore {
  const kept = new Set<string>();
  const put: Datastore["put"] = (key, value, options) => {
    const name = key.toString();
    if (!name.startsWith(prefix)) throw new Error("the table keeps nothing but who is in the swarm");
    if (!kept.has(name) && kept.size >= maxTableProviders) throw new Error("the table keeps no more peers");
    kept.add(name);
    return all.put(key, value, options);
  };
  const remove: Datastore["delete"] = (key, options) => {
    kept.delete(key.toString());
    return all.delete(key, options);
  };
  return new Proxy(all, {
    get: (target, name): unknown => {
      if (name === "put") return put;
      if (name === "delete") return remove;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
