/**
 * A node in a process of its own, on whatever network the process is in. Its argument is its `HostInit` as JSON; then it takes one order a line on its standard input, and
 * replies to each with one line. Records are kept in memory: what is tested is the network.
 */
import { createInterface } from "node:readline";
import { isLesson } from "@grapevine/core";
import type { NetworkInit, PeerInfo, Reachability } from "@grapevine/network";
import { createNode, quickTiming } from "../../packages/network/test/swarm.ts";

export interface HostInit extends Pick<NetworkInit, "name" | "listen" | "reach"> {
  readonly timing: "usual" | "quick";
}

export type Order =
  | { readonly do: "invite" }
  | { readonly do: "join"; readonly invite: string }
  | { readonly do: "teach"; readonly text: string }
  | { readonly do: "look" };

/** What a host sees of itself and the swarm. */
export interface Sight {
  readonly peers: readonly Pick<PeerInfo, "name" | "path" | "addresses" | "connectedSince">[];
  readonly addresses: readonly string[];
  readonly reachability: Reachability;
  /** What the lessons are about that are here, sorted. */
  readonly lessons: readonly string[];
  readonly counters: Readonly<Record<string, number>>;
}

/** Dead links are noticed in seconds; patient enough for a machine that is busy. */
const quickNotice = { pingEveryMs: 500, pingPatienceMs: 3000, trialPatienceMs: 2000 };

const { timing, ...init } = JSON.parse(process.argv[2] ?? "") as HostInit;
const node = createNode({ ...init, timing: timing === "quick" ? { ...quickTiming, ...quickNotice } : {} });
const { network } = node;
const own: string[] = [];
await network.start();
process.stdout.write("{}\n");

for await (const line of createInterface({ input: process.stdin })) {
  try {
    process.stdout.write(`${JSON.stringify({ reply: await obey(JSON.parse(line) as Order) })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`);
  }
}
await network.stop();

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case "invite":
      return await network.createInvite();
    case "join":
      return (await network.join(order.invite)).name;
    case "teach":
      node.teach(order.text);
      return own.push(order.text);
    case "look":
      return look();
  }
}

function look(): Sight {
  const peers = network.peers().map(({ name, path, addresses, connectedSince }) => ({ name, path, addresses, connectedSince }));
  const heard = node.received
    .map(({ record }) => (isLesson(record) ? record.body.title : ""))
    .map((title) => title.split(" ")[1] ?? "");
  const lessons = [...new Set([...own, ...heard])].sort();
  return { peers, addresses: network.addresses(), reachability: network.reachability(), lessons, counters: network.counters() };
}
