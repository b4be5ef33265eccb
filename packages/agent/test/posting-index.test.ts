import { weighedWords, wordHashes } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { PostingIndex } from "../src/index.ts";
import { maxPostingsWalked } from "../src/posting-index.ts";

describe("the index of words", () => {
  const said = (text: string, weight = 1) => weighedWords([{ text, weight }]);
  const indexOf = (texts: readonly string[]): PostingIndex => {
    const index = new PostingIndex();
    for (const [label, text] of texts.entries()) index.add(label, said(text));
    return index;
  };
  const labelsOf = (index: PostingIndex, question: string, count = 10): number[] =>
    index.search(wordHashes(question), count).map(({ label }) => label);

  it("puts first what shares rare words, and leaves out what shares none", () => {
    const index = indexOf(["rotate the prism", "rotate the glass", "rotate the penguin", "feed the penguin fish"]);
    expect(labelsOf(index, "How do I rotate a prism?")).toEqual([0, 1, 2]);
    expect(labelsOf(index, "which fish do penguins like")).toEqual([3, 2]);
    expect(labelsOf(index, "what is it that you do")).toEqual([]);
    expect(labelsOf(index, "rotate", 2)).toHaveLength(2);
    expect(labelsOf(index, "rotate", 0)).toEqual([]);
  });

  it("counts a word by its field, and more of the same less and less", () => {
    const inContext = weighedWords([
      { text: "prism", weight: 0.2 },
      { text: "window", weight: 1 },
    ]);
    const inTitle = weighedWords([
      { text: "prism", weight: 1 },
      { text: "window", weight: 0.2 },
    ]);
    const index = new PostingIndex();
    for (const [label, words] of [inContext, inTitle, said("something else")].entries()) index.add(label, words);
    const [low = 0, high = 0] = index.scores(wordHashes("prism"), [inContext, inTitle]);
    expect(high).toBeGreaterThan(1.5 * low);
    const repeated = indexOf(["prism", "prism ".repeat(9), "other", "another thing", "nothing"]);
    const [once = 0, often = 0] = repeated.scores(wordHashes("prism"), [said("prism"), said("prism ".repeat(9))]);
    expect(often).toBeLessThan(2 * once);
  });

  it("gives the same scores for given lessons as in a search, and none for what shares nothing", () => {
    const texts = ["rotate the prism", "rotate the glass", "feed penguins"];
    const index = indexOf(texts);
    const words = wordHashes("rotate prism glass");
    const found = index.search(words, 10);
    const scores = index.scores(
      words,
      texts.map((text) => said(text)),
    );
    expect(found).toHaveLength(2);
    for (const { label, score } of found) expect(scores[label]).toBeCloseTo(score, 5);
    expect(scores[2]).toBe(0);
    expect(new PostingIndex().scores(words, [said("rotate")])).toEqual([0]);
  });

  it("finds no removed lesson, and the same one again once it is back", () => {
    const index = indexOf(["rotate the prism", "rotate the glass"]);
    index.remove(0);
    index.remove(0);
    index.remove(99);
    expect([index.size, index.has(0), labelsOf(index, "rotate prism")]).toEqual([1, false, [1]]);
    index.add(0, said("rotate the prism"));
    index.add(0, said("rotate the prism"));
    expect([index.size, labelsOf(index, "rotate prism")]).toEqual([2, [0, 1]]);
  });

  it("keeps nothing of what is forgotten: scores are as if it had never been there", () => {
    const index = indexOf(["rotate the prism", "rotate the glass", "rotate the penguin"]);
    index.remove(1);
    index.forget(1);
    const never = new PostingIndex();
    never.add(0, said("rotate the prism"));
    never.add(2, said("rotate the penguin"));
    const words = wordHashes("rotate the glass penguin");
    expect(index.search(words, 5)).toEqual(never.search(words, 5));
  });

  it("is made anew when much was removed, and finds the rest as before", () => {
    const index = new PostingIndex();
    for (let label = 0; label < 3_000; label++) index.add(label, said(`common word${label}`));
    for (let label = 0; label < 2_000; label++) index.remove(label);
    expect(index.size).toBe(1_000);
    expect(labelsOf(index, "word2500")).toEqual([2500]);
    expect(labelsOf(index, "word1500")).toEqual([]);
  });

  it("walks through the words of many only up to its limit: those of fewer come first", () => {
    const index = new PostingIndex();
    for (let label = 0; label < maxPostingsWalked; label++) index.add(label, said(label === 5 ? "common prism" : "common"));
    expect(labelsOf(index, "common")).toHaveLength(10);
    expect(labelsOf(index, "common prism", 2)).toEqual([5]);
    index.add(maxPostingsWalked, said("common"));
    expect(labelsOf(index, "common")).toEqual([]);
  });
});
