/**
 * Hosts, local networks and routers of a test's own, in network namespaces of the kernel: nothing leaves for a real network, and addresses may look public.
 *
 * All names of a lab begin with its prefix, which is new for each lab. Whatever ends the test (its end, a failure, Ctrl-C, `kill -9`), the namespaces go: a process
 * beside the test waits for the end of a pipe that the test holds, kills what runs in them and deletes them.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";

/** What the machine lacks for a test, in words; undefined where nothing is missing. */
export interface Lacking {
  readonly namespaces: string | undefined;
  readonly routers: string | undefined;
  readonly delay: string | undefined;
}

export function lackingHere(): Lacking {
  const namespaces = lackingNamespaces();
  if (namespaces !== undefined) return { namespaces, routers: namespaces, delay: namespaces };
  const lab = new Lab();
  try {
    const trial = lab.namespace("trial");
    const hasNft = spawnSync("nft", ["--version"]).status === 0;
    const routers = hasNft ? unless(() => trial.load(routerRules), "nftables without NAT in the kernel") : "no nftables (nft)";
    const delay = unless(
      () => trial.run("tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"),
      "no netem in the kernel",
    );
    return { namespaces, routers, delay };
  } finally {
    lab.abandon();
  }
}

function lackingNamespaces(): string | undefined {
  if (process.getuid?.() !== 0) return "not root";
  if (spawnSync("ip", ["-V"]).status !== 0) return "no iproute2 (ip)";
  const name = `gv${randomBytes(3).toString("hex")}`;
  if (spawnSync("ip", ["netns", "add", name]).status !== 0) return "no network namespaces in the kernel, or not allowed";
  return unless(() => execFileSync("ip", ["netns", "del", name]), "network namespaces cannot be deleted");
}

function unless(attempt: () => void, lacking: string): string | undefined {
  try {
    attempt();
    return undefined;
  } catch {
    return lacking;
  }
}

/** A router that hides the hosts behind it, as those of homes do: what did not begin inside is not let in. */
const routerRules = `
table ip router {
  chain leaving { type nat hook postrouting priority 100; oifname "wan" masquerade; }
  chain passing {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "lan" accept
  }
  chain knocking {
    type filter hook input priority 0;
    iifname "wan" ct state new drop
  }
}`;

export class Lab {
  readonly #prefix = `gv${randomBytes(3).toString("hex")}`;
  readonly #janitor: ChildProcess;
  readonly #switches = new Set<string>();

  constructor() {
    // In a process group of its own: Ctrl-C is for the test, and the janitor follows.
    this.#janitor = spawn("sh", ["-c", janitor, this.#prefix], { stdio: ["pipe", "ignore", "inherit"], detached: true });
    this.#janitor.unref();
  }

  namespace(name: string): Namespace {
    const full = `${this.#prefix}-${name}`;
    ip("netns", "add", full);
    const namespace = new Namespace(full);
    namespace.run("ip", "link", "set", "lo", "up");
    return namespace;
  }

  /** A switch: a namespace with a bridge, which cables lead to. */
  switch(name: string): Namespace {
    const namespace = this.namespace(name);
    namespace.run("ip", "link", "add", "bridge", "type", "bridge");
    namespace.run("ip", "link", "set", "bridge", "up");
    this.#switches.add(namespace.name);
    return namespace;
  }

  /** A cable from a host's interface to a port of a switch, or of one switch to another. */
  cable(from: Namespace, device: string, to: Namespace, port: string): void {
    ip("link", "add", device, "netns", from.name, "type", "veth", "peer", "name", port, "netns", to.name);
    for (const [{ name, run }, end] of [
      [from, device],
      [to, port],
    ] as const) {
      if (this.#switches.has(name)) run("ip", "link", "set", end, "master", "bridge");
      run("ip", "link", "set", end, "up");
    }
  }

  /** A host on a local network, which sends what it has no route for, multicast too, there. */
  host(name: string, address: string, lan: Namespace, gateway?: string): Namespace {
    const host = this.namespace(name);
    this.cable(host, "eth0", lan, name);
    host.run("ip", "addr", "add", `${address}/24`, "dev", "eth0");
    host.run("ip", "route", "add", "default", ...(gateway === undefined ? [] : ["via", gateway]), "dev", "eth0");
    return host;
  }

  /** A router between a local network, which it is 192.168.1.1 of, and the world. */
  router(name: string, address: string, world: Namespace, lan: Namespace): Namespace {
    const router = this.namespace(name);
    this.cable(router, "wan", world, name);
    this.cable(router, "lan", lan, name);
    router.run("ip", "addr", "add", `${address}/24`, "dev", "wan");
    router.run("ip", "addr", "add", "192.168.1.1/24", "dev", "lan");
    router.run("ip", "route", "add", "default", "dev", "wan");
    router.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    router.load(routerRules);
    return router;
  }

  /** Takes all namespaces down, and what runs in them. */
  async close(): Promise<void> {
    const gone = once(this.#janitor, "exit");
    this.#janitor.stdin?.end();
    await gone;
  }

  /** As `close`, without waiting for it. */
  abandon(): void {
    this.#janitor.stdin?.end();
  }
}

export class Namespace {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** Runs a command of the system in it, to its end. @throws when it fails */
  readonly run = (command: string, ...words: readonly string[]): void => {
    ip("netns", "exec", this.name, command, ...words);
  };

  /** Loads rules of nftables. */
  load(rules: string): void {
    execFileSync("ip", ["netns", "exec", this.name, "nft", "-f", "-"], { input: rules, stdio: ["pipe", "ignore", "pipe"] });
  }
}

function ip(...words: readonly string[]): void {
  execFileSync("ip", words, { stdio: ["ignore", "ignore", "pipe"] });
}

/** Waits for the end of its input, then clears away whatever begins with its prefix. */
const janitor = `
cat >/dev/null
for name in $(ip netns list | cut -d' ' -f1 | grep "^$0-"); do
  ip netns pids "$name" | xargs -r kill -9
  ip netns del "$name"
done`;
