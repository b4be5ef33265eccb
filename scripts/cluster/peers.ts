/** The peers of a local cluster: processes of the real command line, joined by real invites. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { GrapevineError } from "@grapevine/core";
import { connectToNode } from "@grapevine/node";
import { clusterErrors } from "./errors.ts";
import type { Reporter } from "./reporter.ts";
import type { Peer } from "./result.ts";

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

/** The processes of a cluster, known from the moment they are started, so that none is left behind whatever goes wrong. */
export class Cluster {
  readonly #init: ClusterInit;
  readonly #reporter: Reporter;
  readonly #processes: PeerProcess[] = [];

  constructor(init: ClusterInit, reporter: Reporter) {
    this.#init = init;
    this.#reporter = reporter;
  }

  /** Starts the peers, joins each to the first by its invite, and has each trust all others. @throws the error of the first peer that failed */
  async start(): Promise<Peer[]> {
    const { count } = this.#init;
    const step = this.#reporter.step(`Starting ${count} peers`);
    let serving = 0;
    const starting = Array.from({ length: count }, async (_, index) => {
      const process = spawnPeer(names[index] ?? `peer-${index + 1}`, this.#init);
      this.#processes.push(process);
      const peer = await served(process, this.#init);
      serving += 1;
      step.update(`Starting peers: ${serving} of ${count} serve`);
      return peer;
    });
    const peers: Peer[] = [];
    for (const result of await Promise.allSettled(starting)) {
      if (result.status === "rejected") throw result.reason;
      peers.push(result.value);
    }
    step.done(`${count} peers serve, each a process of its own: ${peers.map(({ name }) => name).join(", ")}`);
    await join(peers, this.#reporter);
    await trustEachOther(peers);
    return peers;
  }

  /** Resolves with the name of the first peer whose process ends. */
  async firstToEnd(): Promise<string> {
    return await Promise.race(this.#processes.map(async ({ name, ended }) => ended.then(() => name)));
  }

  async stop(): Promise<void> {
    const alive = this.#processes.filter(({ child }) => child.exitCode === null && child.signalCode === null);
    if (alive.length === 0) return;
    const step = this.#reporter.step("Stopping the peers");
    for (const { child } of alive) child.kill("SIGTERM");
    const timer = setTimeout(() => this.kill(), stopTimeoutMs);
    await Promise.all(alive.map(({ ended }) => ended));
    clearTimeout(timer);
    step.done("All peers have stopped.");
  }

  /** At once, for a user who does not want to wait. */
  kill(): void {
    for (const { child } of this.#processes) child.kill("SIGKILL");
  }
}

interface PeerProcess {
  readonly name: string;
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  /** The last of what it wrote to stderr. */
  readonly complaint: () => string;
}

function spawnPeer(name: string, { home, model }: ClusterInit): PeerProcess {
  const words = ["up", "--name", name, "--home", home, "--listen", "/ip4/127.0.0.1/tcp/0", "--model", model, "--json"];
  const child = spawn(
    process.execPath,
    ["--max-semi-space-size=4", "--conditions=grapevine-source", command, ...words],
    // A group of its own: Ctrl-C reaches the launcher alone, which stops the peers in order.
    { stdio: ["ignore", "pipe", "pipe"], detached: true, env: { ...process.env, MALLOC_ARENA_MAX: "2" } },
  );
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000);
  });
  return { name, child, ended: once(child, "exit"), complaint: () => complaint.trim() };
}

/** The first line that a peer prints is its status, or the error that it ends with. */
async function served({ name, child, ended, complaint }: PeerProcess, { home, signal }: ClusterInit): Promise<Peer> {
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(startTimeoutMs)]);
  const printed =
    child.stdout === null ? [] : await Promise.race([once(child.stdout, "data", { signal: timeout }), ended.then(() => [])]);
  const [line] = printed as unknown[];
  if (!(line instanceof Buffer)) {
    throw clusterErrors.create("CLUSTER_PEER_FAILED", `${name} did not start: ${complaint() || "no word from it"}`);
  }
  const first: unknown = JSON.parse(line.toString().split("\n")[0] ?? "");
  if (typeof first === "object" && first !== null && "error" in first) {
    const { code, message, hint } = first.error as { code: string; message: string; hint: string };
    throw new GrapevineError(code, `${name}: ${message}`, hint);
  }
  return { name, client: await connectToNode({ home, node: name }) };
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
