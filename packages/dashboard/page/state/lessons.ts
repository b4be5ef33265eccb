/** The lessons of the node, newest first: the first screenful at once, all of them soon after, and from then on what moves. */
import type { LessonSummary, LiveEvent } from "@grapevine/node";
import { type Signal, signal } from "@preact/signals";
import { get } from "../connection/request.ts";

export interface LessonList {
  readonly lessons: readonly LessonSummary[];
  /** False while only the first of them are here. */
  readonly whole: boolean;
}

/** Undefined until the first have come. */
export const lessonList: Signal<LessonList | undefined> = signal(undefined);
/** Ids of lessons that changed lately, and how often so far: whoever shows one reads it again. */
export const lessonChanges: Signal<ReadonlyMap<string, number>> = signal(new Map());

const firstPage = 100;
/** As many as the API gives at once. */
const allLessons = 100_000;
/** Changes that are remembered. */
const maxChanges = 500;

let reading: Promise<void> | undefined;

/** Reads the list again; whoever asks meanwhile waits for the same. */
export async function readLessons(): Promise<void> {
  reading ??= readAll().finally(() => {
    reading = undefined;
  });
  await reading;
}

async function readAll(): Promise<void> {
  if (lessonList.value === undefined) {
    const lessons = await get<LessonSummary[]>(`/api/lessons?limit=${firstPage}`);
    lessonList.value = { lessons, whole: lessons.length < firstPage };
    if (lessonList.value.whole) return;
  }
  lessonList.value = { lessons: await get<LessonSummary[]>(`/api/lessons?limit=${allLessons}`), whole: true };
}

/** Takes over what the node says has moved. */
export function noteMoved({ lessons, gone, more }: Extract<LiveEvent, { type: "lessons" }>): void {
  if (more > 0) void readLessons();
  const changes = new Map([...lessonChanges.value].slice(-maxChanges));
  for (const id of [...lessons.map((lesson) => lesson.id), ...gone]) changes.set(id, (changes.get(id) ?? 0) + 1);
  lessonChanges.value = changes;
  const known = lessonList.value;
  if (known === undefined) return;
  const moved = new Map(lessons.map((lesson) => [lesson.id, lesson]));
  const kept = known.lessons
    .filter(({ id }) => !gone.includes(id))
    .map((lesson) => {
      const now = moved.get(lesson.id);
      moved.delete(lesson.id);
      return now ?? lesson;
    });
  // What is left was not here; one that was beyond the first page will be found in its place when all are read.
  const added = [...moved.values()].filter((lesson) => known.whole || lesson.moved !== "changed").reverse();
  lessonList.value = { ...known, lessons: [...added, ...kept] };
}
