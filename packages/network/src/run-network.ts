/** How a network comes to run: its host is made with what asks the network back, and both are started. */
import { parseAddress } from "./addresses.ts";
import { doorkeeperOf } from "./doorkeeper.ts";
import type { Greeted } from "./greeted-registrar.ts";
import { defaultTiming } from "./network-timing.ts";
import type { NetworkComponents, NetworkInit } from "./network-types.ts";
import { reachParts } from "./reach/reach-services.ts";
import { RunningNetwork, type RunningNetworkParts } from "./running-network.ts";
import { createHost } from "./swarm-host.ts";
import { topicOf } from "./swarm-name.ts";

/** Every interface, a port that the system chooses: works beside any number of other nodes. */
const defaultListen: readonly string[] = ["/ip4/0.0.0.0/tcp/0"];

/** @throws LISTEN_FAILED, ADDRESS_INVALID */
export async function runNetwork(
  init: NetworkInit,
  components: NetworkComponents,
  { counters, invites }: RunningNetworkParts,
): Promise<RunningNetwork> {
  const listen = init.listen ?? defaultListen;
  for (const address of [...listen, ...(init.bootstrap ?? [])]) parseAddress(address);
  const door = doorkeeperOf(init, components);
  let running: RunningNetwork | undefined;
  const { identity, swarm } = init;
  const greeted: Greeted = async (connection) => await running?.greeted(connection);
  const reach = await reachParts({
    swarm,
    reach: init.reach ?? {},
    onLan: (found) => running?.reach.found(found),
    greeted,
    hasGreeted: async (peer) => (await running?.reach.hasGreeted(peer)) ?? false,
  });
  const host = await createHost({
    identity,
    listen,
    topic: topicOf(swarm),
    timing: { ...defaultTiming, ...init.timing },
    reach,
    isBlocked: (peer) => components.isBlocked(peer) || !door.mayKnock(peer),
    isNamed: (peer) => running?.isNamed(peer) ?? false,
    isMember: (peer) => door.isClosed && door.isMember(peer),
    floodsOf: (peer) => running?.floodsOf(peer) ?? 0,
    greeted: door.isClosed ? greeted : undefined,
  });
  running = new RunningNetwork(host, init, components, { counters, invites, reach });
  await running.start(listen);
  return running;
}
