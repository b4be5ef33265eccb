/** A swarm of simulated peers, made from a seed. */
import { createHash } from "node:crypto";
import { decodeRecord, type Identity, identityFromSeed, type RecordId, type SignedRecord } from "@grapevine/core";
import { SimulatedNetwork, seededRandom, VirtualTime } from "@grapevine/testing";
import { SimulatedPeer, type SimulatedPeerInit } from "./simulated-peer.ts";

export interface SwarmInTimeInit {
  readonly seed: number;
  /** Share of packets, from 0 to 1. */
  readonly loss: number;
}

export interface SwarmInTime {
  readonly time: VirtualTime;
  readonly network: SimulatedNetwork;
  readonly random: () => number;
  readonly peers: SimulatedPeer[];
  /** A peer that is not started yet. */
  add(changes?: Partial<Pick<SimulatedPeerInit, "bytesPerSecond" | "extraLatencyMs" | "onAccepted">>): SimulatedPeer;
}

/** A day on which nothing else happens. */
const startMs: number = Date.UTC(2026, 0, 1);

export function createSwarmInTime({ seed, loss }: SwarmInTimeInit): SwarmInTime {
  const random = seededRandom(seed);
  const time = new VirtualTime(startMs);
  const network = new SimulatedNetwork({ time, random, loss, leastLatencyMs: 5, mostLatencyMs: 150 });
  const decode = rememberingDecoder();
  const peers: SimulatedPeer[] = [];
  return {
    time,
    network,
    random,
    peers,
    add: (changes = {}) => {
      const name = `peer ${peers.length}`;
      const peer = new SimulatedPeer({
        name,
        identity: identityOf(name, seed),
        network,
        decode,
        clockAheadMs: Math.floor(mostClockErrorMs * (2 * random() - 1)),
        bytesPerSecond: 1_000_000,
        extraLatencyMs: 0,
        ...changes,
      });
      peers.push(peer);
      return peer;
    },
  };
}

/** The same for the same name and seed. */
export function identityOf(name: string, seed: number): Identity {
  return identityFromSeed(createHash("sha256").update(`${name} ${seed}`).digest());
}

/** How far a computer's clock is off that nobody looks after. */
const mostClockErrorMs = 5000;

/** Every peer of a swarm checks the same frames: here each is checked once, by the same code. What does not pass is checked each time. */
function rememberingDecoder(): (frame: Uint8Array) => SignedRecord {
  const records = new Map<RecordId, SignedRecord>();
  return (frame) => {
    const key = createHash("sha256").update(frame).digest("base64");
    const known = records.get(key);
    if (known !== undefined) return known;
    const record = decodeRecord(frame);
    records.set(key, record);
    return record;
  };
}
