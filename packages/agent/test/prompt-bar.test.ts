import { describe, expect, it } from "vitest";
import { calibratedMinSimilarity, type JudgedPrompt } from "../src/index.ts";

/** So many questions, of which so many went well. */
function prompts(all: number, succeeded: number, similarity?: number): JudgedPrompt[] {
  return Array.from({ length: all }, (_, number) => ({
    succeeded: number < succeeded,
    ...(similarity === undefined ? {} : { similarity }),
  }));
}

describe("how near a lesson must be", () => {
  it("is where it begins as long as nothing is known, or lessons do no harm", () => {
    expect(calibratedMinSimilarity([])).toBe(0.3);
    expect(calibratedMinSimilarity([...prompts(40, 20), ...prompts(40, 24, 0.32)])).toBe(0.3);
    expect(calibratedMinSimilarity(prompts(40, 0, 0.32))).toBe(0.3);
  });

  it("rises past lessons with which questions went worse than without, and no further", () => {
    const harmful = [...prompts(40, 28), ...prompts(30, 6, 0.33), ...prompts(60, 54, 0.52)];
    expect(calibratedMinSimilarity(harmful)).toBe(0.35);
    const farther = [...prompts(40, 28), ...prompts(15, 3, 0.33), ...prompts(15, 3, 0.43), ...prompts(60, 54, 0.58)];
    expect(calibratedMinSimilarity(farther)).toBe(0.45);
  });

  it("takes no weak evidence: it rises just where chance would show as much once in twenty times", () => {
    const base = prompts(40, 28);
    expect(calibratedMinSimilarity([...base, ...prompts(10, 5, 0.33)])).toBe(0.3);
    expect(calibratedMinSimilarity([...base, ...prompts(10, 3, 0.33)])).toBe(0.35);
    expect(calibratedMinSimilarity([...prompts(400, 400), ...prompts(4, 0, 0.33)])).toBe(0.3);
    expect(calibratedMinSimilarity([...prompts(400, 400), ...prompts(5, 0, 0.33)])).toBe(0.35);
  });
});
