/** Lessons are kept: batches whole or not at all, one label each, counted by state, archived by id. */
import { glanceOf, type LessonStore, maxStandings, type StoreChange, type StoredLesson, withStanding } from "@grapevine/core";
import { beforeEach, describe, expect, it } from "vitest";
import { sampleLesson, sampleStoredLesson, unknownRecordId } from "../sample-records.ts";
import { alice, archival, bob, collect, numberedLessons, type StoreUnderTest } from "./store-under-test.ts";

export function keptLessonsContract(tested: StoreUnderTest): void {
  let store: LessonStore;
  beforeEach(() => {
    store = tested.store;
  });
  const { add } = tested;

  describe("lessons", () => {
    it("starts empty", async () => {
      expect(store.counts()).toEqual({ own: 0, admitted: 0, held: 0, archived: 0, retracted: 0 });
      expect(await collect(store.list())).toEqual([]);
      expect(await collect(store.recordKeys())).toEqual([]);
      expect(await store.get(unknownRecordId)).toBeUndefined();
      expect(await store.get("no id at all")).toBeUndefined();
      expect(await store.record(unknownRecordId)).toBeUndefined();
      expect(await store.outbox()).toEqual([]);
      expect(await store.principals()).toEqual([]);
    });

    it("gives back what was stored, by id and by label, in the order asked", async () => {
      const [first, second] = numberedLessons(2) as [StoredLesson, StoredLesson];
      const detailed: StoredLesson = {
        ...withStanding(second, { ...second.standing, state: "held" }),
        pinned: true,
        usedAt: 17,
        conflicts: [first.record.id],
        topic: 0,
        trial: {
          wins: 3,
          losses: 1,
          bothRight: 2,
          bothWrong: 0,
          generations: 12,
          verdict: "undecided",
          against: first.record.id,
          model: "scripted",
          at: 5,
        },
        consolidates: first.record.id,
        prunedUtility: 0.25,
      };
      await add(first, detailed);
      expect(await store.get(first.record.id)).toEqual(first);
      expect(await store.getMany([detailed.record.id, unknownRecordId, first.record.id])).toEqual([detailed, undefined, first]);
      expect(await store.byLabels([1, 99, 0, 1])).toEqual([detailed, undefined, first, detailed]);
      expect(await store.record(first.record.id)).toEqual(first.record);
      expect(await store.getMany([])).toEqual([]);
    });

    it("replaces what is kept about a lesson, and counts by state", async () => {
      const lesson = sampleStoredLesson(sampleLesson(alice), 7, "held");
      await add(lesson);
      expect(store.counts()).toMatchObject({ held: 1, admitted: 0 });
      const admitted = withStanding(lesson, { ...lesson.standing, state: "admitted", since: 5 });
      await add({ ...admitted, outcomes: { worked: 3, changed: 0, failed: 1 } });
      expect(await store.get(lesson.record.id)).toEqual({ ...admitted, outcomes: { worked: 3, changed: 0, failed: 1 } });
      expect(store.counts()).toMatchObject({ held: 0, admitted: 1 });
      expect(await collect(store.list())).toHaveLength(1);
    });

    it("sees, within a batch, what the batch already changed", async () => {
      const lesson = sampleStoredLesson(sampleLesson(alice), 0, "held");
      const archived = withStanding(lesson, { ...lesson.standing, state: "archived" });
      await add(lesson, withStanding(lesson, { ...lesson.standing, state: "admitted" }), archived);
      expect(await store.get(lesson.record.id)).toEqual(archived);
      expect(store.counts()).toEqual({ own: 0, admitted: 0, held: 0, archived: 1, retracted: 0 });
    });

    it("applies a batch whole or not at all", async () => {
      const [first, second] = numberedLessons(2) as [StoredLesson, StoredLesson];
      const refusal: StoreChange = { kind: "refused", id: unknownRecordId, reason: "a test" };
      const batch: StoreChange[] = [
        { kind: "lesson", lesson: first },
        refusal,
        { kind: "lesson", lesson: { ...second, label: first.label } },
      ];
      await expect(store.apply(batch)).rejects.toMatchObject({ code: "STORE_CHANGE_INVALID" });
      expect(await store.get(first.record.id)).toBeUndefined();
      expect(await store.byLabels([0])).toEqual([undefined]);
      expect(await store.knows([unknownRecordId, first.record.id])).toEqual([false, false]);
      expect(store.counts().admitted).toBe(0);
    });

    it("gives a label to one lesson only, and never changes it", async () => {
      const [first, second] = numberedLessons(2) as [StoredLesson, StoredLesson];
      await add(first);
      await expect(add({ ...second, label: 0 })).rejects.toMatchObject({ code: "STORE_CHANGE_INVALID" });
      await expect(add({ ...first, label: 5 })).rejects.toMatchObject({ code: "STORE_CHANGE_INVALID" });
      for (const label of [-1, 0.5, 2 ** 32]) {
        await expect(add({ ...second, label })).rejects.toMatchObject({ code: "STORE_CHANGE_INVALID" });
      }
      await add({ ...second, label: 2 ** 32 - 1 });
      expect((await store.byLabels([2 ** 32 - 1]))[0]?.record.id).toBe(second.record.id);
    });

    it("keeps apart batches that are applied at once", async () => {
      const lessons = numberedLessons(40);
      await Promise.all(lessons.map((lesson) => add(lesson)));
      expect(store.counts().admitted).toBe(40);
      const same = lessons[0] as StoredLesson;
      const used = Array.from({ length: 10 }, (_, i) => ({ ...same, usedAt: i + 1 }));
      await Promise.all(used.map((lesson) => add(lesson)));
      expect((await store.get(same.record.id))?.usedAt).toBe(10);
      expect(await collect(store.list())).toHaveLength(40);
    });

    it("archives a lesson by its id: the standing, and what follows from it, and nothing else", async () => {
      const lesson = { ...sampleStoredLesson(sampleLesson(alice), 4, "held"), usedAt: 7 };
      await add(lesson, sampleStoredLesson(sampleLesson(bob), 5, "held"));
      await store.apply([{ ...archival, id: lesson.record.id }]);
      const archived = { ...withStanding(lesson, archival.standing), prunedUtility: archival.prunedUtility };
      expect(await store.get(lesson.record.id)).toEqual(archived);
      expect(store.counts()).toEqual({ own: 0, admitted: 0, held: 1, archived: 1, retracted: 0 });
      expect(await collect(store.list({ states: ["archived"], author: alice.author }))).toEqual([archived]);
      expect(await store.glances([4])).toEqual([glanceOf(archived, [])]);
      expect((await collect(store.allGlances())).find(({ label }) => label === 4)).toEqual(glanceOf(archived, []));
      expect((await collect(store.recordKeys())).map(({ id }) => id)).toContain(lesson.record.id);
      await expect(store.apply([{ ...archival, id: unknownRecordId }])).rejects.toMatchObject({ code: "STORE_CHANGE_INVALID" });
      for (let time = 0; time < maxStandings + 3; time++) await store.apply([{ ...archival, id: lesson.record.id }]);
      expect((await store.get(lesson.record.id))?.history).toHaveLength(maxStandings);
      // With the glances in memory, and one that the same batch has changed before.
      const [other] = await store.byLabels([5]);
      const pinned = { ...(other as StoredLesson), pinned: true };
      await store.apply([
        { kind: "lesson", lesson: pinned },
        { ...archival, id: pinned.record.id },
      ]);
      const both = { ...withStanding(pinned, archival.standing), prunedUtility: archival.prunedUtility };
      expect(await store.glances([5])).toEqual([glanceOf(both, [])]);
    });

    it("never gives a label or a sequence number twice, nor a label that a lesson has", async () => {
      const labels = Array.from({ length: 5000 }, () => store.nextLabel());
      expect(new Set(labels).size).toBe(5000);
      const stored = Math.max(...labels) + 500;
      await add(sampleStoredLesson(sampleLesson(alice), stored));
      expect(store.nextLabel()).toBeGreaterThan(stored);
      const sequences = Array.from({ length: 5000 }, () => store.nextSequence());
      expect(sequences.every((sequence, i) => i === 0 || sequence > (sequences[i - 1] as number))).toBe(true);
    });
  });
}
