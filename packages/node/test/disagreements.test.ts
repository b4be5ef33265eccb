/** The list of conflicts, a page at a time. */
import type { StoredLesson } from "@grapevine/core";
import { MemoryLessonStore, sampleIdentity, sampleLesson, sampleStoredLesson } from "@grapevine/testing";
import { expect, it } from "vitest";
import { listConflicts } from "../src/disagreements.ts";

const author = sampleIdentity(1);

it("reads the lessons of the page that is asked for, and no others; the open ones come first", async () => {
  const store = new MemoryLessonStore();
  const lessons = Array.from({ length: 12 }, (_, number) =>
    sampleStoredLesson(sampleLesson(author, { seq: number + 1 }), number, number === 11 ? "archived" : "admitted"),
  );
  const linked = lessons.map((lesson, number): StoredLesson => {
    const other = lessons[number % 2 === 0 ? number + 1 : number - 1] as StoredLesson;
    // The first pair is decided.
    const outcomes =
      number === 0 ? { worked: 9, changed: 0, failed: 0 } : { worked: 0, changed: 0, failed: number === 1 ? 9 : 0 };
    return { ...lesson, conflicts: [other.record.id], outcomes };
  });
  await store.apply(linked.map((lesson) => ({ kind: "lesson", lesson })));
  const getMany = store.getMany.bind(store);
  let read = 0;
  store.getMany = async (ids) => {
    read += ids.length;
    return await getMany(ids);
  };
  const components = { store, utilitiesOf: async (some: readonly unknown[]) => some.map(() => 0), nameOf: () => undefined };
  const first = await listConflicts({ limit: 3 }, components);
  expect([first.length, read]).toEqual([3, 6]);
  const second = await listConflicts({ limit: 3, offset: 3 }, components);
  expect(first.map(({ state }) => state)).toEqual(["open", "open", "open"]);
  expect(second.map(({ state }) => state)).toEqual(["open", "decided"]); // the pair of the archived one is none
  const ids = [...first, ...second].flatMap(({ sides }) => sides.map(({ id }) => id));
  expect(new Set(ids).size).toBe(10);
  expect(await listConflicts({}, components)).toEqual([...first, ...second]);
});
