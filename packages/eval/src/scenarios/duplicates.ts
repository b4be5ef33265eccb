/**
 * Which pairs of lessons are taken for one, on labelled pairs: the real embedder, and the decision of `reconcile` as a node makes it. No language model has a part.
 */
import { cosineOfUnitVectors, type Embedder, lessonText } from "@grapevine/core";
import { openEmbedder } from "@grapevine/model";
import { duplicateProblem } from "@grapevine/reconcile";
import { readDataset } from "../dataset.ts";
import { evalErrors } from "../errors.ts";
import type { Scenario, ScenarioContext, ScenarioResult } from "../scenario.ts";
import { type LessonPair, readLessonPair } from "./lesson-pairs.ts";

export const duplicates: Scenario = {
  name: "duplicates",
  summary: "which pairs of lessons are merged: paraphrases should be, contradictions must not",
  details: [
    "--dataset is JSONL in one of two forms, which may be mixed:",
    '  {"a": LESSON, "b": LESSON, "label": LABEL, "half"?: NAME} with LESSON {kind, title, situation, guidance, environment?}',
    "  and LABEL paraphrase, related, opposite, other-number or other-version (the last three contradict);",
    '  {"a": SENTENCE, "b": SENTENCE, "relatedness": 1-5, "relation": "entailment"|"neutral"|"contradiction"}, where an',
    "  entailment of at least 4.5 is a paraphrase and each sentence is the guidance of a lesson that has nothing else.",
    "recall: share of the paraphrases that are merged. contradictionsMerged: share of the contradictions that are.",
    "precision: share of all merged pairs that are labelled paraphrases. All three from 0 to 1.",
    "Pairs for this are kept in packages/reconcile/test/fixtures/lesson-pairs.jsonl.",
  ],
  options: ["dataset"],
  requires: ["dataset"],
  run: runDuplicates,
};

interface Figures {
  readonly recall: number;
  readonly contradictionsMerged: number;
  readonly precision: number;
}

interface DuplicatesDocument extends Figures {
  readonly pairs: number;
  /** Pairs and merged pairs of each label of the file. */
  readonly labels: Readonly<Record<string, { readonly pairs: number; readonly merged: number }>>;
  /** The figures of each part of a file that is split. */
  readonly halves: Readonly<Record<string, Figures>>;
  /** Time of one decision, without the embedding. */
  readonly msPerPair: number;
}

interface DecidedPair {
  readonly pair: LessonPair;
  readonly merged: boolean;
}

async function runDuplicates({ options, say }: ScenarioContext): Promise<ScenarioResult> {
  const pairs = await readDataset(options.dataset ?? "", readLessonPair);
  requireBoth(pairs);
  const embedder = await openEmbedder();
  try {
    const { decided, msPerPair } = await decide(pairs, embedder, say);
    const halves = [...new Set(pairs.flatMap(({ half }) => half ?? []))].toSorted();
    const document: DuplicatesDocument = {
      ...figuresOf(decided),
      pairs: pairs.length,
      labels: labelsOf(decided),
      halves: Object.fromEntries(halves.map((half) => [half, figuresOf(decided.filter(({ pair }) => pair.half === half))])),
      msPerPair: Number(msPerPair.toPrecision(3)),
    };
    return { document, table: tableOf(document) };
  } finally {
    await embedder.close();
  }
}

/** Shares of nothing are not figures. */
function requireBoth(pairs: readonly LessonPair[]): void {
  for (const needed of ["paraphrase", "contradiction"] as const) {
    if (pairs.some((pair) => pair.class === needed)) continue;
    throw evalErrors.create("EVAL_DATASET_INVALID", `the data set has no ${needed}`, {
      hint: "Give pairs of both classes; `npx pnpm eval --help` says which labels belong to which.",
    });
  }
}

/** The words are compared first: pairs that they keep apart would not be merged at any similarity, and need no vectors. */
async function decide(
  pairs: readonly LessonPair[],
  embedder: Embedder,
  say: (text: string) => void,
): Promise<{ decided: DecidedPair[]; msPerPair: number }> {
  const startedAt = performance.now();
  const open = pairs.map(({ a, b }) => duplicateProblem(a, b, 1) === undefined);
  const msPerPair = (performance.now() - startedAt) / pairs.length;
  const texts = [...new Set(pairs.flatMap(({ a, b }, index) => (open[index] ? [lessonText(a), lessonText(b)] : [])))];
  const vectors = await embedAll(texts, embedder, say);
  const decided = pairs.map((pair, index) => {
    const { a, b } = pair;
    const similarity = open[index] ? similarityOf(vectors.get(lessonText(a)), vectors.get(lessonText(b))) : 0;
    return { pair, merged: duplicateProblem(a, b, similarity) === undefined };
  });
  return { decided, msPerPair };
}

/** Texts between two words to whoever waits. */
const textsPerReport = 512;

async function embedAll(
  texts: readonly string[],
  embedder: Embedder,
  say: (text: string) => void,
): Promise<Map<string, Float32Array>> {
  const vectors = new Map<string, Float32Array>();
  for (let from = 0; from < texts.length; from += textsPerReport) {
    say(`${from} of ${texts.length} texts embedded`);
    const part = texts.slice(from, from + textsPerReport);
    for (const [index, vector] of (await embedder.embed(part)).entries()) vectors.set(part[index] ?? "", vector);
  }
  return vectors;
}

function similarityOf(first: Float32Array | undefined, second: Float32Array | undefined): number {
  if (first === undefined || second === undefined) throw new Error("a text of an open pair was not embedded");
  return cosineOfUnitVectors(first, second);
}

function figuresOf(decided: readonly DecidedPair[]): Figures {
  const paraphrases = decided.filter(({ pair }) => pair.class === "paraphrase");
  const contradictions = decided.filter(({ pair }) => pair.class === "contradiction");
  const merged = decided.filter((each) => each.merged);
  return {
    recall: share(mergedOf(paraphrases), paraphrases.length),
    contradictionsMerged: share(mergedOf(contradictions), contradictions.length),
    precision: share(mergedOf(paraphrases), merged.length),
  };
}

function labelsOf(decided: readonly DecidedPair[]): DuplicatesDocument["labels"] {
  const labels = [...new Set(decided.map(({ pair }) => pair.label))].toSorted();
  return Object.fromEntries(
    labels.map((label) => {
      const labelled = decided.filter(({ pair }) => pair.label === label);
      return [label, { pairs: labelled.length, merged: mergedOf(labelled) }];
    }),
  );
}

function mergedOf(decided: readonly DecidedPair[]): number {
  return decided.filter(({ merged }) => merged).length;
}

/** To four decimals; 0 of nothing is 0. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Number((part / whole).toFixed(4));
}

function tableOf({ labels, halves, ...all }: DuplicatesDocument): ScenarioResult["table"] {
  const row = (name: string, { recall, contradictionsMerged, precision }: Figures): string[] => [
    name,
    ...[recall, contradictionsMerged, precision].map((figure) => `${(100 * figure).toFixed(1)} %`),
  ];
  return {
    head: ["pairs", "paraphrases recalled", "contradictions merged", "precision"],
    rows: [
      row(`all ${all.pairs}`, all),
      ...Object.entries(halves).map(([half, figures]) => row(half, figures)),
      ...Object.entries(labels).map(([label, { pairs, merged }]) => [label, `${merged} of ${pairs} merged`, "", ""]),
    ],
  };
}
