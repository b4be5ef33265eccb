/**
 * Keeps the vector index in step with the lesson store, in the background: lessons wait in a queue for their vectors, are compared with their neighbours,
 * and enter the index.
 *
 * The index is derived. Whatever it lacks (a first start, another embedder, a damaged file) is found by comparing it with the store and filled in while
 * questions are answered with what is there; `progress` says how far it is.
 */
import {
  type Embedder,
  type LessonStore,
  lessonText,
  type Neighbour,
  type StoredLesson,
  type VectorIndex,
} from "@grapevine/core";
import type { Logger } from "pino";

export interface IndexingComponents {
  readonly lessons: Pick<LessonStore, "list" | "embedding" | "byLabels">;
  readonly index: VectorIndex;
  readonly embedder: Embedder;
  /** Takes lessons whose vectors are known, with their neighbours, and stores vectors and verdicts in one batch. */
  readonly place: (placed: readonly PlacedLesson[]) => Promise<void>;
  readonly log: Logger;
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
const neighbourCount = 8;
/** A saved index only spares work at the next start; saving 100,000 vectors writes 160 MB. */
const saveIntervalMs = 5 * 60 * 1000;

export function createIndexing(components: IndexingComponents): Indexing {
  const { index, log } = components;
  const queue = new Map<number, StoredLesson>();
  let filling: { done: number; total: number } | undefined;
  let running: Promise<void> | undefined;
  let scanning: Promise<void> | undefined;
  let stopped = false;
  let unsaved = 0;
  let savedAt = Date.now();

  const wake = (): void => {
    if (running !== undefined || stopped) return;
    running = drain().finally(() => {
      running = undefined;
      if (queue.size > 0) wake();
    });
  };

  const drain = async (): Promise<void> => {
    while (queue.size > 0 && !stopped) {
      const batch = [...queue.values()].slice(0, batchSize);
      for (const { label } of batch) queue.delete(label);
      try {
        await placeBatch(batch);
      } catch (error) {
        log.error({ err: error, lessons: batch.length }, "lessons could not be embedded; they are tried again at the next start");
      }
      if (filling !== undefined) filling.done += batch.length;
      if (queue.size === 0 && scanning === undefined) filling = undefined;
      await saveNowAndThen();
    }
  };

  const placeBatch = async (batch: readonly StoredLesson[]): Promise<void> => {
    const vectors = await vectorsOf(batch, components);
    const placed: PlacedLesson[] = [];
    for (const [position, lesson] of batch.entries()) {
      const vector = vectors[position];
      if (vector === undefined) continue;
      const neighbours = index.search(vector, neighbourCount).filter(({ label }) => label !== lesson.label);
      index.add(lesson.label, vector);
      unsaved += 1;
      placed.push({ lesson, vector, neighbours, embedder: components.embedder.id });
    }
    await components.place(placed);
  };

  const saveNowAndThen = async (): Promise<void> => {
    if (unsaved === 0 || Date.now() - savedAt < saveIntervalMs) return;
    await save();
  };

  const save = async (): Promise<void> => {
    await index.save();
    unsaved = 0;
    savedAt = Date.now();
  };

  const scan = async (expected: number): Promise<void> => {
    if (index.size === expected) return;
    filling = { done: 0, total: Math.max(0, expected - index.size) };
    for await (const lesson of components.lessons.list({ states: ["own", "admitted", "held"] })) {
      if (stopped) return;
      if (index.has(lesson.label) || queue.has(lesson.label)) continue;
      queue.set(lesson.label, lesson);
      wake();
      while (queue.size >= batchSize * 8 && running !== undefined) await running;
    }
  };

  return {
    add: (lessons) => {
      for (const lesson of lessons) queue.set(lesson.label, lesson);
      wake();
    },
    remove: (label) => {
      queue.delete(label);
      if (index.has(label)) {
        index.remove(label);
        unsaved += 1;
      }
    },
    waiting: () => queue.size,
    progress: () => filling,
    settled: async () => {
      while (scanning !== undefined || running !== undefined) await (scanning ?? running);
    },
    start: (expected) => {
      scanning = scan(expected)
        .catch((error: unknown) => log.error({ err: error }, "the index could not be compared with the store"))
        .finally(() => {
          scanning = undefined;
          if (queue.size === 0) filling = undefined;
        });
    },
    stop: async () => {
      stopped = true;
      await scanning;
      await running;
      if (unsaved > 0) await save();
    },
  };
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
