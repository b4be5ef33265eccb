/** Two nodes of one swarm and one of another on one local network, none of which knows an address. Prints who has found whom, once two have. */
import { createNode } from "./swarm.ts";

const listen = ["/ip4/10.7.0.1/tcp/0"];
const here = createNode({ name: "here", listen, reach: { lan: true } });
const there = createNode({ name: "there", listen, reach: { lan: true } });
const foreign = createNode({ name: "foreign", swarm: "elsewhere", listen, reach: { lan: true } });
const nodes = [here, there, foreign];
for (const { network } of nodes) await network.start();
await here.watched.until(() => here.network.peers().length === 1, "found on the local network");
await there.watched.until(() => there.network.peers().length === 1, "and on the other side");
const news = here.teach("found on the local network");
await there.watched.until(() => there.records.has(news.id), "gossiped");
process.stdout.write(
  JSON.stringify({
    found: nodes.map(({ network }) => network.peers().map(({ name, path }) => ({ name, path }))),
    reachability: there.network.reachability(),
    // Nobody of another swarm was so much as greeted.
    refused: nodes.map(({ network }) => network.counters()["hello.refused"] ?? 0),
  }),
);
await Promise.all(nodes.map(({ network }) => network.stop()));
