import { describe, expect, it } from "vitest";
import { PostingLists } from "../src/posting-lists.ts";

describe("posting lists", () => {
  it("give of each word what was added, in the order in which it came, however the lists grow beside each other", () => {
    const lists = new PostingLists();
    const expected = new Map<number, number[]>();
    const add = (word: number, posting: number): void => {
      lists.add(word, posting);
      expected.set(word, [...(expected.get(word) ?? []), posting]);
    };
    // From one posting to some hundreds each; the largest numbers among words and postings.
    for (let posting = 0; posting < 20_000; posting++)
      add((2 ** 32 - 1 - ((posting * posting) % 397)) >>> 0, 2 ** 32 - 1 - posting);
    for (const word of [0, 1, 2 ** 31 - 1, 2 ** 31]) add(word, word);
    for (const [word, postings] of expected) {
      expect([...lists.get(word)]).toEqual(postings);
      expect(lists.count(word)).toBe(postings.length);
    }
    expect(new Map([...lists.all()].map(([word, postings]) => [word, [...postings]]))).toEqual(expected);
  });

  it("may be longer than a piece of memory, beside others", () => {
    const lists = new PostingLists();
    const long = 70_000;
    for (let posting = 0; posting < long; posting++) {
      lists.add(1, posting);
      if (posting % 7 === 0) lists.add(2, posting);
    }
    // Longer than the long one was, so that blocks that it gave up are taken.
    for (let posting = 0; posting < long; posting++) lists.add(3, posting + 1);
    const ascending = (first: number, step: number, count: number): number[] =>
      Array.from({ length: count }, (_, i) => first + i * step);
    expect([...lists.get(1)]).toEqual(ascending(0, 1, long));
    expect([...lists.get(2)]).toEqual(ascending(0, 7, long / 7));
    expect([...lists.get(3)]).toEqual(ascending(1, 1, long));
  });

  it("are empty for a word that nothing was added to", () => {
    const lists = new PostingLists();
    lists.add(2 ** 31, 5);
    expect(lists.get(0)).toHaveLength(0);
    expect(lists.count(0)).toBe(0);
  });
});
