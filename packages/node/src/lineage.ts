/** What a lesson derives from and what derives from it, at any remove. Cycles cannot be made, since ids are hashes, but a lineage can be long. */
import type { LessonBody, LessonStore, RecordId, StoredLesson } from "@grapevine/core";

export interface LineageStore {
  lesson(id: RecordId): Promise<StoredLesson | undefined>;
  derivedLessons(ancestor: RecordId, limit: number): Promise<readonly RecordId[]>;
}

/** A store as it is, without the changes of a batch. */
export function lineageIn(store: Pick<LessonStore, "get" | "derivedLessons">): LineageStore {
  return { lesson: (id) => store.get(id), derivedLessons: (ancestor, limit) => store.derivedLessons(ancestor, limit) };
}

/** Lessons of one lineage that are looked at, at most: nobody may make a verdict dear by a long one. */
const maxLineage = 256;

/** A lesson, or a glance at one. */
export interface Descendant {
  readonly id: RecordId;
  readonly body: Pick<LessonBody, "derivedFrom">;
}

/** Those that are here, nearest first. */
export async function ancestorsOf({ body }: Descendant, store: LineageStore): Promise<StoredLesson[]> {
  if (body.derivedFrom.length === 0) return [];
  return walk(body.derivedFrom, async (lesson) => lesson.record.body.derivedFrom, store);
}

/** Those that are here, nearest first. */
export async function descendantsOf(id: RecordId, store: LineageStore): Promise<StoredLesson[]> {
  const next = (from: RecordId): Promise<readonly RecordId[]> => store.derivedLessons(from, maxLineage);
  return walk(await next(id), (lesson) => next(lesson.record.id), store);
}

async function walk(
  from: readonly RecordId[],
  next: (lesson: StoredLesson) => Promise<readonly RecordId[]>,
  store: LineageStore,
): Promise<StoredLesson[]> {
  const seen = new Set(from);
  const found: StoredLesson[] = [];
  // A set that grows while it is gone through: its new members come last.
  for (const id of seen) {
    if (found.length >= maxLineage) break;
    const lesson = await store.lesson(id);
    if (lesson === undefined) continue;
    found.push(lesson);
    for (const further of await next(lesson)) seen.add(further);
  }
  return found;
}
