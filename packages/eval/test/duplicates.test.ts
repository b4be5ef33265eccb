import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../src/run.ts";
import { duplicates } from "../src/scenarios/duplicates.ts";

const labelledPairs = fileURLToPath(new URL("../../reconcile/test/fixtures/lesson-pairs.jsonl", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "grapevine-pairs-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function fileOf(name: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, lines.join("\n"));
  return path;
}

interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly error: string;
}

async function runDuplicates(...words: string[]): Promise<Ran> {
  const written = { out: "", error: "" };
  const exitCode = await run(["duplicates", ...words], {
    scenarios: [duplicates],
    writeOut: (text) => {
      written.out += text;
    },
    writeError: (text) => {
      written.error += text;
    },
  });
  return { exitCode, ...written };
}

const lesson = { kind: "fact", title: "T", situation: "S", guidance: "The port is 8080" };
const paraphrase = JSON.stringify({ a: lesson, b: lesson, label: "paraphrase" });
const contradiction = JSON.stringify({ a: "A man is asleep", b: "A man is not asleep", relation: "contradiction" });

describe("with the real embedder", () => {
  it("recalls the paraphrases among labelled lessons and merges no contradiction", { timeout: 240_000 }, async () => {
    const lines = (await readFile(labelledPairs, "utf8")).trim().split("\n");
    const sample = await fileOf(
      "sample.jsonl",
      lines.filter((line, index) => index % 6 === 0 || line.includes('"half": "held-out"')),
    );
    const { exitCode, out } = await runDuplicates("--dataset", sample, "--json");
    expect(exitCode).toBe(0);
    const result = JSON.parse(out);
    expect(result.recall).toBeGreaterThanOrEqual(0.95);
    expect(result.contradictionsMerged).toBe(0);
    expect(result.precision).toBeGreaterThanOrEqual(0.95);
    expect(Object.keys(result.halves)).toEqual(["development", "held-out"]);
  });
  it("takes sentences for guidance, and an entailment of little relatedness for no paraphrase", { timeout: 60_000 }, async () => {
    const sentences = (relation: string, relatedness: number): string =>
      JSON.stringify({ a: "A man is playing a guitar", b: "A guitar is being played by a man", relation, relatedness });
    const path = await fileOf("sentences.jsonl", [sentences("entailment", 4.9), sentences("entailment", 4.4), "", contradiction]);
    const { out } = await runDuplicates("--dataset", path, "--json");
    expect(JSON.parse(out)).toMatchObject({ recall: 1, contradictionsMerged: 0, precision: 0.5, pairs: 3 });
  });
});

describe("what is wrong is said once", () => {
  it.each<[string, string, RegExp]>([
    ["not JSON", "{", /line 2: not JSON/],
    ["not an object", "[]", /line 2: not an object/],
    ["an unknown label", JSON.stringify({ a: lesson, b: lesson, label: "same" }), /line 2: label is none of paraphrase/],
    [
      "an unknown kind",
      JSON.stringify({ a: lesson, b: { ...lesson, kind: "x" }, label: "related" }),
      /line 2: b is not a lesson/,
    ],
    [
      "facts that are not texts",
      JSON.stringify({ a: { ...lesson, environment: { x: 1 } }, b: lesson, label: "related" }),
      /line 2: a is not a lesson/,
    ],
    ["a missing sentence", JSON.stringify({ a: "A", relation: "neutral" }), /line 2: a and b are not two texts/],
    ["an unknown relation", JSON.stringify({ a: "A", b: "B", relation: "same" }), /line 2: relation is none of/],
    ["a relatedness in words", JSON.stringify({ a: "A", b: "B", relation: "neutral", relatedness: "5" }), /line 2: relatedness/],
  ])("%s", async (_, line, message) => {
    const { exitCode, out, error } = await runDuplicates("--dataset", await fileOf("bad.jsonl", [paraphrase, line]), "--json");
    expect(exitCode).toBe(1);
    const failure = JSON.parse(out).error;
    expect(failure).toMatchObject({ code: "EVAL_DATASET_INVALID", hint: expect.any(String) });
    expect(failure.message).toMatch(message);
    expect(error).toBe("");
  });
  it("a file that is not there, is empty, or lacks a class", async () => {
    const codeOf = async (path: string): Promise<string> =>
      JSON.parse((await runDuplicates("--dataset", path, "--json")).out).error.code;
    expect(await codeOf(join(folder, "none.jsonl"))).toBe("EVAL_DATASET_UNREADABLE");
    expect(await codeOf(await fileOf("empty.jsonl", [""]))).toBe("EVAL_DATASET_INVALID");
    expect(await codeOf(await fileOf("half.jsonl", [paraphrase]))).toBe("EVAL_DATASET_INVALID");
    expect(await codeOf(await fileOf("other-half.jsonl", [contradiction]))).toBe("EVAL_DATASET_INVALID");
  });
});
