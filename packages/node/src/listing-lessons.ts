/** Lessons as lists: the newest, and the nearest to a text. */
import type { Embedder, LessonState, LessonStore, StoredLesson, VectorIndex } from "@grapevine/core";
import type { LessonHit, LessonSummary } from "./control/lesson-contract.ts";
import { lessonSummaries, type ViewComponents } from "./views.ts";

export interface ListingComponents extends ViewComponents {
  readonly store: LessonStore;
  readonly embedder: Embedder;
  readonly index: VectorIndex;
}

/** Lessons whose merits are looked up together for a long list. */
const viewBatchSize = 500;

/** Newest first. */
export async function listLessons(
  query: { readonly state?: LessonState; readonly limit?: number },
  components: ListingComponents,
): Promise<LessonSummary[]> {
  const summaries: LessonSummary[] = [];
  let batch: StoredLesson[] = [];
  for await (const lesson of components.store.list({ states: query.state && [query.state], limit: query.limit })) {
    batch.push(lesson);
    if (batch.length < viewBatchSize) continue;
    summaries.push(...(await lessonSummaries(batch, components)));
    batch = [];
  }
  return [...summaries, ...(await lessonSummaries(batch, components))];
}

/** Nearest first. */
export async function searchLessons(query: string, limit: number, components: ListingComponents): Promise<LessonHit[]> {
  const { embedder, index, store } = components;
  const [vector] = await embedder.embed([query]);
  const neighbours = vector === undefined ? [] : index.search(vector, limit);
  const lessons = await store.byLabels(neighbours.map(({ label }) => label));
  const hits = neighbours.flatMap(({ similarity }, position) => {
    const lesson = lessons[position];
    return lesson === undefined ? [] : [{ lesson, similarity }];
  });
  const summaries = await lessonSummaries(
    hits.map(({ lesson }) => lesson),
    components,
  );
  return summaries.map((summary, position) => ({ ...summary, similarity: hits[position]?.similarity ?? 0 }));
}
