/**
 * How records spread in a big swarm that is whole: how long until they are accepted by a share of the peers, and what that costs a peer in bytes. Peers join, the mesh settles, and then a few of them
 * write a lesson each, one after the other.
 */
import type { RecordId } from "@grapevine/core";
import type { SimulatedPeer } from "./simulated-peer.ts";
import { createSwarmInTime, type SwarmInTime } from "./swarm-in-time.ts";

export interface SpreadInit {
  readonly seed: number;
  readonly peers: number;
  /** Share of packets, from 0 to 1. */
  readonly loss: number;
  readonly lessons: number;
}

export interface SpreadResult {
  readonly peers: number;
  readonly loss: number;
  readonly lessons: number;
  /** From the writing until so many of 100 peers have accepted a lesson: the median over the lessons, virtual milliseconds. Absent where it was not reached. */
  readonly reachedMs: { readonly half?: number; readonly most?: number; readonly all?: number };
  /** Of all lessons and peers, what was accepted when everything was over: from 0 to 1. */
  readonly delivered: number;
  /** Each lesson at each peer: how long it took, virtual milliseconds, in order. */
  readonly delaysMs: readonly number[];
  /** Sent by a peer, on average. `idle`: a second in which nothing happens. `lesson`: for each lesson that is written in the swarm. */
  readonly bytes: { readonly idlePerSecond: number; readonly perLesson: number; readonly lessonFrame: number };
}

export async function spread(init: SpreadInit): Promise<SpreadResult> {
  const swarm = createSwarmInTime(init);
  const { time, random } = swarm;
  const writtenAt = new Map<RecordId, number>();
  const delays = new Map<RecordId, number[]>();
  const onAccepted = (id: RecordId): void => {
    const since = writtenAt.get(id);
    if (since !== undefined) delays.set(id, [...(delays.get(id) ?? []), time.now() - since]);
  };
  await join(init, swarm, onAccepted);
  await time.pass(settlingMs);
  const before = sentBy(swarm);
  await time.pass(idleMs);
  const idle = sentBy(swarm) - before;
  let frameBytes = 0;
  for (let count = 0; count < init.lessons; count++) {
    const author = swarm.peers[Math.floor(random() * swarm.peers.length)] as SimulatedPeer;
    const record = await author.write(lessonNumber(count));
    writtenAt.set(record.id, time.now());
    frameBytes += record.frame.length;
    await time.pass(betweenMs);
  }
  await time.pass(idleMs);
  const busy = sentBy(swarm) - before - idle;
  const idlePerMs = idle / idleMs;
  const reached = [...writtenAt.keys()].map((id) => (delays.get(id) ?? []).sort((first, second) => first - second));
  const delaysMs = reached.flat().sort((first, second) => first - second);
  return {
    ...init,
    reachedMs: {
      ...within("half", 0.5, reached, init),
      ...within("most", 0.99, reached, init),
      ...within("all", 1, reached, init),
    },
    delivered: delaysMs.length / (init.lessons * (init.peers - 1)),
    delaysMs,
    bytes: {
      idlePerSecond: (1000 * idlePerMs) / init.peers,
      perLesson: (busy - idlePerMs * (init.lessons * betweenMs + idleMs)) / init.peers / init.lessons,
      lessonFrame: frameBytes / init.lessons,
    },
  };
}

async function join({ peers }: SpreadInit, swarm: SwarmInTime, onAccepted: (id: RecordId) => void): Promise<void> {
  const { time, random } = swarm;
  for (let index = 0; index < peers; index++) {
    const peer = swarm.add({ onAccepted });
    const invited = Array.from(
      { length: Math.min(index, invitations) },
      () => swarm.peers[Math.floor(random() * index)]?.address ?? "",
    );
    await peer.start([...new Set(invited)]);
    await time.pass(joiningMs / peers);
  }
}

/** The median over the lessons of the time until such a share of the other peers had it. */
function within(
  name: "half" | "most" | "all",
  part: number,
  reached: readonly (readonly number[])[],
  { peers }: SpreadInit,
): SpreadResult["reachedMs"] {
  const needed = Math.ceil(part * (peers - 1));
  const times = reached.map((delays) => delays[needed - 1] ?? Number.POSITIVE_INFINITY).sort((first, second) => first - second);
  const median = times[times.length >>> 1];
  return median === undefined || !Number.isFinite(median) ? {} : { [name]: median };
}

function sentBy({ network, peers }: SwarmInTime): number {
  return peers.reduce((sum, { host }) => sum + network.trafficOf(host).bytesSent, 0);
}

function lessonNumber(number: number): Parameters<SimulatedPeer["write"]>[0] {
  return {
    type: "lesson",
    kind: "procedure",
    title: `How the thing with the number ${number} is done`,
    situation: `A thing of the kind with the number ${number} is to be done, and nobody here has done one before`,
    guidance: `Look at what there is first, then do it with the option ${number}, and check what came of it before going on`,
    example: { task: `Do the thing ${number} in the box tin`, steps: [`tool look tin`, `tool do tin --option ${number}`] },
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: ["things"],
    derivedFrom: [],
  };
}

/** Peers that a newcomer is told of: with those that are told of it, about twice as many connections. */
const invitations = 6;
const joiningMs = 20_000;
/** The mesh, and the syncs on connecting. */
const settlingMs = 40_000;
const idleMs = 30_000;
const betweenMs = 1000;
