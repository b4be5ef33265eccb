/**
 * Keeps the vector index in step with the lesson store, in the background: lessons wait in a queue for their vectors, are compared with their neighbours,
 * and enter the index.
 *
 * The index is derived. Whatever it lacks or has too much (a first start, another embedder, a damaged file, a crash before a save) is found by comparing it
 * with the store, and mended while questions are answered with what is there; `progress` says how far it is. Nothing that goes wrong here ends the node:
 * what could not be placed or saved is found again by the next comparison.
 */
import {
  type Clock,
  type Embedder,
  type LessonState,
  type LessonStore,
  lessonText,
  type Neighbour,
  type StoredLesson,
  systemTimers,
  type Timers,
  type VectorIndex,
  type WordIndex,
} from "@grapevine/core";
import type { Logger } from "pino";

export interface IndexingComponents {
  readonly lessons: Pick<LessonStore, "list" | "embedding" | "byLabels">;
  readonly index: VectorIndex;
  /** Of what it holds, only what is forgotten is taken out here. */
  readonly words: Pick<WordIndex, "forget">;
  readonly embedder: Embedder;
  /** Takes lessons whose vectors are known, with their neighbours, and stores vectors and verdicts in one batch. */
  readonly place: (placed: readonly PlacedLesson[]) => Promise<void>;
  readonly behind: Behind;
  readonly clock: Clock;
  /** Default: those of the system. */
  readonly timers?: Pick<Timers, "wait"> | undefined;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
}

/** Remembers over a crash that the saved index lags behind the store. */
export interface Behind {
  isSet(): Promise<boolean>;
  set(): Promise<void>;
  clear(): Promise<void>;
}

export interface PlacedLesson {
  readonly lesson: StoredLesson;
  readonly vector: Float32Array;
  readonly neighbours: readonly Neighbour[];
  /** Id of the embedder that made the vector. */
  readonly embedder: string;
}

export interface Indexing {
  /** Queues lessons that have just been stored. */
  add(lessons: readonly StoredLesson[]): void;
  remove(label: number): void;
  /** Takes a lesson out that is not in the store any more, for good; resolves when it has left the saved index, too. @throws VECTOR_INDEX_NOT_SAVED */
  forget(label: number): Promise<void>;
  waiting(): number;
  /** How far the filling of an incomplete index is; undefined when it is whole. */
  progress(): { done: number; total: number } | undefined;
  /** Resolves when nothing waits any more. */
  settled(): Promise<void>;
  /** Starts comparing the index with the store; `expected` is the number of lessons that belong into it. */
  start(expected: number): void;
  /** Ends after the batch in hand and saves the index. */
  stop(): Promise<void>;
}

/** One call of the embedder: more at once would keep the others waiting and gain nothing. */
const batchSize = 16;
/** Neighbours that a verdict looks at: near-duplicates are the nearest. */
const neighbourCount = 10;
/** A saved index only spares work at the next start; saving 100,000 vectors writes 160 MB. */
const saveIntervalMs = 5 * 60 * 1000;
/** Lessons that wait in memory. What a flood brings beyond them is read from the store again once they are placed. */
const maxWaiting = 2_000;
/**
 * Where so many come in one batch, as in a sync with a full peer, vectors wait until none has come for a while: they cost twenty times what admission does, on cores that
 * admission would have.
 */
export const bulk = 64;
export const bulkPauseMs = 3_000;
/** What keeps coming for longer is embedded while it comes. */
export const maxBulkMs = 30_000;

export function belongsInIndex(state: LessonState): boolean {
  // Held lessons, too: near-duplicates of them must be found. Recall leaves them out.
  return state === "own" || state === "admitted" || state === "held";
}

export function createIndexing(components: IndexingComponents): Indexing {
  return new BackgroundIndexing(components);
}

class BackgroundIndexing implements Indexing {
  readonly #components: IndexingComponents;
  readonly #queue = new Map<number, StoredLesson>();
  /** Some may be in a batch that is being placed, or have been read before they were forgotten. */
  readonly #forgotten = new Set<number>();
  /** Taken out since the batch in hand was begun: some may be in it. */
  readonly #removed = new Set<number>();
  #filling: { done: number; total: number } | undefined;
  #placing: Promise<void> | undefined;
  #comparing: Promise<void> | undefined;
  #overflowed = false;
  #stopped = false;
  /** Has the index changed since it was saved? */
  #isBehind = false;
  /** Does the disk say so? Undefined while nobody knows: at the start, and after a write that failed. */
  #isNoted: boolean | undefined;
  /** The last write of the note, however it ended. */
  #noting: Promise<unknown> = Promise.resolve();
  /** Lessons of the batch that is being placed. */
  #inHand = 0;
  #savedAt: number;
  /** When many came at once: since when without a pause, and the last time; milliseconds since the epoch. */
  #bulk: { readonly since: number; readonly last: number } | undefined;
  /** Ends a wait for a pause. */
  #hurry = new AbortController();

  constructor(components: IndexingComponents) {
    this.#components = components;
    this.#savedAt = components.clock.now();
  }

  add(lessons: readonly StoredLesson[]): void {
    for (const lesson of lessons) {
      if (this.#queue.size < maxWaiting) this.#queue.set(lesson.label, lesson);
      else this.#overflowed = true;
    }
    if (lessons.length >= bulk) this.#noteBulk();
    this.#wake();
  }

  remove(label: number): void {
    const { index } = this.#components;
    this.#queue.delete(label);
    if (this.#placing !== undefined) this.#removed.add(label);
    if (!index.has(label)) return;
    index.remove(label);
    this.#fallBehind().catch((error: unknown) =>
      this.#components.log.error({ err: error }, "it could not be noted that the saved index lags behind the store"),
    );
  }

  async forget(label: number): Promise<void> {
    const { index, words } = this.#components;
    this.#forgotten.add(label);
    this.#queue.delete(label);
    words.forget(label);
    index.forget(label);
    await index.save();
  }

  waiting(): number {
    return this.#queue.size + this.#inHand;
  }

  progress(): { done: number; total: number } | undefined {
    return this.#filling === undefined ? undefined : { ...this.#filling };
  }

  async settled(): Promise<void> {
    while (this.#comparing !== undefined || this.#placing !== undefined) {
      this.#hurryUp();
      await (this.#comparing ?? this.#placing);
    }
  }

  start(expected: number): void {
    this.#compare(async () => {
      const isWhole = this.#components.index.size === expected && !(await this.#components.behind.isSet());
      if (!isWhole) this.#filling = { done: 0, total: Math.max(0, expected - this.#components.index.size) };
      return isWhole;
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#hurryUp();
    await this.#comparing;
    await this.#placing;
    if (this.#isBehind) await this.#save();
  }

  #compare(isWhole: () => Promise<boolean>): void {
    this.#comparing ??= this.#scan(isWhole)
      .catch((error: unknown) => this.#components.log.error({ err: error }, "the index could not be compared with the store"))
      .finally(() => {
        this.#comparing = undefined;
        if (this.#queue.size === 0) this.#filling = undefined;
        this.#catchUp();
      });
  }

  /** Queues what the index lacks, and takes out what it has too much. */
  async #scan(isWhole: () => Promise<boolean>): Promise<void> {
    if (await isWhole()) return;
    const { index, lessons } = this.#components;
    for await (const lesson of lessons.list()) {
      if (this.#stopped) return;
      const { label } = lesson;
      if (this.#forgotten.has(label)) continue;
      if (!belongsInIndex(lesson.standing.state)) this.remove(label);
      else if (!index.has(label) && !this.#queue.has(label)) this.#queue.set(label, lesson);
      this.#wake();
      while (this.#queue.size >= maxWaiting && this.#placing !== undefined) await this.#placing;
    }
  }

  #wake(): void {
    if (this.#placing !== undefined || this.#stopped || this.#queue.size === 0) return;
    this.#placing = this.#drain().finally(() => {
      this.#placing = undefined;
      this.#wake();
    });
  }

  async #drain(): Promise<void> {
    while (this.#queue.size > 0 && !this.#stopped) {
      await this.#pause();
      const batch = this.#nextBatch();
      this.#inHand = batch.length;
      await this.#placeBatch(batch);
      this.#inHand = 0;
      if (this.#filling !== undefined) this.#filling.done += batch.length;
      if (this.#isBehind && this.#components.clock.now() - this.#savedAt >= saveIntervalMs) await this.#save();
    }
    if (this.#comparing === undefined) this.#filling = undefined;
    this.#catchUp();
  }

  /** Reads from the store what found no room in the queue: not while a comparison is under way, which may have begun before it was stored. */
  #catchUp(): void {
    if (!this.#overflowed || this.#stopped || this.#comparing !== undefined || this.waiting() > 0) return;
    this.#overflowed = false;
    this.#compare(async () => false);
  }

  #noteBulk(): void {
    const last = this.#components.clock.now();
    const { since, last: before } = this.#bulk ?? { since: last, last };
    this.#bulk = { since: last - before < bulkPauseMs ? since : last, last };
  }

  /** Waits while many come, unless somebody waits for the vectors. */
  async #pause(): Promise<void> {
    const { timers = systemTimers } = this.#components;
    const hurry = this.#hurry.signal;
    for (let leftMs = this.#bulkLeftMs(); leftMs > 0 && !hurry.aborted; leftMs = this.#bulkLeftMs()) {
      await timers.wait(leftMs, hurry).catch((error: unknown) => {
        if (!hurry.aborted) throw error;
      });
    }
  }

  #bulkLeftMs(): number {
    if (this.#bulk === undefined) return 0;
    const { since, last } = this.#bulk;
    return Math.min(last + bulkPauseMs, since + maxBulkMs) - this.#components.clock.now();
  }

  #hurryUp(): void {
    this.#hurry.abort();
    this.#hurry = new AbortController();
    this.#bulk = undefined;
  }

  #nextBatch(): StoredLesson[] {
    this.#removed.clear();
    const batch: StoredLesson[] = [];
    for (const [label, lesson] of this.#queue) {
      if (batch.length === batchSize) break;
      batch.push(lesson);
      this.#queue.delete(label);
    }
    return batch;
  }

  async #placeBatch(batch: readonly StoredLesson[]): Promise<void> {
    const { index, embedder, place, log } = this.#components;
    try {
      await this.#fallBehind();
      const vectors = await vectorsOf(batch, this.#components);
      const placed: PlacedLesson[] = [];
      for (const [position, lesson] of batch.entries()) {
        const vector = vectors[position];
        if (vector === undefined || this.#forgotten.has(lesson.label) || this.#removed.has(lesson.label)) continue;
        const neighbours = index.search(vector, neighbourCount).filter(({ label }) => label !== lesson.label);
        index.add(lesson.label, vector);
        placed.push({ lesson, vector, neighbours, embedder: embedder.id });
      }
      await place(placed);
    } catch (error) {
      // Without its verdict a lesson must not be in the index: the next comparison would take it for placed.
      for (const { label } of batch) index.remove(label);
      log.error({ err: error, lessons: batch.length }, "lessons could not be placed; they are tried again at the next start");
    }
  }

  async #fallBehind(): Promise<void> {
    this.#isBehind = true;
    await this.#note();
  }

  /** Makes the disk say what is so when its turn comes: one write after the other, since the last one is what stays. @throws HOME_UNUSABLE */
  #note(): Promise<void> {
    const { behind } = this.#components;
    const noted = this.#noting.then(async () => {
      const isBehind = this.#isBehind;
      if (this.#isNoted === isBehind) return;
      this.#isNoted = undefined;
      await (isBehind ? behind.set() : behind.clear());
      this.#isNoted = isBehind;
    });
    this.#noting = Promise.allSettled([noted]);
    return noted;
  }

  async #save(): Promise<void> {
    const { index, clock, log } = this.#components;
    this.#savedAt = clock.now();
    try {
      this.#isBehind = false;
      await index.save();
      await this.#note();
    } catch (error) {
      this.#isBehind = true;
      log.error({ err: error }, "the index could not be saved; at the next start it is compared with the store");
    }
  }
}

/** Vectors that the store has from an earlier time are not computed again. */
async function vectorsOf(batch: readonly StoredLesson[], components: IndexingComponents): Promise<(Float32Array | undefined)[]> {
  const { embedder, lessons } = components;
  const vectors: (Float32Array | undefined)[] = await Promise.all(
    batch.map(({ label }) => lessons.embedding(embedder.id, label)),
  );
  const missing = [...batch.keys()].filter((position) => vectors[position] === undefined);
  const made = await embedder.embed(missing.map((position) => textOf(batch[position])));
  for (const [at, position] of missing.entries()) vectors[position] = made[at];
  return vectors;
}

/** What the lesson is about in general. Its example is left out: the details of one task would draw it to other tasks with the same details. */
function textOf(lesson: StoredLesson | undefined): string {
  return lesson === undefined ? "" : lessonText(lesson.record.body);
}
