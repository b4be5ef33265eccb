import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NearTopic, topicOf, topicSimilarity } from "../src/index.ts";

describe("the topic of a lesson", () => {
  it("is its own where none is near enough", () => {
    expect(topicOf(7, [])).toBe(7);
    expect(topicOf(7, [{ topic: 1, similarity: topicSimilarity - 1e-9 }])).toBe(7);
  });
  it("is one that is just near enough", () => {
    expect(topicOf(7, [{ topic: 1, similarity: topicSimilarity }])).toBe(1);
  });
  it("is the nearest, and of two that are equally near the older", () => {
    expect(
      topicOf(7, [
        { topic: 1, similarity: 0.6 },
        { topic: 2, similarity: 0.7 },
      ]),
    ).toBe(2);
    expect(
      topicOf(7, [
        { topic: 5, similarity: 0.7 },
        { topic: 2, similarity: 0.7 },
      ]),
    ).toBe(2);
  });
  it("does not depend on the order in which the topics were found", () => {
    const near = fc.array(fc.record({ topic: fc.nat(20), similarity: fc.constantFrom(0.2, 0.5, 0.7, 0.9) }), { maxLength: 6 });
    fc.assert(
      fc.property(near, (topics: NearTopic[]) => {
        expect(topicOf(99, topics.toReversed())).toBe(topicOf(99, topics));
      }),
    );
  });
});
