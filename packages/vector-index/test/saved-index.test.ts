import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clusteredVectors } from "@grapevine/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { graphProblem } from "../src/graph-file.ts";
import { type HnswVectorIndex, openVectorIndex } from "../src/index.ts";
import { writeSavedIndex } from "../src/saved-index.ts";

const dimensions = 16;
const embedder = "test:16";
const vectors = clusteredVectors({ count: 300, dimensions, clusters: 12, seed: 5 });
const [question = new Float32Array(dimensions)] = vectors;

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "saved-index-"));
  path = join(folder, "vectors");
});
afterEach(() => rm(folder, { recursive: true }));

async function openEmpty(): Promise<HnswVectorIndex> {
  return (await openVectorIndex({ path, embedder, dimensions })).index;
}

/** A saved index of 300 vectors without labels 5 and 6. */
async function saveIndex(): Promise<void> {
  const index = await openEmpty();
  for (const [label, vector] of vectors.entries()) index.add(label, vector);
  index.remove(5);
  index.remove(6);
  await index.save();
  await index.close();
}

async function graphFile(): Promise<string> {
  const name = (await readdir(path)).find((file) => file.endsWith(".hnsw"));
  return join(path, name ?? "missing");
}

describe("what was forgotten", () => {
  /** Does the saved graph hold the vector, scaled to length 1 as it is kept? */
  const isSaved = async (label: number): Promise<boolean> => {
    const vector = vectors[label] ?? question;
    const length = Math.hypot(...vector);
    const unit = Float32Array.from(vector, (element) => element / length);
    return (await readFile(await graphFile())).includes(Buffer.from(unit.buffer).subarray(0, 12));
  };

  it("is not in the saved file, where what was removed stays", async () => {
    await saveIndex(); // without 5 and 6
    const { index } = await openVectorIndex({ path, embedder, dimensions });
    expect([await isSaved(5), await isSaved(6), await isSaved(7)]).toEqual([true, true, true]);
    index.forget(5);
    index.forget(7);
    await index.save();
    expect([await isSaved(5), await isSaved(6), await isSaved(7), await isSaved(8)]).toEqual([false, true, false, true]);
    await index.close();
    const { index: again, state } = await openVectorIndex({ path, embedder, dimensions });
    expect({ state, size: again.size, has: again.has(7) }).toEqual({ state: "loaded", size: 297, has: false });
    expect(again.search(vectors[7] ?? question, 300).map(({ label }) => label)).not.toContain(7);
    await again.close();
  });

  it("leaves with the next save, too, when a save is under way, which asking does not wait for", async () => {
    const index = await openEmpty();
    for (const [label, vector] of vectors.entries()) index.add(label, vector);
    const first = index.save();
    await Promise.resolve();
    index.forget(3);
    index.forget(4);
    index.add(4, vectors[9] ?? question);
    expect([index.has(3), index.has(4), index.size]).toEqual([false, true, 299]);
    expect(index.search(vectors[3] ?? question, 10).map(({ label }) => label)).not.toContain(3);
    await first;
    await index.save();
    expect([await isSaved(3), await isSaved(4), await isSaved(9)]).toEqual([false, false, true]);
    expect([index.has(3), index.has(4), index.size]).toEqual([false, true, 299]);
    await index.close();
  });
});

describe("what was saved", () => {
  it("is there at the next open, with removals, and goes on growing", async () => {
    const before = await openEmpty();
    for (const [label, vector] of vectors.entries()) before.add(label, vector);
    before.remove(5);
    await before.save();
    const expected = before.search(question, 10);
    await before.close();

    const { index, state, reason } = await openVectorIndex({ path, embedder, dimensions });
    expect({ state, reason, size: index.size, deleted: index.deleted }).toEqual({
      state: "loaded",
      reason: undefined,
      size: 299,
      deleted: 1,
    });
    expect([index.has(4), index.has(5)]).toEqual([true, false]);
    expect(index.search(question, 10)).toEqual(expected);
    for (let label = 300; label < 3000; label++) index.add(label, vectors[label % 300] ?? question);
    index.add(5, question);
    expect(index.size).toBe(3000);
    await index.close();
  });

  it("replaces the earlier save and leaves nothing else behind", async () => {
    await saveIndex();
    const { index } = await openVectorIndex({ path, embedder, dimensions });
    index.add(7777, question);
    await index.save();
    await index.save();
    await index.close();
    expect(await readdir(path)).toEqual([expect.stringMatching(/^graph-[0-9a-f]{16}\.hnsw$/), "header.json"]);
    expect((await openVectorIndex({ path, embedder, dimensions })).index.has(7777)).toBe(true);
  });

  it("does not hold up what is added, removed and searched meanwhile, and holds it after the next save", async () => {
    const index = await openEmpty();
    for (let label = 0; label < 3000; label++) index.add(label, vectors[label % 300] ?? question);
    let saved = false;
    const saving = index.save().then(() => {
      saved = true;
    });
    let turns = 0;
    while (!saved && turns < 500) {
      const [fresh, replaced, gone] = [5000 + turns, 1000 + turns, turns];
      const direction = clusteredVectors({ count: 1, dimensions, clusters: 1, seed: 1000 + turns })[0] ?? question;
      index.add(fresh, direction);
      index.add(replaced, direction);
      index.remove(gone);
      index.add(9000, direction);
      index.remove(9000);
      expect(index.search(direction, 2).map(({ label }) => label)).toEqual([replaced, fresh]);
      expect([index.has(fresh), index.has(gone), index.has(9000), index.size]).toEqual([true, false, false, 3000]);
      expect(index.search(vectors[gone % 300] ?? question, 20).map(({ label }) => label)).not.toContain(gone);
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await saving;
    expect(turns).toBeGreaterThan(5);
    await index.save();
    await index.close();
    const { index: loaded } = await openVectorIndex({ path, embedder, dimensions });
    expect(loaded.size).toBe(3000);
    for (let turn = 0; turn < turns; turn++) expect([loaded.has(5000 + turn), loaded.has(turn)]).toEqual([true, false]);
  });

  it("is asked for twice at once and written once after the other", async () => {
    const index = await openEmpty();
    index.add(1, question);
    await Promise.all([index.save(), index.save()]);
    await index.close();
    expect((await openVectorIndex({ path, embedder, dimensions })).index.size).toBe(1);
  });

  it("is finished by close when it was asked for before", async () => {
    const index = await openEmpty();
    index.add(1, question);
    const saved = index.save();
    await index.close();
    await saved;
    expect((await openVectorIndex({ path, embedder, dimensions })).state).toBe("loaded");
  });

  it("is nothing in a new folder, and nothing is written for an empty index", async () => {
    const { index, state } = await openVectorIndex({ path, embedder, dimensions });
    await index.save();
    expect({ state, files: await readdir(folder) }).toEqual({ state: "empty", files: [] });
  });
});

describe("promise 3: an index that cannot be used is emptied, never a crash", () => {
  const damages: readonly { readonly name: string; readonly damage: () => Promise<void>; readonly reason: RegExp }[] = [
    {
      name: "one flipped bit in the graph",
      damage: async () => {
        const bytes = await readFile(await graphFile());
        const at = Math.floor(bytes.length / 2);
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        await writeFile(await graphFile(), bytes);
      },
      reason: /not the one that was written/,
    },
    {
      name: "a graph of garbage",
      damage: async () => writeFile(await graphFile(), Buffer.alloc(512, 0xa5)),
      reason: /has 512 bytes/,
    },
    {
      name: "a cut graph",
      damage: async () => truncate(await graphFile(), (await stat(await graphFile())).size - 1),
      reason: /bytes, not/,
    },
    { name: "a missing graph", damage: async () => rm(await graphFile()), reason: /cannot be read: ENOENT/ },
    { name: "a missing header", damage: () => rm(join(path, "header.json")), reason: /header .* is missing/ },
    { name: "an empty header", damage: () => truncate(join(path, "header.json"), 0), reason: /header .* is damaged/ },
    {
      name: "a changed header",
      damage: async () => {
        const header = await readFile(join(path, "header.json"), "utf8");
        await writeFile(join(path, "header.json"), header.replace('"deleted":[5,6]', '"deleted":[5,7]'));
      },
      reason: /header .* is damaged/,
    },
  ];
  for (const { name, damage, reason } of damages) {
    it(name, async () => {
      await saveIndex();
      await damage();
      const said: string[] = [];
      const opened = await openVectorIndex({ path, embedder, dimensions, log: (message) => said.push(message) });
      expect({ state: opened.state, size: opened.index.size }).toEqual({ state: "rebuild", size: 0 });
      expect(opened.reason).toMatch(reason);
      expect(said).toEqual([expect.stringContaining(opened.reason ?? "")]);
      expect(await readdir(path)).toEqual([]);
      opened.index.add(1, question);
      await opened.index.save();
      await opened.index.close();
      expect((await openVectorIndex({ path, embedder, dimensions })).state).toBe("loaded");
    });
  }

  it("another embedder, or other dimensions", async () => {
    await saveIndex();
    const other = await openVectorIndex({ path, embedder: "other:16", dimensions });
    expect({ state: other.state, reason: other.reason }).toEqual({
      state: "rebuild",
      reason: "the saved index was filled by the embedder test:16, not other:16",
    });
    await saveIndex();
    const longer = await openVectorIndex({ path, embedder, dimensions: 17 });
    expect({ state: longer.state, reason: longer.reason }).toEqual({
      state: "rebuild",
      reason: "the saved index has 16 dimensions, not 17",
    });
    longer.index.add(1, new Float32Array(17).fill(1));
    expect(longer.index.size).toBe(1);
  });

  it("leaves alone what it did not write", async () => {
    await saveIndex();
    await writeFile(join(path, "notes.txt"), "mine");
    await rm(join(path, "header.json"));
    await openVectorIndex({ path, embedder, dimensions });
    expect(await readdir(path)).toEqual(["notes.txt"]);
  });
});

describe("a save that fails", () => {
  it("is a named error where the folder is a file, and the index goes on", async () => {
    await writeFile(path, "a file");
    const { index, state } = await openVectorIndex({ path, embedder, dimensions });
    expect(state).toBe("rebuild");
    index.add(1, question);
    await expect(index.save()).rejects.toMatchObject({ code: "VECTOR_INDEX_NOT_SAVED" });
    expect(index.search(question, 1)).toHaveLength(1);
    await rm(path);
    await index.save();
    await index.close();
    expect((await openVectorIndex({ path, embedder, dimensions })).index.size).toBe(1);
  });

  it("keeps the earlier save when the graph was written in part, as on a full disk", async () => {
    await saveIndex();
    const whole = await readFile(await graphFile());
    const content = { embedder, dimensions, points: 300, deleted: [] };
    for (const length of [0, 95, 96, Math.floor(whole.length / 2), whole.length - 1]) {
      const failed = writeSavedIndex(path, content, (temporary) => writeFile(temporary, whole.subarray(0, length)));
      await expect(failed).rejects.toThrow("the graph was not written");
    }
    await expect(writeSavedIndex(path, content, async () => undefined)).rejects.toThrow("ENOENT");
    expect((await openVectorIndex({ path, embedder, dimensions })).index.size).toBe(298);
  });

  it("finds a graph of other points or dimensions", async () => {
    await saveIndex();
    expect(await graphProblem(await graphFile(), { points: 300, dimensions })).toBeUndefined();
    expect(await graphProblem(await graphFile(), { points: 299, dimensions })).toMatch(/300 points, not 299/);
    expect(await graphProblem(await graphFile(), { points: 300, dimensions: 400 })).toMatch(/too short/);
  });
});

describe("opening", () => {
  it("refuses dimensions that no vector has", async () => {
    for (const unfit of [0, -1, 1.5, Number.NaN, 1e9]) {
      await expect(openVectorIndex({ path, embedder, dimensions: unfit })).rejects.toMatchObject({ code: "VECTOR_INVALID" });
    }
  });
});
