/** What every `VectorIndex` promises, as tests. An adapter's test calls it with a factory of empty indexes. */
import { GrapevineError, type VectorIndex } from "@grapevine/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clusteredVectors } from "./clustered-vectors.ts";

export interface VectorIndexFactory {
  /** An empty index. */
  create(init: { readonly embedder: string; readonly dimensions: number }): Promise<VectorIndex>;
}

const dimensions = 4;
const embedder = "contract:4";
const largestLabel = 0xffff_ffff;

export function vectorIndexContract(name: string, factory: VectorIndexFactory): void {
  describe(`${name} keeps the contract of VectorIndex`, () => {
    let index: VectorIndex;
    beforeEach(async () => {
      index = await factory.create({ embedder, dimensions });
    });
    afterEach(() => index.close());

    const codeOf = (action: () => unknown): string => {
      try {
        action();
      } catch (error) {
        return GrapevineError.is(error) ? error.code : String(error);
      }
      return "none";
    };

    it("says whose vectors it holds, and starts empty", () => {
      expect({ embedder: index.embedder, dimensions: index.dimensions, size: index.size }).toEqual({
        embedder,
        dimensions,
        size: 0,
      });
      expect(index.search(vector(1, 0, 0, 0), 3)).toEqual([]);
    });

    it("finds the nearest first, by cosine", () => {
      index.add(10, vector(1, 0, 0, 0));
      index.add(11, vector(1, 1, 0, 0));
      index.add(12, vector(-1, 0, 0, 0));
      index.add(13, vector(0, 0, 5, 0));
      const found = index.search(vector(2, 0, 0, 0), 4);
      expect(found.map(({ label }) => label)).toEqual([10, 11, 13, 12]);
      expect(found[0]?.similarity).toBeCloseTo(1, 5);
      expect(found[1]?.similarity).toBeCloseTo(Math.SQRT1_2, 5);
      expect(found[2]?.similarity).toBeCloseTo(0, 5);
      expect(found[3]?.similarity).toBeCloseTo(-1, 5);
    });

    it("says how near the given labels are, whether or not they are the nearest", () => {
      index.add(10, vector(1, 0, 0, 0));
      index.add(11, vector(3, 3, 0, 0));
      index.add(12, vector(-1, 0, 0, 0));
      index.remove(12);
      const [far, gone, near, never] = index.similarities(vector(2, 0, 0, 0), [11, 12, 10, 99]);
      expect([gone, never]).toEqual([undefined, undefined]);
      expect(far).toBeCloseTo(Math.SQRT1_2, 5);
      expect(near).toBeCloseTo(1, 5);
      expect(codeOf(() => index.similarities(vector(0, 0, 0, 0), [10]))).toBe("VECTOR_INVALID");
    });

    it("compares directions, never lengths", () => {
      index.add(1, vector(1000, 1000, 0, 0));
      index.add(2, vector(0.001, 0, 0, 0));
      index.add(3, vector(1e30, 0, 1e30, 1e30));
      index.add(4, vector(0, 0, 1e-30, 0));
      expect(index.search(vector(0, 0, 7, 0), 1)).toEqual([{ label: 4, similarity: expect.closeTo(1, 5) }]);
      expect(index.search(vector(1e-20, 1e-20, 0, 0), 1)[0]?.label).toBe(1);
      for (const { similarity } of index.search(vector(1, 2, 3, 4), 4)) expect(Math.abs(similarity)).toBeLessThanOrEqual(1);
    });

    it("never gives more than was asked for, nor more than there are", () => {
      index.add(1, vector(1, 0, 0, 0));
      index.add(2, vector(0, 1, 0, 0));
      expect(index.search(vector(1, 0, 0, 0), 1)).toHaveLength(1);
      expect(index.search(vector(1, 0, 0, 0), 100)).toHaveLength(2);
      expect(index.search(vector(1, 0, 0, 0), 0)).toEqual([]);
      expect(index.search(vector(1, 0, 0, 0), -1)).toEqual([]);
    });

    it("finds the nearest of the labels that are accepted, however many others are nearer", () => {
      for (let label = 0; label < 400; label++) index.add(label, vector(1, label / 4000, 0, 0));
      index.add(1000, vector(0.2, 1, 0, 0));
      index.add(1001, vector(0, 1, 0.2, 0));
      const search = (count: number): number[] =>
        index.search(vector(1, 0, 0, 0), count, (label) => label >= 1000).map(({ label }) => label);
      expect([search(1), search(5)]).toEqual([[1000], [1000, 1001]]);
      expect(index.search(vector(1, 0, 0, 0), 5, () => false)).toEqual([]);
      index.remove(1000);
      expect(search(5)).toEqual([1001]);
    });

    it("passes on what the choice of labels throws, and goes on working", () => {
      index.add(1, vector(1, 0, 0, 0));
      const fail = (): boolean => {
        throw new Error("no choice");
      };
      expect(() => index.search(vector(1, 0, 0, 0), 1, fail)).toThrow("no choice");
      expect(index.search(vector(1, 0, 0, 0), 1, () => true).map(({ label }) => label)).toEqual([1]);
    });

    it("replaces the vector of a label", () => {
      index.add(1, vector(1, 0, 0, 0));
      index.add(2, vector(0, 1, 0, 0));
      index.add(1, vector(0, 0, 0, 1));
      expect(index.size).toBe(2);
      expect(index.search(vector(0, 0, 0, 1), 1)).toEqual([{ label: 1, similarity: expect.closeTo(1, 5) }]);
    });

    it("forgets what was removed, takes it up again, and ignores the removal of what is not there", () => {
      index.add(1, vector(1, 0, 0, 0));
      index.add(2, vector(0, 1, 0, 0));
      index.remove(1);
      index.remove(1);
      index.remove(99);
      expect([index.has(1), index.has(2), index.size]).toEqual([false, true, 1]);
      expect(index.search(vector(1, 0, 0, 0), 2).map(({ label }) => label)).toEqual([2]);
      index.add(1, vector(0, 0, 1, 0));
      expect([index.has(1), index.size]).toEqual([true, 2]);
      expect(index.search(vector(0, 0, 1, 0), 1)[0]?.label).toBe(1);
    });

    it("forgets for good what is there, what was removed and what never was, and finds the others", () => {
      const vectors = clusteredVectors({ count: 400, dimensions, clusters: 8, seed: 5 });
      for (const [label, each] of vectors.entries()) index.add(label, each);
      index.remove(5);
      const forgotten = [5, 6, 7, 399, 1_000_000];
      for (const label of forgotten) index.forget(label);
      for (const label of forgotten) index.forget(label);
      expect(index.size).toBe(396);
      for (const label of forgotten) {
        expect(index.has(label)).toBe(false);
        const found = index.search(vectors[label] ?? vector(1, 0, 0, 0), 10);
        expect(found.filter((each) => forgotten.includes(each.label))).toEqual([]);
      }
      const missed = [...vectors.keys()].filter(
        (label) => index.has(label) && !index.search(vectors[label] ?? vector(), 3).some((found) => found.label === label),
      );
      expect(missed.length).toBeLessThanOrEqual(8);
      index.add(6, vector(0, 0, 1, 0));
      expect([index.has(6), index.size]).toEqual([true, 397]);
      index.forget(6);
    });

    it("gives nothing when everything was removed", () => {
      index.add(1, vector(1, 0, 0, 0));
      index.remove(1);
      expect(index.search(vector(1, 0, 0, 0), 1)).toEqual([]);
    });

    it("keeps the vector it was given, whatever the caller does to it later", () => {
      const reused = vector(1, 0, 0, 0);
      index.add(1, reused);
      reused.set([0, 1, 0, 0]);
      expect(index.search(vector(1, 0, 0, 0), 1)[0]?.similarity).toBeCloseTo(1, 5);
    });

    it("takes every uint32 as a label and nothing else", () => {
      index.add(0, vector(1, 0, 0, 0));
      index.add(largestLabel, vector(0, 1, 0, 0));
      expect(index.search(vector(0, 1, 0, 0), 1)[0]?.label).toBe(largestLabel);
      for (const label of [-1, 0.5, largestLabel + 1, Number.NaN, Number.POSITIVE_INFINITY, "7" as unknown as number]) {
        expect(codeOf(() => index.add(label, vector(1, 0, 0, 0)))).toBe("LABEL_INVALID");
      }
      expect(index.size).toBe(2);
    });

    it("refuses what is not a vector of its dimensions, to add as to search", () => {
      const unfit: unknown[] = [
        vector(1, 0, 0),
        vector(1, 0, 0, 0, 0),
        new Float32Array(0),
        vector(0, 0, 0, 0),
        vector(Number.NaN, 0, 0, 0),
        vector(1, Number.POSITIVE_INFINITY, 0, 0),
        [1, 0, 0, 0],
        ["1", {}, null, 0],
        undefined,
      ];
      for (const value of unfit) {
        expect(codeOf(() => index.add(1, value as Float32Array))).toBe("VECTOR_INVALID");
        expect(codeOf(() => index.search(value as Float32Array, 1))).toBe("VECTOR_INVALID");
      }
      expect(index.size).toBe(0);
    });

    it("grows past any first capacity and still finds each vector by itself", () => {
      const vectors = clusteredVectors({ count: 3000, dimensions, clusters: 60, seed: 3 });
      for (const [label, each] of vectors.entries()) index.add(label, each);
      expect(index.size).toBe(vectors.length);
      const labels = [...vectors.keys()].filter((label) => label % 20 === 0);
      const missed = labels.filter(
        (label) => !index.search(vectors[label] ?? vector(), 3).some((found) => found.label === label),
      );
      expect(missed.length).toBeLessThanOrEqual(labels.length * 0.02);
    });

    it("closes more than once, and refuses work afterwards", async () => {
      await index.close();
      await index.close();
      expect(codeOf(() => index.add(1, vector(1, 0, 0, 0)))).toBe("VECTOR_INDEX_CLOSED");
      expect(codeOf(() => index.remove(1))).toBe("VECTOR_INDEX_CLOSED");
      expect(codeOf(() => index.forget(1))).toBe("VECTOR_INDEX_CLOSED");
      expect(codeOf(() => index.search(vector(1, 0, 0, 0), 1))).toBe("VECTOR_INDEX_CLOSED");
      await expect(index.save()).rejects.toMatchObject({ code: "VECTOR_INDEX_CLOSED" });
    });
  });
}

function vector(...elements: readonly number[]): Float32Array {
  return Float32Array.from(elements);
}
