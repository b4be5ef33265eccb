/**
 * A relay and two nodes on addresses that look public. The second knows the first by the relay alone; a direct link is to come about by itself. Prints how they
 * are reached in the end.
 */
import { setTimeout as wait } from "node:timers/promises";
import { createNode } from "./swarm.ts";

const relay = createNode({ name: "relay", listen: ["/ip4/11.0.0.1/tcp/4001"], reach: { relay: true, nat: true } });
const here = createNode({ name: "here", listen: ["/ip4/11.0.0.2/tcp/4001"], reach: { nat: true } });
const there = createNode({ name: "there", listen: ["/ip4/11.0.0.3/tcp/4001"], reach: { nat: true } });
const nodes = [relay, here, there];
for (const { network } of nodes) await network.start();
await here.network.connect(relay.network.addresses());
await until(() => here.network.addresses().some(isRelayed));
await there.network.connect(here.network.addresses().filter(isRelayed));
await until(() => there.network.peers().some(({ name, path }) => name === "here" && path === "direct"));
await until(() => here.network.reachability() === "public" && there.network.reachability() === "public");
const news = here.teach("over a direct link");
await there.watched.until(() => there.records.has(news.id), "gossiped");
process.stdout.write(
  JSON.stringify({
    paths: there.network
      .peers()
      .map(({ name, path }) => `${name} ${path}`)
      .sort(),
    reachability: nodes.map(({ network }) => network.reachability()),
  }),
);
await Promise.all(nodes.map(({ network }) => network.stop()));

function isRelayed(address: string): boolean {
  return address.includes("/p2p-circuit");
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(50);
}
