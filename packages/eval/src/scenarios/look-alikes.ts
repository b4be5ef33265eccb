/** Is a question answered again where it should be, and never where it only looks like one that was answered? Without a language model. */
import { cosineOfUnitVectors, type Embedder } from "@grapevine/core";
import { openEmbedder } from "@grapevine/model";
import { isFamily, judgedLookAlikes, type LookAlikeFigures, type LookAlikeLine, readLookAlikes } from "../look-alikes.ts";
import type { Scenario, ScenarioContext, ScenarioResult } from "../scenario.ts";
import type { Bar } from "../statistics/summary.ts";

export const lookAlikes: Scenario = {
  name: "look-alikes",
  summary: "which questions are answered again without the model, and which only look alike",
  details: [
    "Questions in other words should be taken for one question; those with another number, unit, name, version, time or direction, with a",
    "denial or an opposite never. --dataset is JSONL of both kinds of lines (the program brings a set of its own):",
    '  {"part": NAME, "question": TEXT, "same": [TEXT], "other": [{"changed": WHAT, "question": TEXT}]}',
    '  {"part": NAME, "question": TEXT, "dependsOn": "time"|"state"|"user"|"chance"}',
    "reworded: those in other words that are answered again. lookAlikes: those that are, wrongly; strangers: the same for questions of",
    "different families, each with each. dependent: those whose answer depends on something and is given again all the same.",
    "byNearness: look-alikes that would be taken for one by the cosine of their embeddings alone, if that recognised as many rewordings.",
  ],
  options: ["dataset"],
  requires: [],
  run: runLookAlikes,
};

/** The bar of the judgement: none. */
export function lookAlikesBar({ lookAlikes: { reused, of } }: LookAlikeFigures): Bar {
  return { name: `wrong reuses of ${of} look-alikes`, value: reused, bar: 0, holds: reused === 0 };
}

interface LookAlikesDocument extends LookAlikeFigures {
  readonly parts: Readonly<Record<string, LookAlikeFigures>>;
  readonly byNearness: Nearness;
  /** Time to read one question and to compare it with one other. */
  readonly msPerQuestion: number;
  readonly bars: readonly Bar[];
}

interface Nearness {
  /** Least cosine that recognises as many rewordings. */
  readonly cosine: number;
  readonly wrong: number;
}

async function runLookAlikes({ options, say }: ScenarioContext): Promise<ScenarioResult> {
  const lines = await readLookAlikes(options.dataset);
  const startedAt = performance.now();
  const figures = judgedLookAlikes(lines);
  const compared = figures.lookAlikes.of + figures.reworded.of + figures.strangers.of;
  const msPerQuestion = (performance.now() - startedAt) / Math.max(1, compared);
  const parts = [...new Set(lines.map(({ part }) => part))];
  const embedder = await openEmbedder();
  try {
    const document: LookAlikesDocument = {
      ...figures,
      parts: Object.fromEntries(parts.map((part) => [part, judgedLookAlikes(lines.filter((line) => line.part === part))])),
      byNearness: await byNearness(lines, figures.reworded.reused, embedder, say),
      msPerQuestion: Number(msPerQuestion.toPrecision(3)),
      bars: [lookAlikesBar(figures)],
    };
    return { document, table: tableOf(document) };
  } finally {
    await embedder.close();
  }
}

/** What nearness alone would make of them, at the same number of recognised rewordings. */
async function byNearness(
  lines: readonly LookAlikeLine[],
  recognised: number,
  embedder: Embedder,
  say: (text: string) => void,
): Promise<Nearness> {
  const families = lines.filter(isFamily);
  const [same, other]: [number[], number[]] = [[], []];
  for (const [done, family] of families.entries()) {
    if (done % familiesPerReport === 0) say(`${done} of ${families.length} families embedded`);
    const [own, ...others] = await embedder.embed([
      family.question,
      ...family.same,
      ...family.other.map(({ question }) => question),
    ]);
    if (own === undefined) throw new Error("the embedder gave no vector");
    const cosines = others.map((each) => cosineOfUnitVectors(own, each));
    same.push(...cosines.slice(0, family.same.length));
    other.push(...cosines.slice(family.same.length));
  }
  const cosine = same.toSorted((first, second) => second - first)[Math.max(0, recognised - 1)] ?? 1;
  return { cosine: Number(cosine.toFixed(4)), wrong: other.filter((each) => each >= cosine).length };
}

const familiesPerReport = 10;

function tableOf({ parts, byNearness: { cosine, wrong }, ...all }: LookAlikesDocument): ScenarioResult["table"] {
  const row = (name: string, { repeated, reworded, lookAlikes: alike, strangers, dependent }: LookAlikeFigures): string[] => [
    name,
    ...[repeated, reworded, alike, strangers, dependent].map(({ reused, of }) => `${reused} of ${of}`),
  ];
  return {
    head: ["answered again", "same words", "other words", "look-alikes", "strangers", "dependent"],
    rows: [
      row("all", all),
      ...Object.entries(parts).map(([part, figures]) => row(part, figures)),
      [`cosine ≥ ${cosine} alone`, "", "as many", `${wrong} of ${all.lookAlikes.of}`, "", ""],
    ],
  };
}
