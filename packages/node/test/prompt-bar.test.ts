import type { Experience, Verdict } from "@grapevine/core";
import { MemoryExperienceStore } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { maxJudgedPrompts, PromptBar } from "../src/prompt-bar.ts";

let made = 0;
function experience(verdict: Verdict | undefined, similarity?: number, more: Partial<Experience> = {}): Experience {
  made += 1;
  const use = { id: "lesson", title: "", author: "", trust: 0, own: false };
  return {
    id: String(made).padStart(8, "0"),
    createdAt: made,
    prompt: "",
    steps: [],
    answer: "",
    lessons:
      similarity === undefined
        ? []
        : [
            { ...use, similarity: similarity - 0.1 },
            { ...use, similarity },
          ],
    model: "",
    ms: 0,
    distillation: "waiting",
    ...(verdict === undefined ? {} : { outcome: { verdict, verifiedBy: "feedback", at: made } }),
    ...more,
  };
}

describe("the bar before prompts", () => {
  const fails = (bar: PromptBar, count: number, more: Partial<Experience> = {}): void => {
    for (let number = 0; number < count; number++) bar.note(experience("failed", 0.33, more));
  };
  const knowing = (): PromptBar => {
    const bar = new PromptBar();
    for (let number = 0; number < 20; number++) bar.note(experience("worked"));
    return bar;
  };

  it("rises by what its own answers came to, and comes back when that is corrected", () => {
    const bar = knowing();
    expect(bar.minSimilarity).toBe(0.3);
    const failed = Array.from({ length: 5 }, () => experience("failed", 0.33));
    for (const each of failed) bar.note(each);
    expect(bar.minSimilarity).toBe(0.35);
    for (const each of failed) bar.note({ ...each, outcome: { verdict: "worked", verifiedBy: "feedback", at: 1 } });
    expect(bar.minSimilarity).toBe(0.3);
  });

  it("does not count tasks, what peers answered, and what has no outcome", () => {
    const bar = knowing();
    fails(bar, 10, { task: { environment: "tools:7", id: "1", family: "a" } });
    fails(bar, 10, { answeredBy: "somebody" });
    fails(bar, 10, { outcome: undefined });
    expect(bar.minSimilarity).toBe(0.3);
  });

  it("is what it was after a restart", async () => {
    const store = new MemoryExperienceStore();
    for (let number = 0; number < 20; number++) await store.append(experience("worked"));
    for (let number = 0; number < 6; number++) await store.append(experience("failed", 0.33));
    const bar = new PromptBar();
    await bar.open(store);
    expect(bar.minSimilarity).toBe(0.35);
  });

  it("forgets what is older than the newest that it remembers", () => {
    const bar = knowing();
    fails(bar, 6);
    const others = maxJudgedPrompts - 26;
    for (let number = 0; number < others; number++) bar.note(experience("worked"));
    expect(bar.minSimilarity).toBe(0.35);
    for (let number = 0; number < 26; number++) bar.note(experience("worked"));
    expect(bar.minSimilarity).toBe(0.3);
  });
});
