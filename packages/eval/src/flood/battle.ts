/** Two honest peers, two attackers in one process, and a sink, on real sockets: first in quiet, then while the flood goes elsewhere, then in it. */
import { setTimeout as wait } from "node:timers/promises";
import type { RecordId } from "@grapevine/core";
import type { AttackerCommands } from "./attacker-process.ts";
import { Child } from "./child.ts";
import type { HonestCommands, HonestReport } from "./honest-process.ts";
import type { SinkCommands } from "./sink-process.ts";

export interface Battle {
  /** From the call of teach at one honest peer to the lesson being kept at the other, milliseconds; one that never came counts as long as was waited. */
  readonly quietP95Ms: number;
  /** While the attackers send as much to somebody else on this machine: what of the slowness is the machine's. */
  readonly elsewhereP95Ms: number;
  readonly floodP95Ms: number;
  /** From the first forged record to the moment at which every honest peer heard nothing more of who sends them; as long as the flood where one goes on. */
  readonly graylistedSeconds: number;
  /** By how much the larger honest peer's resident memory grew in the flood, megabytes. */
  readonly grownMegabytes: number;
  /** The largest part of the room that the attacker's lessons have at an honest peer. */
  readonly attackerShare: number;
  /** Records that each attacker came to send to each honest peer. */
  readonly sentPerSecond: number;
}

export const floodPerSecond = 1_000;
const floodSeconds = 20;
const quietSeconds = 10;
const lessonEveryMs = 200;
/** What is still on its way. */
const lastWaitMs = 5_000;

/** Attackers whose bytes are made. */
export async function armAttackers(): Promise<Child<AttackerCommands>> {
  const attacker = new Child<AttackerCommands>(new URL("./attacker-process.ts", import.meta.url));
  await attacker.call("make", floodPerSecond * floodSeconds);
  return attacker;
}

/** @throws EVAL_PEER_FAILED */
export async function fight(kind: "defended" | "undefended", attacker: Child<AttackerCommands>): Promise<Battle> {
  const module = new URL("./honest-process.ts", import.meta.url);
  const [first, second] = [new Child<HonestCommands>(module, [kind]), new Child<HonestCommands>(module, [kind])];
  const both = [first, second];
  try {
    const people = await Promise.all(both.map((peer) => peer.call("whois", undefined)));
    const [one, other] = people as [(typeof people)[0], (typeof people)[0]];
    await second.call("befriend", one);
    if (kind === "defended") await first.call("befriend", other);
    await Promise.all(both.map((peer) => peer.call("fill", undefined)));
    const quiet = await exchange(both, quietSeconds, 0);
    const elsewhere = await floodElsewhere(both, attacker);
    const resting = await Promise.all(both.map((peer) => peer.call("rest", undefined)));
    const addresses = people.map(({ address }) => address);
    const attack = attacker.call("attack", { addresses, perSecond: floodPerSecond, greeting: kind === "defended" });
    const flooded = await exchange(both, floodSeconds, 200_000);
    const { startedAt, endedAt } = await attack;
    const { author, invalid } = await attacker.call("whois", undefined);
    const reports = flooded.reports;
    const shares = await Promise.all(both.map((peer) => peer.call("share", author)));
    return {
      quietP95Ms: p95(quiet.delaysMs),
      elsewhereP95Ms: p95(elsewhere.delaysMs),
      floodP95Ms: p95(flooded.delaysMs),
      graylistedSeconds: Math.max(
        ...reports.map(
          ({ graylistedAt }) => ((graylistedAt.get(invalid) ?? startedAt + floodSeconds * 1_000) - startedAt) / 1_000,
        ),
      ),
      grownMegabytes: Math.max(...reports.map(({ mostBytes }, at) => (mostBytes - (resting[at] ?? 0)) / 2 ** 20)),
      sentPerSecond: (floodPerSecond * floodSeconds * 1_000) / (endedAt - startedAt),
      attackerShare: Math.max(...shares.map(({ kept, capacity }) => kept / capacity)),
    };
  } finally {
    await Promise.all(both.map((peer) => peer.end()));
  }
}

async function floodElsewhere(both: readonly Child<HonestCommands>[], attacker: Child<AttackerCommands>): Promise<Exchange> {
  const sink = new Child<SinkCommands>(new URL("./sink-process.ts", import.meta.url));
  try {
    const addresses = await sink.call("addresses", undefined);
    const attack = attacker.call("attack", { addresses, perSecond: floodPerSecond, greeting: false });
    const exchanged = await exchange(both, floodSeconds, 100_000);
    await attack;
    return exchanged;
  } finally {
    await sink.end();
  }
}

interface Exchange {
  readonly delaysMs: readonly number[];
  readonly reports: readonly HonestReport[];
}

/** Both teach for so long, and how long each lesson took to the other. */
async function exchange(both: readonly Child<HonestCommands>[], seconds: number, firstNumber: number): Promise<Exchange> {
  const count = (seconds * 1_000) / lessonEveryMs;
  const taught = await Promise.all(
    both.map((peer, at) => peer.call("teach", { first: firstNumber + at * 10_000, count, everyMs: lessonEveryMs })),
  );
  await wait(lastWaitMs);
  const reports = await Promise.all(both.map((peer) => peer.call("report", undefined)));
  const delaysMs = taught.flatMap((times, at) => delaysOf(times, reports[1 - at]));
  return { delaysMs, reports };
}

function delaysOf(taughtAt: ReadonlyMap<RecordId, number>, there: HonestReport | undefined): number[] {
  return [...taughtAt].map(([id, at]) => (there?.arrivedAt.get(id) ?? at + lastWaitMs) - at);
}

function p95(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((first, second) => first - second);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
}
