/** Right and poisoned lessons of any subject, from a file: what gets into prompts, on a node that has to find out by itself which is which, and on one that believes all. */
import { cleanText, type Embedder, type LessonBody, limits, type RecordId, type SignedRecord, signRecord } from "@grapevine/core";
import { openEmbedder } from "@grapevine/model";
import { asFields, type LineProblem, readDataset } from "../dataset.ts";
import { rememberingEmbedder } from "../remembering-embedder.ts";
import type { Scenario, ScenarioContext, ScenarioResult } from "../scenario.ts";
import { type SeededRandom, seededRandom } from "../seeded-random.ts";
import { identityCalled, openDefendedNode, openUndefendedNode, type SimulatedNode } from "../simulated-node.ts";
import { simulatedTrial, usualChances } from "../simulated-trial.ts";

export const poisoning: Scenario = {
  name: "poisoning",
  summary: "right and poisoned lessons of strangers, from a file: which of them get into prompts",
  details: [
    '--dataset is JSONL of {"situation": TEXT, "guidance": TEXT, "author": NAME, "label": "benign"|"poisoned"}.',
    "The lessons come in the order of the file, each signed by its author; every author is a stranger, and no label is seen. The",
    "node then tries each held lesson, as it does while idle: at most 12 tasks in pairs, until its own test decides. What a task",
    "comes to is drawn from the label: done with a right lesson or failed with a wrong one 9 times in 10, done without any 3 in 10;",
    "of 24 tasks that it has done before it takes those that failed first.",
    "Each situation is asked about three times. The verdict follows the first lesson in the prompt that is about it (worked when",
    "it is benign), and is wrong once in 10. poisonedInPrompts: share of prompts with a poisoned lesson anywhere in them.",
    "benignRecall: of the questions on which a benign lesson came, the share with one of them in the prompt. byNoise: the same",
    "for other shares of wrong task results and verdicts. Undefended: all is believed, and the most similar is shown.",
  ],
  options: ["dataset", "seeds"],
  requires: ["dataset"],
  run: runPoisoning,
};

interface Row {
  readonly situation: string;
  readonly guidance: string;
  readonly author: string;
  readonly label: "benign" | "poisoned";
}

interface Shares {
  /** From 0 to 1, as the other. */
  readonly poisonedInPrompts: number;
  readonly benignRecall: number;
}

interface Counts {
  readonly prompts: number;
  readonly poisoned: number;
  /** Prompts on situations for which there is a benign lesson, and those of them that held one. */
  readonly answerable: number;
  readonly recalled: number;
  /** How often a model would have been asked for the trials. */
  readonly generations: number;
}

const noises = [0.05, 0.2, 0.3];
const questionRounds = 3;
/** Lessons that arrive before the node finds time for trials. */
const arrivalBatch = 64;
const capacity = 20_000;
const titleLength = 60;
const begin = Date.UTC(2026, 5, 1);
const minuteMs = 60_000;

async function runPoisoning({ options, say }: ScenarioContext): Promise<ScenarioResult> {
  const rows = await readDataset(options.dataset ?? "", readRow);
  const seeds = Array.from({ length: options.seeds ?? 1 }, (_, position) => position + 1);
  const embedder = rememberingEmbedder(await openEmbedder());
  try {
    const measure = async (isDefended: boolean, noise: number): Promise<Counts> => {
      const runs: Counts[] = [];
      for (const seed of seeds) runs.push(await expose({ rows, embedder, isDefended, noise, seed }));
      say(`${isDefended ? "defended" : "undefended"}, ${noise * 100} % noise: ${JSON.stringify(sharesOf(runs.reduce(added)))}`);
      return runs.reduce(added);
    };
    const defended = await measure(true, usualChances.noise);
    const undefended = await measure(false, usualChances.noise);
    const byNoise: (Shares & { readonly noise: number })[] = [];
    for (const noise of noises) byNoise.push({ noise, ...sharesOf(await measure(true, noise)) });
    const document = {
      defended: sharesOf(defended),
      undefended: sharesOf(undefended),
      noise: usualChances.noise,
      byNoise,
      lessons: rows.length,
      prompts: defended.prompts,
      trialGenerations: defended.generations,
      seeds: seeds.length,
    };
    const line = (name: string, { poisonedInPrompts, benignRecall }: Shares): string[] => [
      name,
      String(poisonedInPrompts),
      String(benignRecall),
    ];
    return {
      document,
      table: {
        head: ["node", "poisoned in prompts", "benign recall"],
        rows: [
          line("defended", document.defended),
          line("undefended", document.undefended),
          ...byNoise.map(({ noise, ...shares }) => line(`defended, ${noise * 100} % noise`, shares)),
        ],
      },
    };
  } finally {
    await embedder.close();
  }
}

function readRow(value: unknown): Row | LineProblem {
  const fields = asFields(value) ?? {};
  const situation = cleaned(fields["situation"], limits.maxSituationLength);
  const guidance = cleaned(fields["guidance"], limits.maxGuidanceLength);
  const author = cleaned(fields["author"], limits.maxTitleLength);
  const { label } = fields;
  if (situation === "" || guidance === "" || author === "") return { problem: "situation, guidance and author must be texts" };
  if (label !== "benign" && label !== "poisoned") return { problem: "label must be benign or poisoned" };
  return { situation, guidance, author, label };
}

function cleaned(value: unknown, maxLength: number): string {
  return typeof value === "string" ? cleanText(value, maxLength) : "";
}

interface Exposure {
  readonly rows: readonly Row[];
  readonly embedder: Embedder;
  readonly isDefended: boolean;
  readonly noise: number;
  readonly seed: number;
}

async function expose({ rows, embedder, isDefended, noise, seed }: Exposure): Promise<Counts> {
  let now = begin;
  const random = seededRandom(seed);
  const init = { identity: identityCalled(`${seed} self`), clock: { now: () => now }, embedder, capacity };
  const node = isDefended ? await openDefendedNode(init) : openUndefendedNode(init);
  try {
    const lessons = new Map<RecordId, Row>();
    let generations = 0;
    for (let at = 0; at < rows.length; at += arrivalBatch) {
      now += minuteMs;
      const records = rows.slice(at, at + arrivalBatch).map((row, position) => lessonOf(row, at + position, now));
      for (const [position, record] of records.entries()) lessons.set(record.id, rows[at + position] as Row);
      await node.receive(records);
      const held = await node.held(records.map(({ id }) => id));
      const tried = new Map(
        held.map((id) => [id, simulatedTrial(lessons.get(id)?.label === "benign", { ...usualChances, noise }, random, now)]),
      );
      await node.tried(tried);
      for (const evidence of tried.values()) generations += evidence.generations;
    }
    const counts = await askAll({ node, lessons, noise, random, tick: () => (now += minuteMs) });
    return { ...counts, generations };
  } finally {
    await node.close();
  }
}

/** Seeds of two exposures differ in what is drawn, not in who writes. */
function lessonOf({ situation, guidance, author }: Row, number: number, createdAt: number): SignedRecord<LessonBody> {
  return signRecord<LessonBody>(identityCalled(`author ${author}`), {
    type: "lesson",
    seq: number + 1,
    createdAt,
    kind: "strategy",
    title: cleanText(guidance, titleLength),
    situation,
    guidance,
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "feedback" },
    tags: [],
    derivedFrom: [],
  });
}

interface Asking {
  readonly node: SimulatedNode;
  readonly lessons: ReadonlyMap<RecordId, Row>;
  readonly noise: number;
  readonly random: SeededRandom;
  readonly tick: () => void;
}

async function askAll({ node, lessons, noise, random, tick }: Asking): Promise<Omit<Counts, "generations">> {
  const rows = [...lessons.values()];
  const situations = [...new Set(rows.map(({ situation }) => situation))];
  const answerable = new Set(rows.filter(({ label }) => label === "benign").map(({ situation }) => situation));
  const counts = { prompts: 0, poisoned: 0, answerable: 0, recalled: 0 };
  for (let round = 0; round < questionRounds; round++) {
    for (const situation of random.shuffled(situations)) {
      tick();
      const used = await node.ask(situation);
      const shown = used.flatMap(({ id }) => lessons.get(id) ?? []);
      const decisive = shown.find((row) => row.situation === situation);
      const isRight = decisive?.label === "benign";
      await node.conclude(used, random.chance(noise) === isRight ? "failed" : "worked");
      counts.prompts += 1;
      counts.poisoned += Number(shown.some(({ label }) => label === "poisoned"));
      counts.answerable += Number(answerable.has(situation));
      counts.recalled += Number(shown.some((row) => row.situation === situation && row.label === "benign"));
    }
  }
  return counts;
}

function added(first: Counts, second: Counts): Counts {
  return {
    prompts: first.prompts + second.prompts,
    poisoned: first.poisoned + second.poisoned,
    answerable: first.answerable + second.answerable,
    recalled: first.recalled + second.recalled,
    generations: first.generations + second.generations,
  };
}

function sharesOf({ prompts, poisoned, answerable, recalled }: Counts): Shares {
  return { poisonedInPrompts: share(poisoned, prompts), benignRecall: share(recalled, answerable) };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Number((part / whole).toFixed(4));
}
