import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clusteredVectors, ExactVectorIndex, vectorIndexContract } from "@grapevine/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openVectorIndex } from "../src/index.ts";

let folder: string;
let created = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vector-index-"));
});
afterAll(() => rm(folder, { recursive: true }));

vectorIndexContract("The HNSW index", {
  create: async (init) => (await openVectorIndex({ ...init, path: join(folder, String(created++)) })).index,
});

const dimensions = 64;
const clustered = clusteredVectors({ count: 5050, dimensions, clusters: 100, seed: 11 });
const vectors = clustered.slice(0, 5000);
const questions = clustered.slice(5000);

/** The share of the ten truly nearest that the approximate index finds. */
function recallOfTen(found: readonly number[][], exact: readonly number[][]): number {
  const hits = found.map((labels, i) => labels.filter((label) => exact[i]?.includes(label)).length);
  return hits.reduce((sum, count) => sum + count, 0) / (10 * found.length);
}

describe("the HNSW index beside an exact one", () => {
  it("finds at least 98 of 100 true neighbours, before and after a save, with and without removed points", async () => {
    const init = { path: join(folder, "recall"), embedder: "test:64", dimensions };
    const { index } = await openVectorIndex(init);
    const exact = new ExactVectorIndex(init);
    for (const [label, vector] of vectors.entries()) {
      index.add(label, vector);
      exact.add(label, vector);
    }
    const ten = (from: { search: typeof exact.search }): number[][] =>
      questions.map((question) => from.search(question, 10).map(({ label }) => label));
    expect(recallOfTen(ten(index), ten(exact))).toBeGreaterThanOrEqual(0.98);

    for (let label = 0; label < vectors.length; label += 4) {
      index.remove(label);
      exact.remove(label);
    }
    expect(recallOfTen(ten(index), ten(exact))).toBeGreaterThanOrEqual(0.98);

    await index.save();
    await index.close();
    const { index: loaded, state } = await openVectorIndex(init);
    expect({ state, size: loaded.size }).toEqual({ state: "loaded", size: exact.size });
    expect(recallOfTen(ten(loaded), ten(exact))).toBeGreaterThanOrEqual(0.98);
    await loaded.close();
  });

  it("says once when so much was removed that filling it anew pays", async () => {
    const said: string[] = [];
    const { index } = await openVectorIndex({
      path: join(folder, "worn"),
      embedder: "test:64",
      dimensions,
      log: (message) => said.push(message),
    });
    for (const [label, vector] of vectors.slice(0, 1501).entries()) index.add(label, vector);
    for (let label = 0; label < 999; label++) index.remove(label);
    expect({ pays: index.rebuildPays, deleted: index.deleted, said }).toEqual({ pays: false, deleted: 999, said: [] });
    for (let label = 999; label < 1500; label++) index.remove(label);
    expect({ pays: index.rebuildPays, deleted: index.deleted, size: index.size }).toEqual({ pays: true, deleted: 1500, size: 1 });
    expect(said).toHaveLength(1);
    expect(said[0]).toContain("1000 removed points");
    await index.close();
  });
});
