/**
 * One scenario, of which the seed decides everything else: peers join one after the other and write; one of them is slow, one lies, some go and come back; the network loses packets all the time,
 * falls into parts, and heals. Then nobody writes any more, and within a minute every honest peer must have accepted the same records.
 */
import { type AuthorId, messageOf, type RecordId } from "@grapevine/core";
import { Liar } from "./liar.ts";
import type { SimulatedPeer } from "./simulated-peer.ts";
import { createSwarmInTime, identityOf, type SwarmInTime } from "./swarm-in-time.ts";
import { writeSomething } from "./writing.ts";

export interface PartitionInit {
  readonly seed: number;
  /** Honest ones. */
  readonly peers: number;
  /** Share of packets, from 0 to 1. */
  readonly loss: number;
  /** How long the parts are given after the healing, milliseconds. */
  readonly graceMs: number;
}

export interface PartitionResult {
  readonly seed: number;
  readonly holds: boolean;
  /** From the healing to the moment from which all have the same, milliseconds; absent where they have not. */
  readonly equalAfterMs?: number;
  /** Records that were accepted everywhere, or somewhere. */
  readonly records: number;
  /** Of the network, and a digest of them all: the same seed gives the same. */
  readonly events: number;
  readonly digest: string;
  /** For people: who lacks what. */
  readonly differences: readonly string[];
}

export async function partitionAndHeal(init: PartitionInit): Promise<PartitionResult> {
  const swarm = createSwarmInTime(init);
  const { time, network, random } = swarm;
  const slow = Math.floor(random() * init.peers);
  for (let index = 0; index < init.peers; index++) {
    swarm.add(index === slow ? { bytesPerSecond: 20_000, extraLatencyMs: 400 } : {});
  }
  const partedAtMs = between(10_000, 25_000, random);
  const healedAtMs = partedAtMs + between(15_000, 60_000, random);
  const failures: unknown[] = [];
  const failed = (error: unknown): void => void failures.push(error);
  for (const [index, peer] of swarm.peers.entries()) live(peer, index, { swarm, untilMs: healedAtMs, failed });
  const liar = createLiar(swarm, init.seed);
  time.after(between(0, 5000, random), () => void liar.start().catch(failed));

  await time.pass(partedAtMs);
  network.partition(parts(swarm, liar));
  await time.pass(healedAtMs - partedAtMs);
  network.heal();
  const equalAfterMs = await untilEqual(swarm, init.graceMs);
  const [error] = failures;
  if (error !== undefined) throw new Error(`seed ${init.seed}: ${messageOf(error)}`, { cause: error });
  const all = await Promise.all(swarm.peers.map((peer) => peer.accepted()));
  const { count: events } = network.trace;
  for (const ids of all) network.trace.add(...ids.map((id) => Buffer.from(id).readUInt32LE(id.length - 4)));
  return {
    seed: init.seed,
    holds: equalAfterMs !== undefined,
    ...(equalAfterMs === undefined ? {} : { equalAfterMs }),
    records: new Set(all.flat()).size,
    events,
    digest: network.trace.digest(),
    differences: equalAfterMs === undefined ? differencesOf(swarm.peers, all) : [],
  };
}

interface Life {
  readonly swarm: SwarmInTime;
  /** Nobody writes after that, and whoever is away is back. */
  readonly untilMs: number;
  readonly failed: (error: unknown) => void;
}

/** Joins by peers that joined before it, writes a few records, and perhaps goes for a while. */
function live(peer: SimulatedPeer, index: number, { swarm, untilMs, failed }: Life): void {
  const { time, random, peers } = swarm;
  const invited = Array.from({ length: Math.min(index, invitations) }, () => peers[Math.floor(random() * index)]?.address ?? "");
  const bootstrap = [...new Set(invited)];
  const joinsAtMs = index === 0 ? 0 : between(0, 5000, random);
  time.after(joinsAtMs, () => void peer.start(bootstrap).catch(failed));
  for (let count = 0; count < recordsEach; count++) {
    time.after(between(joinsAtMs, untilMs, random), () => {
      if (peer.isRunning) void writeSomething(peer, random).catch(failed);
    });
  }
  if (random() >= goingShare) return;
  const goesAtMs = between(joinsAtMs + 1000, untilMs - 1000, random);
  time.after(goesAtMs, () => void peer.stop().catch(failed));
  time.after(between(goesAtMs + 1000, untilMs, random), () => void peer.start(bootstrap).catch(failed));
}

function createLiar({ network, peers }: SwarmInTime, seed: number): Liar {
  return new Liar({ identity: identityOf("liar", seed), network, victims: peers.map(({ address }) => address) });
}

/** Two or three, none of them empty but by chance. The liar is in one of them, too. */
function parts({ peers, random }: SwarmInTime, liar: Liar): ReadonlyMap<AuthorId, number> {
  const count = 2 + Math.floor(2 * random());
  return new Map(
    [...peers.map(({ author }) => author), liar.host.author].map((author) => [author, Math.floor(count * random())]),
  );
}

async function untilEqual({ time, peers }: SwarmInTime, graceMs: number): Promise<number | undefined> {
  for (let passedMs = 0; passedMs <= graceMs; passedMs += lookEveryMs) {
    if (await areEqual(peers)) return passedMs;
    await time.pass(lookEveryMs);
  }
  return undefined;
}

async function areEqual(peers: readonly SimulatedPeer[]): Promise<boolean> {
  const [first, ...others] = peers;
  const expected = (await first?.accepted())?.join();
  for (const peer of others) if ((await peer.accepted()).join() !== expected) return false;
  return true;
}

function differencesOf(peers: readonly SimulatedPeer[], all: readonly (readonly RecordId[])[]): string[] {
  const holders = new Map<RecordId, number>();
  for (const id of all.flat()) holders.set(id, (holders.get(id) ?? 0) + 1);
  const common = [...holders].filter(([, count]) => count === all.length).length;
  const lines = peers.flatMap((peer, index) => {
    const own = new Set(all[index]);
    const missing = [...holders.keys()].filter((id) => !own.has(id));
    const links = peer.connectedPeers().length;
    return missing.length === 0
      ? []
      : [`${peer.name} (${links} connections) lacks ${missing.map((id) => id.slice(-6)).join(" ")}`];
  });
  const rare = [...holders].filter(([, count]) => count < all.length).map(([id, count]) => `${id.slice(-6)} is held by ${count}`);
  return [`${common} of ${holders.size} records are everywhere`, ...lines, ...rare.slice(0, 10)];
}

function between(least: number, most: number, random: () => number): number {
  return least + Math.max(0, most - least) * random();
}

/** Peers that a newcomer is told of. */
const invitations = 2;
const recordsEach = 4;
/** Share of peers that go and come back. */
const goingShare = 0.2;
const lookEveryMs = 1000;
