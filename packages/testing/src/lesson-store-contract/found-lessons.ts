/** Lessons are found: in the order of receipt, by abbreviation, by text, by what they derive from, by date. */
import {
  type LessonState,
  type LessonStore,
  lessonText,
  normalisedText,
  type RecordId,
  type StoredLesson,
  shortId,
  withStanding,
} from "@grapevine/core";
import { beforeEach, describe, expect, it } from "vitest";
import { sampleLesson, sampleStoredLesson, unknownRecordId } from "../sample-records.ts";
import { alice, archival, bob, carol, collect, numberedLessons, type StoreUnderTest } from "./store-under-test.ts";

export function foundLessonsContract(tested: StoreUnderTest): void {
  let store: LessonStore;
  beforeEach(() => {
    store = tested.store;
  });
  const { add } = tested;

  describe("finding lessons", () => {
    it("lists the newest received first, by state, author and number", async () => {
      const lessons = numberedLessons(120).map((lesson, i): StoredLesson => {
        const record = i % 3 === 0 ? sampleLesson(bob, { seq: i, createdAt: 1000 - i }) : lesson.record;
        return sampleStoredLesson(record, lesson.label, i % 2 === 0 ? "own" : "held");
      });
      await add(...lessons);
      const idsOf = async (query: Parameters<LessonStore["list"]>[0]): Promise<RecordId[]> =>
        (await collect(store.list(query))).map(({ record }) => record.id);
      const expected = (fits: (lesson: StoredLesson) => boolean): RecordId[] =>
        lessons
          .filter(fits)
          .map(({ record }) => record.id)
          .reverse();
      expect(await idsOf(undefined)).toEqual(expected(() => true));
      expect(await idsOf({ states: ["held"] })).toEqual(expected(({ standing }) => standing.state === "held"));
      expect(await idsOf({ author: bob.author })).toEqual(expected(({ record }) => record.body.author === bob.author));
      expect(await idsOf({ states: ["own", "held"], limit: 3 })).toEqual(expected(() => true).slice(0, 3));
      expect(await idsOf({ states: [] })).toEqual([]);
      expect(await idsOf({ limit: 0 })).toEqual([]);
    });

    it("keeps a lesson's place in the list when what is kept of it changes", async () => {
      const lessons = numberedLessons(3);
      await add(...lessons);
      const [oldest] = lessons as [StoredLesson];
      await add(withStanding(oldest, { ...oldest.standing, state: "held" }));
      expect((await collect(store.list())).map(({ label }) => label)).toEqual([2, 1, 0]);
      expect((await collect(store.list({ states: ["held"] }))).map(({ label }) => label)).toEqual([0]);
    });

    it("resolves abbreviations: none, one, or two of many", async () => {
      const lessons = numberedLessons(40);
      await add(...lessons);
      const { id } = (lessons[7] as StoredLesson).record;
      expect(await store.resolve(id)).toEqual([id]);
      expect(await store.resolve(shortId(id))).toEqual([id]);
      expect(await store.resolve(id.slice(0, 20))).toEqual([id]);
      expect(await store.resolve("bafyrei")).toHaveLength(2);
      expect(await store.resolve("")).toHaveLength(2);
      expect(await store.resolve(unknownRecordId)).toEqual([]);
    });

    it("finds all lessons of the same normalised text", async () => {
      const record = sampleLesson(alice, { title: "List a box" });
      const echo = sampleLesson(bob, { title: "LIST a box!" });
      const other = sampleLesson(alice, { title: "Empty a box" });
      await add(...[record, echo, other].map((each, label) => sampleStoredLesson(each, label)));
      const found = await store.sameText(normalisedText(lessonText(record.body)));
      expect(found).toEqual([record.id, echo.id].sort());
      expect(await store.sameText(normalisedText(lessonText(record.body)), 1)).toEqual(found.slice(0, 1));
      expect(await store.sameText("nothing of the kind")).toEqual([]);
    });

    it("names the authors of lessons that derive from one, each once", async () => {
      const ancestor = sampleLesson(alice);
      const derivedFrom = [ancestor.id, unknownRecordId];
      const lessons = [
        ancestor,
        sampleLesson(bob, { title: "First echo", derivedFrom }),
        sampleLesson(bob, { title: "Second echo", derivedFrom: [ancestor.id] }),
        sampleLesson(carol, { title: "Third echo", derivedFrom: [ancestor.id] }),
        sampleLesson(carol, { title: "No echo" }),
      ];
      await add(...lessons.map((each, label) => sampleStoredLesson(each, label)));
      expect((await store.derivedAuthors(ancestor.id)).sort()).toEqual([bob.author, carol.author].sort());
      expect(await store.derivedAuthors(unknownRecordId)).toEqual([bob.author]);
      expect(await store.derivedAuthors(lessons[4]?.id ?? "")).toEqual([]);
      expect(await store.derivedAuthors(ancestor.id.slice(0, 20))).toEqual([]);
    });

    it("names the lessons that derive from one, and those that supersede it, whatever has become of them", async () => {
      const [ancestor, other] = [sampleLesson(alice), sampleLesson(alice, { seq: 2 })];
      const derived = sampleLesson(bob, { derivedFrom: [ancestor.id, unknownRecordId] });
      const better = sampleLesson(alice, { seq: 3, supersedes: ancestor.id, derivedFrom: [ancestor.id] });
      const strange = sampleLesson(carol, { supersedes: ancestor.id });
      await add(...[ancestor, other, derived, better].map((each, label) => sampleStoredLesson(each, label)));
      await add(sampleStoredLesson(strange, 9, "held"));
      const inOrder = [derived.id, better.id].sort();
      expect(await store.derivedLessons(ancestor.id)).toEqual(inOrder);
      expect(await store.derivedLessons(ancestor.id, 1)).toEqual(inOrder.slice(0, 1));
      expect(await store.derivedLessons(unknownRecordId)).toEqual([derived.id]);
      expect(await store.derivedLessons(other.id)).toEqual([]);
      expect(await store.supersedersOf(ancestor.id, alice.author)).toEqual([better.id]);
      expect(await store.supersedersOf(other.id, alice.author)).toEqual([]);
      await add(sampleStoredLesson(strange, 9, "retracted"));
      expect(await store.supersedersOf(ancestor.id, carol.author)).toEqual([strange.id]);
      for (const part of ["", "bafyrei", ancestor.id.slice(0, 30)]) {
        expect([await store.derivedLessons(part), await store.supersedersOf(part, alice.author)]).toEqual([[], []]);
      }
      const latest = sampleLesson(alice, { seq: 4, supersedes: ancestor.id });
      await add(sampleStoredLesson(latest, 10));
      const byAuthor = [better.id, latest.id].sort();
      expect(await store.supersedersOf(ancestor.id, alice.author)).toEqual(byAuthor);
      expect(await store.supersedersOf(ancestor.id, alice.author, 1)).toEqual(byAuthor.slice(0, 1));
    });

    it("names the lessons whose date has passed, as long as they are in use", async () => {
      const expiring = [300, 100, 200].map((expiresAt, label) =>
        sampleStoredLesson(sampleLesson(alice, { seq: label, expiresAt }), label, "held"),
      );
      const [last, first, middle] = expiring.map(({ record }) => record.id) as [RecordId, RecordId, RecordId];
      await add(...expiring, sampleStoredLesson(sampleLesson(bob), 3));
      expect(await store.expiredBy(99)).toEqual([]);
      expect(await store.expiredBy(100)).toEqual([first]);
      expect(await store.expiredBy(2 ** 45)).toEqual([first, middle, last]);
      const as = (lesson: StoredLesson, state: LessonState): StoredLesson => withStanding(lesson, { ...lesson.standing, state });
      await add(as(expiring[1] as StoredLesson, "retracted"), as(expiring[2] as StoredLesson, "archived"));
      expect(await store.expiredBy(250)).toEqual([]);
      await add(as(expiring[2] as StoredLesson, "admitted"));
      expect(await store.expiredBy(250)).toEqual([middle]);
      await store.apply([{ ...archival, id: last }]);
      expect(await store.expiredBy(1000)).toEqual([middle]);
    });
  });
}
