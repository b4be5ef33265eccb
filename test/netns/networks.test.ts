/** What home routers, wireless links and cables do to a swarm. Times are the product's own, unless a test says otherwise. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Host } from "./host.ts";
import type { HostInit, Sight } from "./host-process.ts";
import { Lab, lackingHere, type Namespace } from "./lab.ts";

const lacking = lackingHere();
const unless = (lack: string | undefined): string => (lack === undefined ? "" : ` (skipped: ${lack})`);

describe(`on networks of their own, nodes${unless(lacking.namespaces)}`, () => {
  let lab: Lab;
  const hosts: Host[] = [];
  beforeEach(() => {
    lab = new Lab();
  });
  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((host) => host.kill()));
    await lab.close();
  });
  const start = async (name: string, namespace: Namespace, init: Partial<HostInit> = {}): Promise<Host> => {
    const host = await Host.start({ name, listen: ["/ip4/0.0.0.0/tcp/4001"], timing: "usual", ...init }, namespace);
    hosts.push(host);
    return host;
  };

  it.skipIf(lacking.routers !== undefined)(
    `behind two routers join by invite through a relay, come to a direct link, and gossip${unless(lacking.routers)}`,
    async () => {
      const world = lab.switch("world");
      const relay = await start("relay", lab.host("relay", "11.0.0.1", world), { reach: { relay: true, nat: true } });
      // Both homes use the same private addresses, as homes do.
      const behind = async (name: string, address: string): Promise<Host> => {
        const home = lab.switch(`${name}-home`);
        lab.router(`${name}-router`, address, world, home);
        return await start(name, lab.host(name, "192.168.1.2", home, "192.168.1.1"), { reach: { nat: true } });
      };
      const [here, there] = await Promise.all([behind("here", "11.0.0.2"), behind("there", "11.0.0.3")]);
      await here.join(relay);
      await here.sees(({ reachability }) => reachability, "relayed", 20_000);
      await there.join(here);
      report("a direct link", [await there.sees((sight) => pathsOf(sight)["here"], "direct", 20_000)]);
      await here.teach("apples");
      await there.teach("pears");
      for (const host of [here, there, relay]) await host.sees(({ lessons }) => lessons, ["apples", "pears"], 20_000);
      await relay.kill();
      await here.teach("plums");
      await there.sees(({ lessons }) => lessons, ["apples", "pears", "plums"], 20_000);
    },
  );

  it.skipIf(lacking.namespaces !== undefined)("on one local network find each other by a call", async () => {
    const lan = lab.switch("lan");
    const [ada, bob] = await Promise.all([
      start("ada", lab.host("ada", "10.7.0.1", lan), { reach: { lan: true } }),
      start("bob", lab.host("bob", "10.7.0.2", lan), { reach: { lan: true } }),
    ]);
    await ada.sees(pathsOf, { bob: "lan" }, 20_000);
    await ada.teach("apples");
    await bob.sees(({ lessons }) => lessons, ["apples"], 20_000);
  });

  it.skipIf(lacking.namespaces !== undefined)("whose address changes are found again by themselves", async () => {
    const lan = lab.switch("lan");
    const place = lab.host("ada", "10.7.0.1", lan);
    const [ada, bob, eve] = await Promise.all([
      start("ada", place),
      start("bob", lab.host("bob", "10.7.0.2", lan)),
      start("eve", lab.host("eve", "10.7.0.3", lan)),
    ]);
    // All the others know is the address that is about to go.
    await bob.join(ada);
    await eve.join(ada);
    await ada.sees(pathsOf, { bob: "lan", eve: "lan" }, 20_000);
    place.run("ip", "addr", "flush", "dev", "eth0");
    place.run("ip", "addr", "add", "10.7.0.99/24", "dev", "eth0");
    await bob.teach("apples");
    await ada.teach("pears");
    const times = [];
    for (const host of [ada, bob, eve]) times.push(await host.sees(({ lessons }) => lessons, ["apples", "pears"], 90_000));
    await bob.sees(({ peers }) => peers.some(({ addresses }) => addresses.some(isNew)), true, 10_000);
    report("a changed address", times);
    // Gossip goes over the new links, both ways, long before another sync.
    await eve.teach("plums");
    for (const host of [ada, bob]) await host.sees(({ lessons }) => lessons, ["apples", "pears", "plums"], 10_000);
  });

  it.skipIf(lacking.namespaces !== undefined)("that were apart for a minute have the same again", async () => {
    const [left, right] = [lab.switch("left"), lab.switch("right")];
    lab.cable(left, "across", right, "across");
    const [ada, bob, eve, gus] = await Promise.all([
      start("ada", lab.host("ada", "10.7.0.1", left)),
      start("bob", lab.host("bob", "10.7.0.2", left)),
      start("eve", lab.host("eve", "10.7.0.3", right)),
      start("gus", lab.host("gus", "10.7.0.4", right)),
    ]);
    await bob.join(ada);
    await eve.join(ada);
    await gus.join(bob);
    await gus.join(eve);
    await ada.sees((sight) => Object.keys(pathsOf(sight)), ["bob", "eve"], 20_000);
    // Without a word: nobody's cable is pulled, packets just do not arrive.
    left.run("ip", "link", "set", "across", "nomaster");
    const healed = Date.now() + partitionMs;
    await ada.teach("apples");
    await gus.teach("plums");
    await bob.sees(({ lessons }) => lessons, ["apples"], 20_000);
    await eve.sees(({ lessons }) => lessons, ["plums"], 20_000);
    await bob.sees(() => Date.now() >= healed, true, partitionMs + 5_000);
    expect((await bob.look()).lessons).toEqual(["apples"]);
    left.run("ip", "link", "set", "across", "master", "bridge");
    const times = [];
    for (const host of [ada, bob, eve, gus]) times.push(await host.sees(({ lessons }) => lessons, ["apples", "plums"], 120_000));
    report("a partition of a minute", times);
  });

  it.skipIf(lacking.delay !== undefined)(`with 300 ± 100 ms and 5 % loss on the way gossip${unless(lacking.delay)}`, async () => {
    const lan = lab.switch("lan");
    const places = ["10.7.0.1", "10.7.0.2"].map((address, index) => lab.host(`host${index}`, address, lan));
    for (const place of places)
      place.run("tc", "qdisc", "add", "dev", "eth0", "root", "netem", "delay", "300ms", "100ms", "loss", "5%");
    const [ada, bob] = await Promise.all(places.map((place, index) => start(`host${index}`, place)));
    if (ada === undefined || bob === undefined) throw new Error("two hosts were started");
    await bob.join(ada);
    await ada.teach("apples");
    await bob.teach("pears");
    for (const host of [ada, bob]) await host.sees(({ lessons }) => lessons, ["apples", "pears"], 60_000);
  });
});

const partitionMs = 60_000;

function isNew(address: string): boolean {
  return address.includes("/10.7.0.99/");
}

function pathsOf({ peers }: Sight): Record<string, string | undefined> {
  return Object.fromEntries(
    [...peers].sort((a, b) => (a.name ?? "").localeCompare(b.name ?? "")).map(({ name, path }) => [name, path]),
  );
}

function report(what: string, timesMs: readonly number[]): void {
  console.info(`${what}: all the same after ${(timesMs.reduce((sum, ms) => sum + ms, 0) / 1000).toFixed(1)} s`);
}
