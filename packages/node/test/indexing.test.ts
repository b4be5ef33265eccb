import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostingIndex } from "@grapevine/agent";
import { type LessonStore, type StoredLesson, systemClock, type VectorIndex, withStanding } from "@grapevine/core";
import { HashEmbedder, MemoryLessonStore, sampleIdentity, sampleLesson, sampleStoredLesson } from "@grapevine/testing";
import { openVectorIndex } from "@grapevine/vector-index";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Behind, bulk, bulkPauseMs, createIndexing, type Indexing, maxBulkMs, type PlacedLesson } from "../src/indexing.ts";

const log = pino({ level: "silent" });
const embedder = new HashEmbedder();

describe("keeping the index in step with the store", () => {
  let folder: string;
  let store: MemoryLessonStore;
  let isBehind = false;
  const behind: Behind = {
    isSet: async () => isBehind,
    set: async () => {
      isBehind = true;
    },
    clear: async () => {
      isBehind = false;
    },
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "grapevine-indexing-"));
    store = new MemoryLessonStore();
    isBehind = false;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const fill = async (count: number): Promise<void> => {
    for (let seq = 1; seq <= count; seq++) {
      const record = sampleLesson(sampleIdentity(1), { seq, ...textOf(seq) });
      await store.apply([{ kind: "lesson", lesson: sampleStoredLesson(record, store.nextLabel()) }]);
    }
  };
  const open = async (
    places?: (lessons: readonly PlacedLesson[]) => Promise<void>,
    reading?: Pick<LessonStore, "list">,
    noting?: { readonly behind: Behind; readonly onError: (text: string) => void },
  ): Promise<{
    index: VectorIndex;
    indexing: Indexing;
    find: (text: string) => Promise<string | undefined>;
    placed: PlacedLesson[];
    size: () => number;
  }> => {
    const { index } = await openVectorIndex({ path: folder, embedder: embedder.id, dimensions: embedder.dimensions });
    const placed: PlacedLesson[] = [];
    const place = async (lessons: readonly PlacedLesson[]): Promise<void> => {
      placed.push(...lessons);
      await store.apply(
        lessons.map(({ lesson, vector, embedder: id }) => ({ kind: "embedding", label: lesson.label, embedder: id, vector })),
      );
    };
    const find = async (text: string): Promise<string | undefined> => {
      const [vector] = await embedder.embed([text]);
      const [nearest] = vector === undefined ? [] : index.search(vector, 1);
      const [lesson] = await store.byLabels(nearest === undefined ? [] : [nearest.label]);
      return lesson?.record.body.title;
    };
    const indexing = createIndexing({
      lessons: {
        list: () => (reading ?? store).list(),
        embedding: (id, label) => store.embedding(id, label),
        byLabels: (labels) => store.byLabels(labels),
      },
      index,
      words: new PostingIndex(),
      embedder,
      place: places ?? place,
      behind: noting?.behind ?? behind,
      clock: systemClock,
      log: { info: () => undefined, warn: () => undefined, error: (_: unknown, text?: string) => noting?.onError(text ?? "") },
    });
    return { indexing, index, find, placed, size: () => index.size };
  };

  it("promise 3: an index that is missing is filled from the store, and the fill can be followed", async () => {
    await fill(40);
    const { indexing, find, placed } = await open();
    indexing.start(40);
    expect(indexing.progress()).toEqual({ done: 0, total: 40 });
    await indexing.settled();
    expect(indexing.progress()).toBeUndefined();
    expect(placed).toHaveLength(40);
    expect(await find(`${textOf(7).title}. ${textOf(7).situation}`)).toBe("Lesson 7 of many");
    await indexing.stop();
  });

  it("promise 3: a saved index is used as it is; a damaged one is filled again from the vectors that the store has", async () => {
    await fill(20);
    const first = await open();
    first.indexing.start(20);
    await first.indexing.settled();
    await first.indexing.stop();

    const second = await open();
    expect(second.size()).toBe(20);
    second.indexing.start(20);
    await second.indexing.settled();
    expect(second.placed).toEqual([]);
    await second.indexing.stop();

    await damage(folder);
    const third = await open();
    expect(third.size()).toBe(0);
    third.indexing.start(20);
    await third.indexing.settled();
    expect(third.size()).toBe(20);
    await third.indexing.stop();
  });

  it("promise 3: after a crash before a save, one lesson out and one in are found although the counts are equal", async () => {
    await fill(3);
    const first = await open();
    first.indexing.start(3);
    await first.indexing.settled();
    await first.indexing.stop();
    // What the running node did after its last save, and then it was killed.
    const second = await open();
    const [gone] = await store.byLabels([0]);
    if (gone === undefined) throw new Error("there is a lesson with the first label");
    await store.apply([{ kind: "lesson", lesson: withStanding(gone, { ...gone.standing, state: "retracted" }) }]);
    second.indexing.remove(gone.label);
    const record = sampleLesson(sampleIdentity(1), { seq: 9, ...textOf(9) });
    const taught = sampleStoredLesson(record, store.nextLabel());
    await store.apply([{ kind: "lesson", lesson: taught }]);
    second.indexing.add([taught]);
    await second.indexing.settled();
    expect(isBehind).toBe(true);

    const third = await open();
    expect(third.size()).toBe(3);
    third.indexing.start(3);
    await third.indexing.settled();
    expect([0, 1, 2, 3].map((label) => third.index.has(label))).toEqual([false, true, true, true]);
    await third.indexing.stop();
    expect(isBehind).toBe(false);
  });

  it("promise 3: lessons whose verdict could not be written are not in the index, and are placed at the next start", async () => {
    await fill(2);
    const first = await open(() => Promise.reject(new Error("the disk is full")));
    first.indexing.start(2);
    await first.indexing.settled();
    expect(first.size()).toBe(0);
    await first.indexing.stop();
    const second = await open();
    second.indexing.start(2);
    await second.indexing.settled();
    expect(second.size()).toBe(2);
    await second.indexing.stop();
  });

  it("lets vectors wait while many come at once, but not for ever, and not when somebody waits for them", async () => {
    const { index } = await openVectorIndex({ path: folder, embedder: embedder.id, dimensions: embedder.dimensions });
    let at = 0;
    let placed = 0;
    let waits: { readonly ms: number; readonly end: () => void }[] = [];
    const wait = (ms: number, signal: AbortSignal): Promise<void> =>
      new Promise((end, broken) => {
        signal.addEventListener("abort", () => broken(signal.reason));
        waits.push({ ms, end });
      });
    const indexing = createIndexing({
      lessons: store,
      index,
      words: new PostingIndex(),
      embedder,
      place: async (lessons) => {
        placed += lessons.length;
      },
      behind,
      clock: { now: () => at },
      timers: { wait },
      log,
    });
    const endWaits = (): void => {
      const ended = waits;
      waits = [];
      for (const { end } of ended) end();
    };
    await fill(bulk);
    const many = await lessonsOf(store);
    indexing.add(many.slice(1));
    await expect.poll(() => placed).toBe(bulk - 1);
    expect(waits).toEqual([]);
    // One more at once: they wait for a pause, and while more come.
    indexing.add(many);
    await expect.poll(() => waits.map(({ ms }) => ms)).toEqual([bulkPauseMs]);
    const step = bulkPauseMs - 1;
    for (; at + step < maxBulkMs; endWaits()) {
      await expect.poll(() => waits.length).toBe(1);
      expect(placed).toBe(bulk - 1);
      at += step;
      indexing.add(many);
    }
    await expect.poll(() => waits.map(({ ms }) => ms)).toEqual([maxBulkMs - at]);
    at = maxBulkMs;
    indexing.add(many);
    endWaits();
    await expect.poll(() => placed).toBeGreaterThan(bulk - 1);
    await indexing.settled();
    at += bulkPauseMs;
    const before = placed;
    indexing.add(many);
    await indexing.settled();
    expect(placed).toBe(before + bulk);
    await indexing.stop();
  });

  it("places all of a flood, though only a part of it waits in memory", async () => {
    await fill(2_100);
    const { indexing, size } = await open();
    indexing.add(await lessonsOf(store));
    expect(indexing.waiting()).toBeLessThanOrEqual(2_016);
    await indexing.settled();
    expect(size()).toBe(2_100);
    await indexing.stop();
  });

  it("places what a flood brought while the store was being read, though it found no room", async () => {
    await fill(2_100);
    const read = Promise.withResolvers<void>();
    const { indexing, size } = await open(undefined, { list: () => listed() });
    let lists = 0;
    async function* listed(): AsyncGenerator<StoredLesson> {
      lists += 1;
      // The first reading began before any of them was stored.
      if (lists === 1) await read.promise;
      else yield* store.list();
    }
    indexing.start(2_100);
    for (const lesson of await lessonsOf(store)) indexing.add([lesson]); // many at once would wait for a pause
    await expect.poll(() => indexing.waiting(), { timeout: 10_000 }).toBe(0);
    expect([lists, size()]).toEqual([1, 2_000]);
    read.resolve();
    await indexing.settled();
    expect([lists, size()]).toEqual([2, 2_100]);
    await indexing.stop();
  });

  it("outlives a disk that does not take the note of its lag, and notes it as soon as it can", async () => {
    await fill(3);
    let isFull = false;
    const full: Behind = { ...behind, set: () => (isFull ? Promise.reject(new Error("the disk is full")) : behind.set()) };
    const logged: unknown[] = [];
    const { indexing, index } = await open(undefined, undefined, { behind: full, onError: (text) => logged.push(text) });
    indexing.start(3);
    await indexing.settled();
    await indexing.stop(); // saves it: there is no lag any more
    expect(isBehind).toBe(false);
    isFull = true;
    indexing.remove(0);
    await expect.poll(() => logged).toEqual([expect.stringContaining("lags behind")]);
    isFull = false;
    indexing.remove(1);
    await expect.poll(() => isBehind).toBe(true);
    expect([0, 1, 2].map((label) => index.has(label))).toEqual([false, false, true]);
    await indexing.stop();
    expect(isBehind).toBe(false);
  });

  it("leaves out what is taken out while its vector is being made, and takes it in when it comes back", async () => {
    await fill(2);
    const { indexing, index } = await open();
    const [second, first] = await lessonsOf(store);
    if (first === undefined || second === undefined) throw new Error("two lessons were stored");
    indexing.add([first, second]);
    indexing.remove(first.label);
    await indexing.settled();
    expect([index.has(first.label), index.has(second.label)]).toEqual([false, true]);
    indexing.add([first]);
    await indexing.settled();
    expect(index.has(first.label)).toBe(true);
    await indexing.stop();
  });

  it("finds the neighbours of a lesson, itself left out, and forgets what is taken out", async () => {
    await fill(2);
    const { indexing, placed, size } = await open();
    indexing.start(2);
    await indexing.settled();
    const [first, second] = placed;
    expect(first?.neighbours).toEqual([]);
    expect(second?.neighbours.map(({ label }) => label)).toEqual([first?.lesson.label]);
    indexing.remove(first?.lesson.label ?? 0);
    expect(size()).toBe(1);
    await indexing.stop();
  });
});

function textOf(seq: number): { title: string; situation: string } {
  return { title: `Lesson ${seq} of many`, situation: `Case number ${seq} has come` };
}

async function lessonsOf(store: MemoryLessonStore): Promise<StoredLesson[]> {
  const all: StoredLesson[] = [];
  for await (const lesson of store.list()) all.push(lesson);
  return all;
}

async function damage(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await writeFile(join(folder, name), "not an index");
}
