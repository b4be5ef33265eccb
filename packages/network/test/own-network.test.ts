/**
 * Networks of their own, in namespaces, so that nothing leaves for a real one: multicast, and addresses that look public. Needs root and iproute2; elsewhere
 * it is skipped and says so.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const link = "ip link add lan0 type veth peer name lan1 && ip link set lan0 up && ip link set lan1 up && ip link set lo up";
/** Of util-linux; runs a program in a namespace. */
const unshare = "unshare";
const canIsolate = spawnSync(unshare, ["--net", "sh", "-c", link]).status === 0;

/** What the program prints that runs in a network with these addresses. */
function runIsolated(program: URL, addresses: readonly string[]): unknown {
  const commands = [
    link,
    ...addresses.map((address) => `ip addr add ${address}/24 dev lan0`),
    "ip route add 224.0.0.0/4 dev lan0",
  ];
  const script = `${commands.join(" && ")} && exec "$0" --conditions=grapevine-source "$1"`;
  const file = fileURLToPath(program);
  const output = execFileSync(unshare, ["--net", "sh", "-c", script, process.execPath, file], { timeout: 60_000 });
  return JSON.parse(output.toString());
}

describe(`on a network of their own, nodes${canIsolate ? "" : " (skipped: needs root, unshare and ip)"}`, () => {
  it.skipIf(!canIsolate)("find the peers of their own swarm by a call, and nobody else", { timeout: 65_000 }, () => {
    expect(runIsolated(new URL("lan-nodes.ts", import.meta.url), ["10.7.0.1"])).toEqual({
      found: [[{ name: "there", path: "lan" }], [{ name: "here", path: "lan" }], []],
      reachability: expect.stringMatching(/^(lan|unknown)$/),
      refused: [0, 0, 0],
    });
  });

  it.skipIf(!canIsolate)("that met through a relay come to a direct link by themselves", { timeout: 65_000 }, () => {
    expect(runIsolated(new URL("public-nodes.ts", import.meta.url), ["11.0.0.1", "11.0.0.2", "11.0.0.3"])).toEqual({
      paths: ["here direct", "relay direct"],
      reachability: ["public", "public", "public"],
    });
  });
});
