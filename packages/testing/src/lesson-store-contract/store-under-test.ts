/** The store that each test of the contract gets, and what the tests fill it with. */
import type { Identity, LessonStore, RecordId, StoredLesson } from "@grapevine/core";
import { afterEach, beforeEach } from "vitest";
import { sampleIdentity, sampleLesson, sampleStoredLesson } from "../sample-records.ts";

export interface LessonStoreFactory {
  /** An empty store that remembers as many refused ids, and how it is closed. */
  create(init: { readonly maxRefused: number }): Promise<{ readonly store: LessonStore; readonly close: () => Promise<void> }>;
}

export interface StoreUnderTest {
  /** Another one for each test, open from before its hooks run. */
  readonly store: LessonStore;
  /** Stores the lessons in one batch. */
  readonly add: (...lessons: StoredLesson[]) => Promise<void>;
}

/** Refused ids that the store remembers. */
export const maxRefused = 5;
/** What archives a lesson, but for its id. */
export const archival = {
  kind: "archive",
  standing: { state: "archived", rule: "sample-pruned", reason: "made room for a test", since: 1_700_000_000_900 },
  prunedUtility: 0.125,
} as const;
export const alice: Identity = sampleIdentity(1);
export const bob: Identity = sampleIdentity(2);
export const carol: Identity = sampleIdentity(3);

/** Opens a store before each test of the suite that is being described, and closes it afterwards. */
export function storeUnderTest(factory: LessonStoreFactory): StoreUnderTest {
  let store: LessonStore;
  let close: () => Promise<void>;
  beforeEach(async () => {
    ({ store, close } = await factory.create({ maxRefused }));
  });
  afterEach(() => close());
  return {
    get store() {
      return store;
    },
    add: async (...lessons) => await store.apply(lessons.map((lesson) => ({ kind: "lesson", lesson }))),
  };
}

/** Lessons of one author, admitted, with the labels from 0 on. */
export function numberedLessons(count: number): StoredLesson[] {
  return Array.from({ length: count }, (_, i) => sampleStoredLesson(sampleLesson(alice, { seq: i + 1 }), i));
}

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

export function sortById<T extends { readonly id: RecordId }>(records: readonly T[]): T[] {
  return [...records].sort((first, second) => (first.id < second.id ? -1 : 1));
}
