/** What a lesson derives from and what derives from it, at any remove. Cycles cannot be made, since ids are hashes, but a lineage can be long. */
import type { LessonBody, LessonStore, RecordId, StoredLesson } from "@grapevine/core";
import type { Relatives } from "@grapevine/reconcile";

export interface LineageStore {
  lesson(id: RecordId): Promise<StoredLesson | undefined>;
  derivedLessons(ancestor: RecordId, limit: number): Promise<readonly RecordId[]>;
}

/** A store as it is, without the changes of a batch. */
export function lineageIn(store: Pick<LessonStore, "get" | "derivedLessons">): LineageStore {
  return { lesson: (id) => store.get(id), derivedLessons: (ancestor, limit) => store.derivedLessons(ancestor, limit) };
}

/** Lessons of one lineage that are looked at, at most: nobody may make a verdict dear by a long one. */
export const maxLineage = 256;

/** A lesson, or a glance at one. */
export interface Descendant {
  readonly id: RecordId;
  readonly body: Pick<LessonBody, "derivedFrom">;
}

export interface Lineage {
  /** Those that are here, nearest first. */
  readonly lessons: readonly StoredLesson[];
  /** Those that are named and not here. */
  readonly missing: readonly RecordId[];
  /** Are these all? */
  readonly isWhole: boolean;
}

/** Authors whose word on a lesson is an echo, and the lessons that may add others to them when they come. */
export interface EchoingAuthors {
  readonly authors: Relatives;
  readonly missing: readonly RecordId[];
}

export async function ancestorsOf({ body }: Descendant, store: LineageStore): Promise<Lineage> {
  return walk(body.derivedFrom, async (lesson) => lesson.record.body.derivedFrom, store);
}

export async function descendantsOf(id: RecordId, store: LineageStore): Promise<Lineage> {
  // One more than are looked at, so that it shows whether there are more.
  const next = (from: RecordId): Promise<readonly RecordId[]> => store.derivedLessons(from, maxLineage + 1);
  return walk(await next(id), (lesson) => next(lesson.record.id), store);
}

/**
 * Authors whose word on the lesson is an echo: of the lessons it derives from, at any remove, and of those that derive from it. Where its lineage is longer than
 * one looks, that is everybody: else a long one would hide a relative.
 */
export async function relativesOf(lesson: Descendant, store: LineageStore): Promise<EchoingAuthors> {
  const [ancestors, descendants] = await Promise.all([ancestorsOf(lesson, store), descendantsOf(lesson.id, store)]);
  const authors = new Set([...ancestors.lessons, ...descendants.lessons].map(({ record }) => record.body.author));
  return { authors: ancestors.isWhole && descendants.isWhole ? authors : "everybody", missing: ancestors.missing };
}

async function walk(
  from: readonly RecordId[],
  next: (lesson: StoredLesson) => Promise<readonly RecordId[]>,
  store: LineageStore,
): Promise<Lineage> {
  const seen = new Set(from);
  const lessons: StoredLesson[] = [];
  const missing: RecordId[] = [];
  // A set that grows while it is gone through: its new members come last.
  for (const id of seen) {
    if (lessons.length + missing.length >= maxLineage) return { lessons, missing, isWhole: false };
    const lesson = await store.lesson(id);
    if (lesson === undefined) {
      missing.push(id);
      continue;
    }
    lessons.push(lesson);
    for (const further of await next(lesson)) seen.add(further);
  }
  return { lessons, missing, isWhole: true };
}
