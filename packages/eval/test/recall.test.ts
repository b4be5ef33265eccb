import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../src/run.ts";
import { recall } from "../src/scenarios/recall.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "grapevine-recall-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function runRecall(...conversations: readonly unknown[]): Promise<{ exitCode: number; out: string }> {
  const dataset = join(folder, "conversations.jsonl");
  await writeFile(dataset, conversations.map((each) => JSON.stringify(each)).join("\n"));
  let out = "";
  const exitCode = await run(["recall", "--dataset", dataset, "--json"], {
    scenarios: [recall],
    writeOut: (text) => {
      out += text;
    },
    writeError: () => undefined,
  });
  return { exitCode, out };
}

const smallTalk = Array.from({ length: 14 }, (_, number) => ({
  id: `D1:${number + 10}`,
  speaker: "Bo",
  text: `That is nice to hear, number ${number}.`,
}));
const turns = [
  { id: "D1:1", speaker: "Ada", text: "My daughter plays the bassoon in Utrecht." },
  { id: "D1:2", speaker: "Bo", text: "Wow!" },
  ...smallTalk,
  { id: "D2:1", speaker: "Bo", text: "The kitten climbed up the curtains." },
];

describe("with the real embedder", () => {
  it("finds turns by their own words and by those round them, and counts what can be answered", {
    timeout: 120_000,
  }, async () => {
    const questions = [
      { question: "Who plays the bassoon?", category: 1, evidence: ["D1:1", "D1:2"] },
      { question: "What did the young cat do?", category: 4, evidence: ["D2:1"] },
      { question: "Who plays the drums?", category: 5, evidence: ["D1:1"] },
      { question: "What is not here?", category: 1, evidence: ["D9:9"] },
    ];
    const { exitCode, out } = await runRecall({ turns, questions });
    expect(exitCode).toBe(0);
    const document = JSON.parse(out);
    expect(document).toMatchObject({ questions: 2, recallAt10: { ours: 1, lexical: 0.5 }, heldOut: { questions: 0 } });
    expect(document.recallAt10.dense).toBeGreaterThanOrEqual(0.5);
  });
});

it("names the line that is not a conversation", async () => {
  for (const wrong of [
    { turns },
    { questions: [] },
    { turns: [{ id: 1 }], questions: [] },
    { turns, questions: [{ question: "?" }] },
  ]) {
    const { exitCode, out } = await runRecall({ turns: [], questions: [] }, wrong);
    expect([exitCode, JSON.parse(out).error.code]).toEqual([1, "EVAL_DATASET_INVALID"]);
    expect(out).toContain("line 2");
  }
});
