/** What every `Embedder` promises, as tests. An adapter's test calls it with a factory. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Embedder } from "@grapevine/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

export interface EmbedderFactory {
  /** The suite opens it twice, and closes it. */
  open(): Promise<Embedder>;
}

/** Whole batches of any adapter, and a rest. */
const manyTexts: readonly string[] = Array.from({ length: 18 }, (_, index) => `text number ${index} of many`);

/** A test takes seconds on an idle machine, and minutes where others work, too. */
const slowestMs = 180_000;

/** Far below a batch that is computed in the main thread, far above what a busy machine does to a quiet one. */
const longestBlockMs = 250;

export function embedderContract(name: string, factory: EmbedderFactory): void {
  describe(`${name} keeps the contract of Embedder`, { timeout: slowestMs }, () => {
    let embedder: Embedder;
    beforeAll(async () => {
      embedder = await factory.open();
    }, slowestMs);
    afterAll(() => embedder.close());

    const embedOne = async (text: string): Promise<Float32Array> => {
      const [vector] = await embedder.embed([text]);
      if (vector === undefined) throw new Error(`no vector for "${text}"`);
      return vector;
    };

    it("says what it is, and how many dimensions its vectors have", async () => {
      expect(embedder.id).not.toBe("");
      expect((await embedOne("a box")).length).toBe(embedder.dimensions);
    });

    it("gives vectors of length 1 for any text, empty and very long ones too", async () => {
      const texts = ["a box", "", " ", "word ".repeat(300), "größer ✓ 箱", "a\u0000b\nc"];
      for (const vector of await embedder.embed(texts)) {
        expect(vector).toBeInstanceOf(Float32Array);
        expect(cosine(vector, vector)).toBeCloseTo(1, 4);
      }
    });

    it("gives one vector a text, in order, for none and for many", async () => {
      expect(await embedder.embed([])).toEqual([]);
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const startedAt = performance.now();
      const vectors = await embedder.embed(manyTexts);
      const totalMs = performance.now() - startedAt;
      delay.disable();
      expect(vectors.length).toBe(manyTexts.length);
      for (const index of [0, 9, 17]) {
        const alone = await embedOne(manyTexts[index] ?? "");
        expect(cosine(vectors[index], alone)).toBeGreaterThan(0.999);
      }
      // Work on this thread would block it for all of the time; what a busy machine takes away is a part of it.
      expect(delay.max / 1e6).toBeLessThan(Math.max(longestBlockMs, totalMs / 2));
    });

    it("gives the same vector for the same text, and does not share it", async () => {
      const [first, twin] = await embedder.embed(["the same", "the same"]);
      expect(cosine(first, twin)).toBeCloseTo(1, 4);
      first?.fill(0);
      expect(cosine(await embedOne("the same"), twin)).toBeCloseTo(1, 4);
    });

    it("puts similar texts nearer than others", async () => {
      const question = await embedOne("How do I list the files of a folder by size?");
      const near = await embedOne("List files in a folder, ordered by size");
      const far = await embedOne("The weather was cold and it rained in the mountains");
      expect(cosine(question, near)).toBeGreaterThan(cosine(question, far));
    });

    it("answers calls that were made at once, each its own", async () => {
      const [first, second] = await Promise.all([embedder.embed(["a red apple"]), embedder.embed(["the law of tax"])]);
      expect(cosine(first?.[0], await embedOne("a red apple"))).toBeGreaterThan(0.999);
      expect(cosine(second?.[0], await embedOne("the law of tax"))).toBeGreaterThan(0.999);
    });

    it("can be closed twice, and then answers no more", async () => {
      const other = await factory.open();
      await other.embed(["a box"]);
      await other.close();
      await other.close();
      await expect(other.embed(["another box"])).rejects.toMatchObject({ code: "EMBEDDER_FAILED" });
    });
  });
}

function cosine(a: Float32Array | undefined, b: Float32Array | undefined): number {
  return [...(a ?? [])].reduce((sum, value, index) => sum + value * (b?.[index] ?? 0), 0);
}
