/**
 * The labelled pairs of lessons, judged by their words alone: as if the embedder had found every pair as near as can be. With the embedder they are measured by
 * `npx pnpm eval duplicates`, which has its own test. The rules were made with the half `development` in view; the half `held-out` was written before it was first
 * measured and is not to be tuned on: whoever does moves its pairs to the other half and writes new ones.
 */
import { readFileSync } from "node:fs";
import { lessonKinds, limits, textProblem } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { type ComparedFields, duplicateProblem } from "../src/index.ts";

interface LabelledPair {
  readonly label: string;
  readonly half: string;
  readonly a: ComparedFields;
  readonly b: ComparedFields;
}

const pairs = readFileSync(new URL("fixtures/lesson-pairs.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as LabelledPair);
const labelled = (...labels: string[]): LabelledPair[] => pairs.filter(({ label }) => labels.includes(label));
const contradicting = ["opposite", "other-number", "other-version"];
const isOpen = ({ a, b }: LabelledPair): boolean => duplicateProblem(a, b, 1) === undefined;

describe("the labelled pairs", () => {
  it("are many, of every label in either half, and lessons that a record could hold", () => {
    expect(pairs.length).toBeGreaterThanOrEqual(300);
    for (const half of ["development", "held-out"])
      for (const label of ["paraphrase", "related", ...contradicting])
        expect(pairs.some((pair) => pair.half === half && pair.label === label)).toBe(true);
    for (const { kind, title, situation, guidance } of pairs.flatMap(({ a, b }) => [a, b])) {
      expect(lessonKinds).toContain(kind);
      expect([title, situation, guidance].map(textProblem)).toEqual([undefined, undefined, undefined]);
      expect(title.length).toBeLessThanOrEqual(limits.maxTitleLength);
      expect(situation.length).toBeLessThanOrEqual(limits.maxSituationLength);
      expect(guidance.length).toBeLessThanOrEqual(limits.maxGuidanceLength);
    }
  });
  it("hold no pair twice", () => {
    expect(new Set(pairs.map(({ a, b }) => JSON.stringify([a, b]))).size).toBe(pairs.length);
  });
});

describe("by their words alone", () => {
  it("at least 95 % of the paraphrases may be merged", () => {
    const paraphrases = labelled("paraphrase");
    expect(paraphrases.filter(isOpen).length / paraphrases.length).toBeGreaterThanOrEqual(0.95);
  });
  it("at most 1 % of what contradicts is left to the similarity", () => {
    const contradictions = labelled(...contradicting);
    expect(contradictions.filter(isOpen).length / contradictions.length).toBeLessThanOrEqual(0.01);
  });
  it("the order in which two lessons are compared does not matter", () => {
    for (const { a, b } of pairs) expect(duplicateProblem(a, b, 1) === undefined).toBe(duplicateProblem(b, a, 1) === undefined);
  });
  it("every lesson may be merged with itself", () => {
    expect(pairs.flatMap(({ a, b }) => [a, b]).filter((each) => duplicateProblem(each, each, 1) !== undefined)).toEqual([]);
  });
});
