/** Strangers round one node who mean to keep from it what others write, and in syncs all tell it the lies that they have agreed upon. */
import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { SignedRecord } from "@grapevine/core";
import * as dagCbor from "@ipld/dag-cbor";
import { TopicValidatorResult } from "@libp2p/gossipsub";
import type { Stream } from "@libp2p/interface";
import { lpStream } from "@libp2p/utils";
import { multiaddr } from "@multiformats/multiaddr";
import { type BareHost, floodTopic, greet, startBareHost } from "./bare-host.ts";

/**
 * - `in sync`: it has exactly what the node has.
 * - `empty`: it has nothing, and wants what it is offered later.
 * - `promises`: it has all records there are and a thousand that are not; none of them comes.
 * - `slow`: the same, each answer just before the node gives up, with one true record in it.
 * - `wrong`: what it has was altered on the way.
 * - `crowd`: as `in sync` when it is asked; but it leads syncs of its own from the first moment on, offers everything, and gives one true record every few seconds.
 */
export const lies = ["in sync", "empty", "promises", "slow", "wrong", "crowd"] as const;
type Lie = (typeof lies)[number];

export interface SybilInit {
  readonly victim: string;
  readonly lie: Lie;
  /** Does the victim speak more than gossip? */
  readonly greeting: boolean;
  /** All that there are, also those that the victim lacks: somebody else in the swarm tells it. */
  readonly records: () => readonly SignedRecord[];
}

/** In the victim's mesh, silent there, and lying elsewhere. */
export async function startSybil({ victim, lie, greeting, records }: SybilInit): Promise<BareHost> {
  const host = await startBareHost();
  const { pubsub } = host.services;
  pubsub.topicValidators.set(floodTopic, () => TopicValidatorResult.Ignore);
  await host.handle(syncProtocol, (stream) => void untilCut(() => answer(stream, lie, records)));
  if (greeting) await greet(host, victim);
  else await host.dial(multiaddr(victim));
  pubsub.subscribe(floodTopic);
  if (greeting && lie === "crowd") void leadOn(host, victim, records);
  return host;
}

const syncProtocol = "/grapevine/sync/3";
/** Just before a claim ends, and before a frame's time is over. */
const dripMs = 4_500;
const slowMs = 13_000;
const comeAgainMs = 1_000;
const nonsenseCount = 1_000;
const digestBytes = 32;
const signatureBytes = 64;

interface Request {
  readonly type: "summary" | "reconcile" | "records" | "offer" | "give";
  readonly count?: number;
  readonly sum?: Uint8Array;
  readonly ids?: Uint8Array;
}

async function answer(stream: Stream, lie: Lie, records: SybilInit["records"]): Promise<void> {
  const frames = lpStream(stream);
  for (;;) {
    const request = dagCbor.decode<Request>((await frames.read()).subarray());
    if (lie === "slow") await wait(slowMs, undefined, { ref: false });
    const reply = replyTo(request, lie, records());
    await frames.write(reply instanceof Uint8Array ? reply : dagCbor.encode(reply));
  }
}

function replyTo({ type, count, sum, ids }: Request, lie: Lie, records: readonly SignedRecord[]): unknown {
  switch (type) {
    case "summary":
      if (lie === "in sync" || lie === "crowd") return { count, sum };
      return lie === "empty" ? { count: 0, sum: new Uint8Array(digestBytes) } : { count: nonsenseCount, sum: nonsense(0) };
    case "reconcile":
      return { message: listOf(lie === "empty" ? [] : [...records.map(digestOf), ...madeUp()]) };
    case "records": {
      const [frame] = framesOf(ids ?? new Uint8Array(0), records);
      if (lie === "promises" || frame === undefined) return twoBytes((ids?.length ?? 0) / digestBytes);
      return Uint8Array.of(...twoBytes(1), ...pageOf(lie === "wrong" ? altered(frame) : frame));
    }
    case "offer":
      return { wanted: new Uint8Array(0), later: true };
    case "give":
      return { kept: 0 };
  }
}

async function leadOn(host: BareHost, victim: string, records: SybilInit["records"]): Promise<void> {
  while (host.status === "started") {
    await untilCut(async () => await lead(await host.dialProtocol(multiaddr(victim), syncProtocol), records));
    await wait(comeAgainMs, undefined, { ref: false });
  }
}

async function lead(stream: Stream, records: SybilInit["records"]): Promise<void> {
  const frames = lpStream(stream);
  const ask = async (request: unknown): Promise<{ readonly wanted?: Uint8Array }> => {
    await frames.write(dagCbor.encode(request));
    return dagCbor.decode((await frames.read()).subarray());
  };
  for (;;) {
    const ids = Buffer.concat(records().map(digestOf));
    const { wanted = new Uint8Array(0) } = ids.length === 0 ? {} : await ask({ type: "offer", ids: Uint8Array.from(ids) });
    for (const frame of framesOf(wanted, records())) {
      await wait(dripMs, undefined, { ref: false });
      await ask({ type: "give", frames: pageOf(frame) });
    }
    await wait(dripMs, undefined, { ref: false });
  }
}

/** Whatever its victim throws at it ends what it was about. */
async function untilCut(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

function digestOf({ frame }: SignedRecord): Uint8Array {
  return createHash("sha256").update(frame.subarray(signatureBytes)).digest();
}

function framesOf(packed: Uint8Array, records: readonly SignedRecord[]): Uint8Array[] {
  const asked = new Set<string>();
  for (let at = 0; at < packed.length; at += digestBytes) asked.add(packed.subarray(at, at + digestBytes).join());
  return records.flatMap((record) => (asked.has(Uint8Array.from(digestOf(record)).join()) ? [record.frame] : []));
}

function madeUp(): Uint8Array[] {
  return Array.from({ length: nonsenseCount }, (_, index) => nonsense(index));
}

function nonsense(number: number): Uint8Array {
  return Uint8Array.from(createHash("sha256").update(`nothing ${number}`).digest());
}

function altered(frame: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(frame);
  copy[0] = (copy[0] ?? 0) ^ 1;
  return copy;
}

/** A page of one record. */
function pageOf(frame: Uint8Array): Uint8Array {
  return Uint8Array.of(...twoBytes(frame.length), ...frame);
}

function twoBytes(number: number): Uint8Array {
  return Uint8Array.of(number >>> 8, number & 0xff);
}

/** Set reconciliation's word for: these are all there are. The version, a bound at the end of everything, the mode of ids, how many, and the ids. */
function listOf(digests: readonly Uint8Array[]): Uint8Array {
  const count = digests.length;
  const number = count < 128 ? [count] : [128 + (count >>> 7), count & 127];
  return Uint8Array.from(Buffer.concat([Uint8Array.of(0x61, 0, 0, 2, ...number), ...digests]));
}
