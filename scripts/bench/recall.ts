/**
 * Recall as a node does it, vectors given: search, fetch from the store, utility and trust, ranking. Beside it: the bare graph, asked for ten.
 *
 * `recall` asks as users do, again and again about a hundred subjects of some fifty lessons each, which are in memory soon. `recall-anything` asks
 * each question about another lesson, drawn evenly from the whole store, so that most is read from the database, checked and decoded: the worst case.
 */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { PostingIndex, recallByVector } from "@grapevine/agent";
import { type LessonStore, systemClock } from "@grapevine/core";
import { openEmbedder } from "@grapevine/model";
import { areInConflict } from "@grapevine/reconcile";
import { openStore } from "@grapevine/store";
import { openVectorIndex } from "@grapevine/vector-index";
import hnswlib from "hnswlib-node";
import { openHome } from "../../packages/node/src/home.ts";
import { createMerits } from "../../packages/node/src/merits.ts";
import { openPrincipalBook } from "../../packages/node/src/principals.ts";
import { fillWordIndex } from "../../packages/node/src/word-indexing.ts";
import { seededRandom } from "../../packages/testing/src/clustered-vectors.ts";
import { type BenchQuestion, copiedHome, nodeName, questionAbout } from "./data.ts";
import { benchErrors } from "./errors.ts";
import { type Bench, type BenchContext, elapsedMs, type Figure, figure, interleaved, type Pair } from "./measure.ts";

const limit = 10;
const warmUps = 200;
const rounds = 1_000;
/** As the index sets it; hnswlib forgets it on load. */
const searchWidth = 50;

const usualSubjects = 100;

export const recall: Bench = {
  name: "recall",
  summary: "recall of 10 with store fetch and ranking, on the usual subjects, p50",
  measure: (context) => measureRecall("recall", usualSubjects, context),
};

export const recallAnything: Bench = {
  name: "recall-anything",
  summary: "the same on anything in the store, hardly ever asked before, p50",
  measure: (context) => measureRecall("recall-anything", warmUps + rounds, context),
};

async function measureRecall(name: string, subjects: number, { lessons, say }: BenchContext): Promise<Figure> {
  const folder = await copiedHome(lessons, say);
  try {
    const measured = await measure(folder, lessons, subjects);
    // 1 ms where the bare search takes 0.3 ms: times of one machine say little about another.
    const bar = { of: "ratio", most: 3.33 } as const;
    return figure({ name, unit: "ms", measured, referenceName: "raw HNSW search, k 10", bar });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, lessons: number, subjects: number): Promise<Pair> {
  const home = await openHome(folder, nodeName);
  const store = await openStore({ path: home.storeFolder, clock: systemClock });
  const embedder = await openEmbedder();
  const { index } = await openVectorIndex({ path: home.indexFolder, embedder: embedder.id, dimensions: embedder.dimensions });
  const graph = await rawGraph(home.indexFolder, embedder.dimensions);
  const principals = await openPrincipalBook(store.lessons);
  const merits = createMerits({ store: store.lessons, principals, self: "", clock: systemClock });
  const words = new PostingIndex();
  await fillWordIndex(words, store.lessons); // which reads the glances, as a node does when it begins to serve
  const components = {
    lessons: store.lessons,
    index: () => index,
    words,
    embedder,
    clock: systemClock,
    utilitiesOf: merits.glancedUtilitiesOf,
    authorOf: (author: string) => ({ trust: merits.trustOf(author), known: principals.get(author).standing === "trusted" }),
    mayBeUsed: () => true, // as in a home without held lessons
    areInConflict,
  };
  const questions = await questionsAbout(store.lessons, { embedder: embedder.id, lessons, subjects });
  const ask = (number: number): Promise<number> => {
    const { text, vector } = questions[number] as BenchQuestion;
    return elapsedMs(() => recallByVector({ text, limit }, vector, components));
  };
  const search = (number: number): Promise<number> => {
    const { vector } = questions[number] as BenchQuestion;
    return elapsedMs(() => graph.searchKnn([...vector], limit));
  };
  await interleaved(warmUps, ask, search);
  const measured = await interleaved(
    rounds,
    (round) => ask(warmUps + round),
    (round) => search(warmUps + round),
  );
  await index.close();
  await store.close();
  return measured;
}

/** The graph that the index has saved, without anything of ours around it. */
async function rawGraph(folder: string, dimensions: number): Promise<InstanceType<typeof hnswlib.HierarchicalNSW>> {
  const file = (await readdir(folder)).find((name) => name.endsWith(".hnsw")) ?? "";
  const graph = new hnswlib.HierarchicalNSW("ip", dimensions);
  await graph.readIndex(join(folder, file));
  graph.setEf(searchWidth);
  return graph;
}

interface QuestionsInit {
  readonly embedder: string;
  readonly lessons: number;
  /** Lessons that are asked about in turn, each question in other words: drawn evenly from the whole store. */
  readonly subjects: number;
}

async function questionsAbout(store: LessonStore, { embedder, lessons, subjects }: QuestionsInit): Promise<BenchQuestion[]> {
  const random = seededRandom(7);
  const labels = Array.from({ length: subjects }, () => Math.floor(random() * lessons));
  const questions: BenchQuestion[] = [];
  for (let number = 0; number < warmUps + rounds; number++) {
    const label = labels[number % subjects] ?? 0;
    const [lesson] = await store.byLabels([label]);
    const vector = await store.embedding(embedder, label);
    if (lesson === undefined || vector === undefined)
      throw benchErrors.create("BENCH_FAILED", `no lesson has the label ${label}`);
    questions.push(questionAbout(lesson.record.body, vector, random));
  }
  return questions;
}
