/**
 * 10,000 lessons over a sync of two networks, from the moment at which only one of them has them to that at which both do; stores in memory. Once with all checks, and once
 * with records that are known to be good, which leaves what the protocol takes. Beside both: as many bytes, one way, over a bare libp2p stream.
 */
import { decodeRecord, type SignedRecord } from "@grapevine/core";
import type { Network } from "@grapevine/network";
import { type BareStream, openBareStream } from "./bare-stream.ts";
import { benchLesson } from "./data.ts";
import { benchErrors } from "./errors.ts";
import { elapsedMs, type Figure, figure, interleaved } from "./measure.ts";
import { BenchRecords, networkOf } from "./sync-nodes.ts";

const lessonCount = 10_000;
const rounds = 5;
/** No sync but those that are measured. */
const syncSettleMs = 600_000;
/** What a frame of a sync holds of records. */
const partBytes: number = 240 * 1024;

export async function measureTransfer(): Promise<Figure[]> {
  const lessons = Array.from({ length: lessonCount }, (_, number) => benchLesson(number));
  const known = new Map(lessons.map((lesson) => [keyOf(lesson.frame), lesson]));
  const remembered = (frame: Uint8Array): SignedRecord => known.get(keyOf(frame)) ?? decodeRecord(frame);
  const bare = await openBareStream();
  try {
    const referenceName = "as many bytes one way over a bare libp2p stream";
    return [
      figure({
        name: `network: ${lessonCount} lessons, checked`,
        unit: "ms",
        measured: await besideBareStream(lessons, bare, undefined),
        referenceName,
        bar: { of: "value", most: 10_000 },
      }),
      figure({
        name: `network: ${lessonCount} lessons, transfer alone`,
        unit: "ms",
        measured: await besideBareStream(lessons, bare, remembered),
        referenceName,
        // Half of its rate.
        bar: { of: "ratio", most: 2 },
      }),
    ];
  } finally {
    await bare.stop();
  }
}

type Decode = ((frame: Uint8Array) => SignedRecord) | undefined;

async function besideBareStream(
  lessons: readonly SignedRecord[],
  bare: BareStream,
  decode: Decode,
): Promise<{ value: number; reference: number }> {
  const bytes = lessons.reduce((total, { frame }) => total + frame.length, 0);
  return await interleaved(
    rounds,
    () => transferMs(lessons, decode),
    () => undisturbedMs(() => bare.send(bytes, partBytes)),
  );
}

/** What is left over from before is collected first: a transfer leaves much, and the bare stream took twice its time beside the collecting of it. */
async function undisturbedMs(work: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.();
  return await elapsedMs(work);
}

async function transferMs(lessons: readonly SignedRecord[], decode: Decode): Promise<number> {
  const [source, target] = [new BenchRecords([]), new BenchRecords([])];
  const [there, here] = [networkOf(source, { decode, syncSettleMs }), networkOf(target, { decode, syncSettleMs })];
  try {
    await Promise.all([there.start(), here.start()]);
    await here.join(await there.createInvite());
    await here.sync();
    source.add(lessons);
    const ms = await undisturbedMs(() => here.sync());
    checkArrived(here, await target.knows(lessons.map(({ id }) => id)));
    return ms;
  } finally {
    await Promise.all([there.stop(), here.stop()]);
  }
}

/** @throws BENCH_FAILED */
function checkArrived(network: Network, arrived: readonly boolean[]): void {
  if (arrived.every(Boolean)) return;
  const ended = network.peers()[0]?.lastSync?.ended;
  const count = arrived.filter(Boolean).length;
  throw benchErrors.create("BENCH_FAILED", `network: ${count} of ${lessonCount} lessons came by a sync that ended as ${ended}`);
}

/** A part of the signature: no two are alike. */
function keyOf(frame: Uint8Array): number {
  let key = 0;
  for (let index = 0; index < 6; index++) key = 256 * key + (frame[index] as number);
  return key;
}
