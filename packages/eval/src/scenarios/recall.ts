/** Retrieval alone: are the turns of a conversation that answer a question among the first ten? Asked of the very code that finds lessons for a question. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Embedder, type VectorIndex, type WeighedWords, type WordField, weighedWords, wordHashes } from "@grapevine/core";
import { openEmbedder } from "@grapevine/model";
import { openVectorIndex, PostingIndex, relevanceOf, relevantLabels } from "@grapevine/node/pipeline";
import { asFields, type LineProblem, readDataset } from "../dataset.ts";
import type { Scenario, ScenarioContext, ScenarioResult } from "../scenario.ts";

export const recall: Scenario = {
  name: "recall",
  summary: "retrieval alone: are the turns that answer a question among the first ten?",
  details: [
    '--dataset is JSONL of conversations: {"turns": [{"id": "SESSION:NUMBER", "speaker": NAME, "text": TEXT}],',
    '"questions": [{"question": TEXT, "category": NUMBER, "evidence": [TURN ID]}]}, as LoCoMo has them.',
    "recallAt10: share of a question's evidence that is among the first ten turns, averaged over questions of categories 1 to 4",
    "with evidence among the turns. ours: meaning and words, as lessons are found; dense, lexical: one half alone. A turn is",
    "embedded with its speaker; in the words the two turns before and after it in its session count less the further off they",
    "are. Constants were chosen on the first two conversations (development); held out are the others.",
  ],
  options: ["dataset"],
  requires: ["dataset"],
  run: runRecall,
};

interface Turn {
  readonly id: string;
  readonly speaker: string;
  readonly text: string;
}

interface Question {
  readonly question: string;
  readonly category: number;
  readonly evidence: readonly string[];
}

interface Conversation {
  readonly turns: readonly Turn[];
  readonly questions: readonly Question[];
}

type Arm = "ours" | "dense" | "lexical";
const arms: readonly Arm[] = ["ours", "dense", "lexical"];
type Recalls = Readonly<Record<Arm, readonly number[]>>;

const firstTurns = 10;
/** As in recall for ten lessons: four near ones and two sharing ones more. */
const nearest = 40;
const sharing = 12;
/** Conversations that the constants were chosen on. Figures of these say how well they fit; those of the others, what they are worth. */
const developmentConversations = 2;
/** Questions that nothing in the conversation answers. */
const unanswerable = 5;
/** By how far off a turn of the same session is, negative before: what its words count. Chosen on the development conversations. */
const contextWeights: readonly (readonly [offset: number, weight: number])[] = [
  [-2, 0.2],
  [-1, 0.5],
  [1, 0.4],
  [2, 0.15],
];

async function runRecall({ options, say }: ScenarioContext): Promise<ScenarioResult> {
  const conversations = await readDataset(options.dataset ?? "", readConversation);
  const embedder = await openEmbedder();
  try {
    const measured: Recalls[] = [];
    for (const [position, conversation] of conversations.entries()) {
      say(`conversation ${position + 1} of ${conversations.length}: ${conversation.turns.length} turns`);
      measured.push(await measure(conversation, embedder));
    }
    const development = measured.slice(0, developmentConversations);
    const heldOut = measured.slice(developmentConversations);
    const document = {
      recallAt10: means(measured),
      questions: countOf(measured),
      development: { recallAt10: means(development), questions: countOf(development) },
      heldOut: { recallAt10: means(heldOut), questions: countOf(heldOut) },
    };
    const row = (name: string, figures: Readonly<Record<Arm, number>>, questions: number): string[] => [
      name,
      ...arms.map((arm) => figures[arm].toFixed(3)),
      String(questions),
    ];
    return {
      document,
      table: {
        head: ["recall at 10", ...arms, "questions"],
        rows: [
          row("all", document.recallAt10, document.questions),
          row("development", document.development.recallAt10, document.development.questions),
          row("held out", document.heldOut.recallAt10, document.heldOut.questions),
        ],
      },
    };
  } finally {
    await embedder.close();
  }
}

async function measure({ turns, questions }: Conversation, embedder: Embedder): Promise<Recalls> {
  const folder = await mkdtemp(join(tmpdir(), "grapevine-eval-"));
  const { index: vectors } = await openVectorIndex({ path: folder, embedder: embedder.id, dimensions: embedder.dimensions });
  try {
    const words = new PostingIndex();
    const vectorsOfTurns = await embedder.embed(turns.map(({ speaker, text }) => `${speaker}: ${text}`));
    for (const [label, vector] of vectorsOfTurns.entries()) vectors.add(label, vector);
    const wordsOfTurns = turns.map((_, label) => weighedWords(fieldsOf(turns, label)));
    for (const [label, each] of wordsOfTurns.entries()) words.add(label, each);
    const asked = questions.filter(({ category, evidence }) => category !== unanswerable && labelsOf(evidence, turns).length > 0);
    const vectorsOfQuestions = await embedder.embed(asked.map(({ question }) => question));
    const recalls = asked.map(({ question, evidence }, position) =>
      recallsOf(question, vectorsOfQuestions[position] as Float32Array, new Set(labelsOf(evidence, turns)), {
        vectors,
        words,
        wordsOfTurns,
      }),
    );
    return {
      ours: recalls.map(({ ours }) => ours),
      dense: recalls.map(({ dense }) => dense),
      lexical: recalls.map(({ lexical }) => lexical),
    };
  } finally {
    await vectors.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function recallsOf(
  question: string,
  vector: Float32Array,
  evidence: ReadonlySet<number>,
  indexes: { readonly vectors: VectorIndex; readonly words: PostingIndex; readonly wordsOfTurns: readonly WeighedWords[] },
): Readonly<Record<Arm, number>> {
  const words = wordHashes(question);
  const share = (found: readonly { readonly label: number }[]): number =>
    found.slice(0, firstTurns).filter(({ label }) => evidence.has(label)).length / evidence.size;
  const relevant = relevantLabels({ vector, words, nearest, sharing }, indexes);
  const scores = indexes.words.scores(
    words,
    relevant.map(({ label }) => indexes.wordsOfTurns[label] as WeighedWords),
  );
  const ours = relevant
    .map(({ label, similarity }, position) => ({ label, ...relevanceOf(similarity, scores[position] ?? 0) }))
    .sort((first, second) => second.closeness - first.closeness || first.label - second.label);
  return {
    ours: share(ours),
    dense: share(indexes.vectors.search(vector, firstTurns)),
    lexical: share(indexes.words.search(words, firstTurns)),
  };
}

/** Labels are positions in the conversation. */
function labelsOf(evidence: readonly string[], turns: readonly Turn[]): number[] {
  const wanted = new Set(evidence);
  return turns.flatMap(({ id }, label) => (wanted.has(id) ? [label] : []));
}

/** The turn and its speaker, and the turns round it as context. */
function fieldsOf(turns: readonly Turn[], label: number): WordField[] {
  const turn = turns[label] as Turn;
  const context = contextWeights.flatMap(([offset, weight]) => {
    const other = turns[label + offset];
    return other !== undefined && sessionOf(other) === sessionOf(turn) ? [{ text: other.text, weight }] : [];
  });
  return [{ text: `${turn.speaker} ${turn.text}`, weight: 1 }, ...context];
}

function sessionOf({ id }: Turn): string | undefined {
  return id.split(":")[0];
}

function means(measured: readonly Recalls[]): Record<Arm, number> {
  const mean = (arm: Arm): number => {
    const all = measured.flatMap((recalls) => recalls[arm]);
    return all.length === 0 ? 0 : Number((all.reduce((sum, each) => sum + each, 0) / all.length).toFixed(4));
  };
  return { ours: mean("ours"), dense: mean("dense"), lexical: mean("lexical") };
}

function countOf(measured: readonly Recalls[]): number {
  return measured.reduce((sum, { ours }) => sum + ours.length, 0);
}

function readConversation(value: unknown): Conversation | LineProblem {
  const { turns, questions } = asFields(value) ?? {};
  if (!Array.isArray(turns) || !turns.every(isTurn)) return { problem: "turns must be a list of {id, speaker, text}" };
  if (!Array.isArray(questions) || !questions.every(isQuestion)) {
    return { problem: "questions must be a list of {question, category, evidence}" };
  }
  return { turns, questions };
}

function isTurn(value: unknown): value is Turn {
  const { id, speaker, text } = asFields(value) ?? {};
  return [id, speaker, text].every((field) => typeof field === "string");
}

function isQuestion(value: unknown): value is Question {
  const { question, category, evidence } = asFields(value) ?? {};
  const isList = Array.isArray(evidence) && evidence.every((id) => typeof id === "string");
  return typeof question === "string" && typeof category === "number" && isList;
}
