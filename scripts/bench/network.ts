/**
 * Two nodes of 100,000 records each, of which 50 on either side are new to the other, sync over real streams: what finding the differences costs in bytes and rounds, how
 * long the whole takes, bodies included, and what a million records cost in memory. Beside them: listing every id once, in pages; the same bytes over a bare libp2p stream;
 * the ids and dates themselves.
 */
import { recordIdFromDigest, type SignedRecord } from "@grapevine/core";
import type { Network, SyncReport } from "@grapevine/network";
import { OpenRanges } from "../../packages/network/src/range-sync/open-ranges.ts";
import {
  answerReconciliation,
  beginReconciliation,
  continueReconciliation,
} from "../../packages/network/src/range-sync/range-reconciler.ts";
import { RecordSet } from "../../packages/network/src/range-sync/record-set.ts";
import { seededRandom } from "../../packages/testing/src/clustered-vectors.ts";
import { openBareStream } from "./bare-stream.ts";
import { benchLesson } from "./data.ts";
import { benchErrors } from "./errors.ts";
import { measureGossip } from "./gossip.ts";
import { type Bench, elapsedMs, type Figure, figure, median } from "./measure.ts";
import { BenchRecords, networkOf } from "./sync-nodes.ts";
import { measureTransfer } from "./transfer.ts";

const recordCount = 100_000;
const differenceCount = 100;
const rounds = 5;
const madeAt = 1_600_000_000_000;
/** A record every half minute: 100,000 are a month. */
const everyMs = 26_000;
const idBytes = 32;
/** As many ids as a page of them would have. */
const idsPerPage = 2_000;
const manyRecords = 1_000_000;
const manyDifferences = 10_000;

export const network: Bench = {
  name: "network",
  summary: `two nodes of ${recordCount.toLocaleString("en")} records find and exchange ${differenceCount} differences`,
  measure: async ({ say }) => {
    for (const count of [recordCount / 10, recordCount])
      for (const differences of [10, 100, 1_000]) say(describe(count, differences, measureMessages(count, differences)));
    return [...(await measureSyncs()), ...(await measureTransfer()), ...measureMemory(), ...(await measureGossip())];
  },
};

interface Messages {
  readonly bytes: number;
  readonly rounds: number;
  readonly ms: number;
}

function describe(records: number, differences: number, { bytes, rounds, ms }: Messages): string {
  const kilobytes = (bytes / 1024).toFixed(1);
  return `${records} records, ${differences} differences: ${kilobytes} KB, ${rounds} rounds, ${ms.toFixed(0)} ms without a network`;
}

const maxMessageBytes: number = 64 * 1024;
/** Requests of such a sync: a summary, three rounds, records, an offer, and what is given. */
const exchanges = 7;

/** Reconciles two sets without a network; the differences lie anywhere in them. */
function measureMessages(records: number, differences: number): Messages {
  const [here, there] = twoSets(records, differences);
  let bytes = 0;
  let turns = 0;
  let found = 0;
  const startedAt = performance.now();
  let message: Uint8Array | undefined = beginReconciliation(here, maxMessageBytes);
  const open = new OpenRanges();
  for (; message !== undefined; turns++) {
    const reply = answerReconciliation(there, message, maxMessageBytes);
    bytes += message.length + reply.length;
    const next = continueReconciliation(here, reply, maxMessageBytes, open);
    found += next.have.length + next.need.length;
    message = next.message;
  }
  if (found !== differences) throw benchErrors.create("BENCH_FAILED", `network: ${found} of ${differences} differences found`);
  return { bytes, rounds: turns, ms: performance.now() - startedAt };
}

function twoSets(records: number, differences: number): readonly [RecordSet, RecordSet] {
  const random = seededRandom(records + differences);
  const [here, there] = [new RecordSet(), new RecordSet()];
  const every = records / differences;
  for (let number = 0; number < records; number++) {
    const item = { createdAt: dateOf(number), digest: digestFrom(random) };
    const isDifference = number % every === Math.floor(every / 2);
    if (!isDifference || number % (2 * every) < every) here.add(item);
    if (!isDifference || number % (2 * every) >= every) there.add(item);
  }
  return [here, there];
}

function dateOf(number: number): number {
  return madeAt + number * everyMs;
}

function digestFrom(random: () => number): Uint8Array {
  const words = Uint32Array.from({ length: idBytes / 4 }, () => random() * 2 ** 32);
  return new Uint8Array(words.buffer);
}

async function measureSyncs(): Promise<Figure[]> {
  const random = seededRandom(recordCount);
  const common = Array.from({ length: recordCount }, (_, number) => ({
    id: recordIdFromDigest(digestFrom(random)),
    createdAt: dateOf(number),
  }));
  const [here, there] = [new BenchRecords(common), new BenchRecords(common)];
  const [ours, theirs] = [networkOf(here), networkOf(there)];
  const bare = await openBareStream();
  const reports: SyncReport[] = [];
  const milliseconds: number[] = [];
  const bareMilliseconds: number[] = [];
  try {
    await Promise.all([ours.start(), theirs.start()]);
    await ours.join(await theirs.createInvite());
    await ours.sync();
    const bytesBefore = ours.counters()["sync.reconcile-bytes"] ?? 0;
    let bodyBytes = 0;
    for (let round = 0; round < rounds; round++) {
      const lessons = Array.from({ length: differenceCount }, (_, index) =>
        scatteredLesson(round * differenceCount + index, random),
      );
      bodyBytes += lessons.reduce((total, { frame }) => total + frame.length, 0);
      here.add(lessons.slice(differenceCount / 2));
      there.add(lessons.slice(0, differenceCount / 2));
      milliseconds.push(await elapsedMs(() => ours.sync()));
      reports.push(reportOf(ours));
      bareMilliseconds.push(await elapsedMs(() => bare.exchange(exchanges, maxMessageBytes + bodyBytes / (round + 1))));
    }
    const bytes = ((ours.counters()["sync.reconcile-bytes"] ?? 0) - bytesBefore) / rounds;
    return figuresOf({ bytes, reports, ms: median(milliseconds), bareMs: median(bareMilliseconds) });
  } finally {
    await Promise.all([ours.stop(), theirs.stop(), bare.stop()]);
  }
}

interface Syncs {
  readonly bytes: number;
  readonly reports: readonly SyncReport[];
  readonly ms: number;
  readonly bareMs: number;
}

/** @throws BENCH_FAILED */
function figuresOf({ bytes, reports, ms, bareMs }: Syncs): Figure[] {
  for (const { ended, received, given } of reports) {
    if (ended === "done" && received + given === differenceCount) continue;
    throw benchErrors.create(
      "BENCH_FAILED",
      `network: a sync ended as ${ended} after ${received + given} of ${differenceCount} records`,
    );
  }
  const most = Math.max(...reports.map((report) => report.rounds));
  const listed = (recordCount * idBytes) / 1024;
  return [
    figure({
      name: "network: bytes",
      unit: "KB",
      measured: { value: bytes / 1024, reference: listed },
      referenceName: "every id once",
      bar: { of: "value", most: 70 },
    }),
    figure({
      name: "network: rounds",
      unit: "",
      measured: { value: most, reference: recordCount / idsPerPage },
      referenceName: "ids in pages of 2,000",
      bar: { of: "value", most: 3 },
    }),
    figure({
      name: "network: time",
      unit: "ms",
      measured: { value: ms, reference: bareMs },
      referenceName: "as many bytes over a bare libp2p stream",
      bar: { of: "value", most: 1_000 },
    }),
  ];
}

function measureMemory(): Figure[] {
  const before = liveMegabytes();
  const [here, there] = twoSets(manyRecords, manyDifferences);
  const shared = (liveMegabytes() - before) / 2;
  const raw = (manyRecords * (idBytes + 8)) / 1e6;
  let most = 0;
  const sets = liveMegabytes();
  let message: Uint8Array | undefined = beginReconciliation(here, maxMessageBytes);
  const open = new OpenRanges();
  while (message !== undefined) {
    const reply = answerReconciliation(there, message, maxMessageBytes);
    const next = continueReconciliation(here, reply, maxMessageBytes, open);
    message = next.message;
    most = Math.max(most, liveMegabytes() - sets);
  }
  return [
    figure({
      name: "network: 1,000,000 records",
      unit: "MB",
      measured: { value: shared, reference: raw },
      referenceName: "their ids and dates",
      bar: { of: "ratio", most: 1.5 },
    }),
    figure({
      name: "network: a sync of them",
      unit: "MB",
      measured: { value: most, reference: (2 * maxMessageBytes) / 1e6 },
      referenceName: "one message each way",
      bar: { of: "value", most: 32 },
    }),
  ];
}

/** What is in use, garbage left out. */
function liveMegabytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

/** Dated somewhere among the others. */
function scatteredLesson(number: number, random: () => number): SignedRecord {
  return benchLesson(number, undefined, dateOf(Math.floor(random() * recordCount)));
}

function reportOf(network: Network): SyncReport {
  const report = network.peers()[0]?.lastSync;
  if (report === undefined) throw benchErrors.create("BENCH_FAILED", "network: the peer is gone");
  return report;
}
