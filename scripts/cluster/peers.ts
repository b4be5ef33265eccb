/** The peers of a local cluster: processes of the real command line, joined by real invites. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { GrapevineError } from "@grapevine/core";
import { type ControlClient, connectToNode } from "@grapevine/node";
import { clusterErrors } from "./errors.ts";
import type { Reporter } from "./reporter.ts";

export interface Peer {
  readonly name: string;
  readonly client: ControlClient;
  readonly child: ChildProcess;
  /** Resolves when the process is gone. */
  readonly ended: Promise<unknown>;
}

export interface ClusterInit {
  readonly count: number;
  readonly model: string;
  readonly home: string;
  readonly signal: AbortSignal;
}

const names = ["ada", "basil", "cleo", "dora", "emil", "fern", "gus", "hazel", "ivo", "june"];
const command = fileURLToPath(new URL("../../packages/cli/bin/grapevine.cjs", import.meta.url));
/** A first start joins and checks the packaged weights, which takes seconds on a slow disk. */
const startTimeoutMs = 120_000;
const stopTimeoutMs = 15_000;

/** Starts them, joins each to the first by its invite, and has each trust all others. Fills `peers` as they come, so that a failure can stop them. */
export async function startPeers(init: ClusterInit, peers: Peer[], reporter: Reporter): Promise<void> {
  const step = reporter.step(`Starting ${init.count} peers`);
  const started = await Promise.all(
    Array.from({ length: init.count }, async (_, index) => {
      const peer = await startPeer(names[index] ?? `peer-${index + 1}`, init);
      peers.push(peer);
      step.update(`Starting peers: ${peers.length} of ${init.count} serve`);
      return peer;
    }),
  );
  peers.splice(0, peers.length, ...started);
  step.done(`${init.count} peers serve, each a process of its own: ${started.map(({ name }) => name).join(", ")}`);
  await join(started, reporter);
  await trustEachOther(started);
}

export async function stopPeers(peers: readonly Peer[], reporter: Reporter): Promise<void> {
  if (peers.length === 0) return;
  const step = reporter.step("Stopping the peers");
  for (const { child } of peers) child.kill("SIGTERM");
  const timer = setTimeout(() => {
    for (const { child } of peers) child.kill("SIGKILL");
  }, stopTimeoutMs);
  await Promise.all(peers.map(({ ended }) => ended));
  clearTimeout(timer);
  step.done("All peers have stopped.");
}

async function startPeer(name: string, { home, model, signal }: ClusterInit): Promise<Peer> {
  const listen = ["--listen", "/ip4/127.0.0.1/tcp/0"];
  const child = spawn(
    process.execPath,
    ["--conditions=grapevine-source", command, "up", "--name", name, "--home", home, ...listen, "--model", model, "--json"],
    // A group of its own: Ctrl-C reaches the launcher alone, which stops the peers in order.
    { stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
  });
  const ended = once(child, "exit");
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(startTimeoutMs)]);
  const printed = await Promise.race([once(child.stdout, "data", { signal: timeout }), ended]).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw error;
  });
  if (child.exitCode !== null || !(printed[0] instanceof Buffer)) {
    throw clusterErrors.create("CLUSTER_PEER_FAILED", `${name} did not start: ${complaint.trim() || "no word from it"}`);
  }
  const first: unknown = JSON.parse(printed[0].toString().split("\n")[0] ?? "");
  if (typeof first === "object" && first !== null && "error" in first) {
    const { code, message, hint } = first.error as { code: string; message: string; hint: string };
    throw new GrapevineError(code, `${name}: ${message}`, hint);
  }
  return { name, child, ended, client: await connectToNode({ home, node: name }) };
}

async function join(peers: readonly Peer[], reporter: Reporter): Promise<void> {
  const step = reporter.step("Joining the swarm by invite");
  const [first, ...others] = peers;
  if (first === undefined) return;
  const { invite, swarm } = await first.client.invite();
  for (const { client } of others) await client.join({ invite, trust: true });
  step.done(`${others.length} peers joined ${first.name}'s swarm "${swarm}" by invite`);
}

/** All members of a cluster that one person starts are principals that they know. */
async function trustEachOther(peers: readonly Peer[]): Promise<void> {
  const identities = await Promise.all(peers.map(async ({ name, client }) => ({ name, peerId: (await client.status()).peerId })));
  for (const [position, { client }] of peers.entries()) {
    for (const [other, { name, peerId }] of identities.entries()) {
      if (other !== position) await client.trustPeer(peerId, { name });
    }
  }
}
