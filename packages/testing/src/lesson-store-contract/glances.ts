/** Glances and vectors: what is kept for recall beside the lessons themselves. */
import {
  type GlanceQuery,
  glanceOf,
  type LessonGlance,
  type LessonState,
  type LessonStore,
  type StoredLesson,
  withStanding,
} from "@grapevine/core";
import { beforeEach, describe, expect, it } from "vitest";
import { sampleAttestation, sampleLesson, sampleStoredLesson } from "../sample-records.ts";
import { alice, bob, carol, collect, type StoreUnderTest } from "./store-under-test.ts";

export function glancesContract(tested: StoreUnderTest): void {
  let store: LessonStore;
  beforeEach(() => {
    store = tested.store;
  });
  const { add } = tested;

  describe.each(["read from the disk", "held in memory"])("glances, %s", (where) => {
    const environment = { environment: "tools:7", version: "2" };
    const plain = sampleStoredLesson(sampleLesson(alice), 0, "own");
    const detailed: StoredLesson = {
      ...sampleStoredLesson(
        sampleLesson(bob, { environment, expiresAt: 2 ** 45, derivedFrom: [plain.record.id], title: "Größe straße \u{1F347}" }),
        4_000_000_000,
        "held",
      ),
      pinned: true,
      outcomes: { worked: 1.5, changed: 2, failed: 3 },
      cluster: plain.record.id,
      usedAt: 17,
    };
    const attestation = sampleAttestation(carol, { lesson: detailed.record.id, worked: 4, changed: 5, failed: 6 });
    const later = sampleAttestation(carol, { lesson: detailed.record.id, seq: 1_000, worked: 4, changed: 5, failed: 9 });
    const attested = { author: carol.author, worked: 4, changed: 5, failed: 6 };
    beforeEach(async () => {
      if (where === "held in memory") await collect(store.wordsIn([]));
    });
    const all = async (): Promise<LessonGlance[]> => (await collect(store.allGlances())).sort((a, b) => a.label - b.label);

    it("are those of the lessons and of what is attested of them, in the order asked", async () => {
      await store.apply([{ kind: "attestation", record: attestation }]);
      await add(plain, detailed);
      const expected = [glanceOf(plain, []), glanceOf(detailed, [attested])];
      expect(await store.glances([4_000_000_000, 7, 0])).toEqual([expected[1], undefined, expected[0]]);
      expect(await store.glances([])).toEqual([]);
      expect(await all()).toEqual(expected);
      expect(await store.glances([0, 4_000_000_000])).toEqual(expected);
    });

    it("follow every change", async () => {
      await add(detailed, plain);
      expect(await all()).toEqual([glanceOf(plain, []), glanceOf(detailed, [])]);
      const changed: StoredLesson = {
        ...withStanding(detailed, { ...detailed.standing, state: "admitted" }),
        cluster: detailed.record.id,
        outcomes: { worked: 2, changed: 0, failed: 0 },
      };
      await add(changed);
      await store.apply([attestation, later].map((record) => ({ kind: "attestation", record })));
      const said = [{ ...attested, failed: 9 }];
      expect(await store.glances([0, 4_000_000_000])).toEqual([glanceOf(plain, []), glanceOf(changed, said)]);
      expect(await all()).toEqual([glanceOf(plain, []), glanceOf(changed, said)]);
    });

    it("can be asked for by state and by the size of the cluster", async () => {
      const [third, fourth] = [5, 6].map((label) => sampleStoredLesson(sampleLesson(alice, { title: `Of ${label}` }), label)) as [
        StoredLesson,
        StoredLesson,
      ];
      const joined = { ...third, cluster: plain.record.id };
      const held = withStanding({ ...fourth, cluster: plain.record.id }, { ...fourth.standing, state: "held" });
      await add(plain, detailed, joined, held);
      const labels = async (query: GlanceQuery): Promise<number[]> =>
        (await collect(store.allGlances(query))).map(({ label }) => label).sort((a, b) => a - b);
      expect(await labels({ states: ["held"] })).toEqual([6, 4_000_000_000]);
      expect(await labels({ states: [] })).toEqual([]);
      // `detailed` has joined, too.
      expect(await labels({ minClusterSize: 4 })).toEqual([0, 5, 6, 4_000_000_000]);
      expect(await labels({ minClusterSize: 4, states: ["own", "admitted"] })).toEqual([0, 5]);
      expect(await labels({ minClusterSize: 5 })).toEqual([]);
    });

    it("can be asked for their words alone, by state", async () => {
      const held = withStanding(plain, { ...plain.standing, state: "held" });
      await add(held, detailed);
      const wordsIn = async (...states: LessonState[]): Promise<unknown> => {
        const found: unknown[] = [];
        for await (const { label, words } of store.wordsIn(states)) found.push([label, [...words.words], [...words.weights]]);
        return found;
      };
      const { words, weights } = glanceOf(held, []).words;
      await add(withStanding(detailed, { ...detailed.standing, state: "archived" }));
      expect(await wordsIn("own", "held")).toEqual([[0, [...words], [...weights]]]);
      expect(await wordsIn("admitted")).toEqual([]);
    });

    it("do not change with a batch that is refused", async () => {
      await add(plain);
      const batch = [withStanding(plain, { ...plain.standing, state: "archived" }), { ...detailed, label: plain.label }];
      await expect(add(...batch)).rejects.toMatchObject({ code: "STORE_CHANGE_INVALID" });
      expect(await store.glances([0])).toEqual([glanceOf(plain, [])]);
      expect(await all()).toEqual([glanceOf(plain, [])]);
    });
  });

  describe("embeddings", () => {
    it("keeps the vectors of each embedder apart", async () => {
      const vectorOf = (...elements: number[]): Float32Array => Float32Array.from(elements);
      await store.apply([
        { kind: "embedding", label: 300, embedder: "a:3", vector: vectorOf(0.5, -1.25, 1e-30) },
        { kind: "embedding", label: 2, embedder: "a:3", vector: vectorOf(1, 2, 3) },
        { kind: "embedding", label: 2, embedder: "b:2", vector: vectorOf(7, 8) },
      ]);
      await store.apply([{ kind: "embedding", label: 2, embedder: "a:3", vector: vectorOf(4, 5, 6) }]);
      expect(await store.embedding("a:3", 2)).toEqual(vectorOf(4, 5, 6));
      expect(await store.embedding("a:3", 300)).toEqual(vectorOf(0.5, -1.25, 1e-30));
      expect(await store.embedding("b:2", 300)).toBeUndefined();
      expect(await store.embedding("c:1", 2)).toBeUndefined();
      expect(await collect(store.embeddings("a:3"))).toEqual([
        { label: 2, vector: vectorOf(4, 5, 6) },
        { label: 300, vector: vectorOf(0.5, -1.25, 1e-30) },
      ]);
      expect(await collect(store.embeddings("b:2"))).toEqual([{ label: 2, vector: vectorOf(7, 8) }]);
      expect(await collect(store.embeddings("c:1"))).toEqual([]);
    });
  });
}
