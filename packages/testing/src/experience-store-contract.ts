/** What every `ExperienceStore` promises, as tests. An adapter's test calls it with a factory of empty stores. */
import { type Experience, type ExperienceStore, forgottenTitle, type Outcome } from "@grapevine/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sampleExperience } from "./sample-records.ts";

export interface ExperienceStoreFactory {
  /** An empty store, and how it is closed. */
  create(): Promise<{ readonly store: ExperienceStore; readonly close: () => Promise<void> }>;
}

const worked: Outcome = { verdict: "worked", verifiedBy: "environment", at: 1_700_000_000_500 };

export function experienceStoreContract(name: string, factory: ExperienceStoreFactory): void {
  describe(`${name} keeps the contract of ExperienceStore`, () => {
    let store: ExperienceStore;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ store, close } = await factory.create());
    });
    afterEach(() => close());

    const idsOf = async (experiences: AsyncIterable<Experience>): Promise<string[]> => {
      const ids: string[] = [];
      for await (const { id } of experiences) ids.push(id);
      return ids;
    };

    it("starts empty", async () => {
      expect(store.count()).toBe(0);
      expect(await idsOf(store.list())).toEqual([]);
      expect(await store.get("01ABC")).toBeUndefined();
      expect(await store.resolve("0")).toEqual([]);
    });

    it("gives back what was appended, with every field", async () => {
      const full = sampleExperience("01FULL", {
        prompt: "Wie heißt 雨?\u0000 \u{1F327}",
        task: { environment: "tools:7", id: "t1", family: "order" },
        askedBy: "12D3KooWPeer",
        outcome: { ...worked, comment: "with care" },
        lessons: [{ id: "bafy", title: "T", author: "12D3", similarity: -0.25, trust: 0.5, own: false }],
      });
      const plain = sampleExperience("01PLAIN");
      await store.append(full);
      await store.append(plain);
      expect(await store.get("01FULL")).toEqual(full);
      expect(await store.get("01PLAIN")).toEqual(plain);
      expect(store.count()).toBe(2);
    });

    it("refuses an id that is taken, and keeps the first", async () => {
      await store.append(sampleExperience("01A", { answer: "first" }));
      await expect(store.append(sampleExperience("01A", { answer: "second" }))).rejects.toMatchObject({
        code: "EXPERIENCE_EXISTS",
      });
      expect((await store.get("01A"))?.answer).toBe("first");
      expect(store.count()).toBe(1);
    });

    it("takes one of several appends of the same id at once", async () => {
      const appends = [1, 2, 3].map((ms) => store.append(sampleExperience("01A", { ms })));
      const results = await Promise.allSettled(appends);
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(store.count()).toBe(1);
    });

    it("lists the newest first, or the oldest, by the order of appending", async () => {
      const ids = Array.from({ length: 120 }, (_, i) => `01X${(i * 7919) % 1000}`);
      await Promise.all(ids.map((id) => store.append(sampleExperience(id))));
      expect(await idsOf(store.list({ oldestFirst: true }))).toEqual(ids);
      expect(await idsOf(store.list())).toEqual([...ids].reverse());
      expect(await idsOf(store.list({ limit: 2 }))).toEqual(ids.slice(-2).reverse());
      expect(await idsOf(store.list({ limit: 0 }))).toEqual([]);
      expect(await idsOf(store.list({ limit: 1000 }))).toHaveLength(120);
    });

    it("lists those in one state of distillation, as it is now", async () => {
      for (const id of ["01A", "01B", "01C", "01D"]) await store.append(sampleExperience(id));
      await store.update("01B", { distillation: "queued" });
      await store.update("01D", { distillation: "queued" });
      expect(await idsOf(store.list({ distillation: "queued", oldestFirst: true }))).toEqual(["01B", "01D"]);
      expect(await idsOf(store.list({ distillation: "queued", limit: 1 }))).toEqual(["01D"]);
      await store.update("01B", { distillation: "distilled" });
      expect(await idsOf(store.list({ distillation: "queued" }))).toEqual(["01D"]);
      expect(await idsOf(store.list({ distillation: "waiting" }))).toEqual(["01C", "01A"]);
    });

    it("changes what an update names and nothing else", async () => {
      const before = sampleExperience("01A");
      await store.append(before);
      const judged = await store.update("01A", { outcome: worked });
      expect(judged).toEqual({ ...before, outcome: worked });
      const queued = await store.update("01A", { distillation: "queued" });
      expect(queued).toEqual({ ...before, outcome: worked, distillation: "queued" });
      expect(await store.get("01A")).toEqual(queued);
      expect(await store.update("01A", {})).toEqual(queued);
    });

    it("loses neither of two updates at once", async () => {
      await store.append(sampleExperience("01A"));
      await Promise.all([store.update("01A", { outcome: worked }), store.update("01A", { distillation: "queued" })]);
      expect(await store.get("01A")).toEqual(sampleExperience("01A", { outcome: worked, distillation: "queued" }));
    });

    it("refuses to update what it does not have", async () => {
      await expect(store.update("01A", { outcome: worked })).rejects.toMatchObject({ code: "EXPERIENCE_UNKNOWN" });
      expect(store.count()).toBe(0);
    });

    it("forgets one for good, and nothing else", async () => {
      for (const id of ["01A", "01B", "01C"]) await store.append(sampleExperience(id));
      const listing = store.list()[Symbol.asyncIterator]();
      await listing.next(); // a list that has begun is not upset by it
      await store.forget("01B");
      await listing.return?.();
      expect(await store.get("01B")).toBeUndefined();
      expect(await idsOf(store.list())).toEqual(["01C", "01A"]);
      expect([store.count(), await store.resolve("01B")]).toEqual([2, []]);
      for (const id of ["01B", "01"]) await expect(store.forget(id)).rejects.toMatchObject({ code: "EXPERIENCE_UNKNOWN" });
      await expect(store.update("01B", { distillation: "queued" })).rejects.toMatchObject({ code: "EXPERIENCE_UNKNOWN" });
      await store.append(sampleExperience("01B", { answer: "another" }));
      expect(await idsOf(store.list())).toEqual(["01B", "01C", "01A"]);
    });

    it("takes a lesson's title out of all that used it, and leaves the rest as it was", async () => {
      const use = { id: "bafyone", title: "A title", author: "12D3", similarity: 0.5, trust: 0.25, own: false };
      const other = { ...use, id: "bafytwo" };
      const both = sampleExperience("01A", { lessons: [other, use], distillation: "queued", outcome: worked });
      const neither = sampleExperience("01B", { lessons: [other] });
      for (const experience of [both, neither]) await store.append(experience);
      expect(await store.forgetLesson(use.id)).toBe(1);
      expect(await store.get("01A")).toEqual({ ...both, lessons: [other, { ...use, title: forgottenTitle }] });
      expect(await store.get("01B")).toEqual(neither);
      expect(await idsOf(store.list({ distillation: "queued" }))).toEqual(["01A"]);
      expect([await store.forgetLesson(use.id), await store.forgetLesson("bafythree")]).toEqual([0, 0]);
    });

    it("resolves the beginning and the end of an id: none, one, or two of many", async () => {
      for (const id of ["01AAXY", "01ABXZ", "02ACXY"]) await store.append(sampleExperience(id));
      expect(await store.resolve("02")).toEqual(["02ACXY"]);
      expect(await store.resolve("XZ")).toEqual(["01ABXZ"]);
      expect(await store.resolve("01ABXZ")).toEqual(["01ABXZ"]);
      expect((await store.resolve("01")).sort()).toEqual(["01AAXY", "01ABXZ"]);
      expect((await store.resolve("XY")).sort()).toEqual(["01AAXY", "02ACXY"]);
      expect(await store.resolve("0")).toHaveLength(2);
      expect(await store.resolve("ACX")).toEqual([]);
      expect(await store.resolve("02ACXYZ")).toEqual([]);
    });
  });
}
