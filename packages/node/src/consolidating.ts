/**
 * Consolidation in the background: clusters of at least three believed lessons, one at a time, are given to the model to be said once and better. What comes of it
 * is signed and held like a stranger's lesson; nobody else gets it before it has beaten the best member in a trial.
 */
import {
  GrapevineError,
  isUsable,
  type LessonDraft,
  type LessonGlance,
  type LessonStore,
  type RecordId,
  type StoredLesson,
  usableStates,
} from "@grapevine/core";
import { type Consolidation, minClusterSize } from "@grapevine/distill";
import { representative } from "@grapevine/reconcile";
import type { Logger } from "pino";
import type { Merits } from "./merits.ts";

export interface ConsolidatingComponents {
  readonly store: Pick<LessonStore, "allGlances" | "getMany" | "list">;
  readonly merits: Pick<Merits, "utilitiesOf">;
  readonly self: string;
  readonly consolidate: (members: readonly StoredLesson[], signal: AbortSignal) => Promise<Consolidation>;
  /** Signs and keeps a draft that has to beat the named member. */
  readonly publish: (draft: LessonDraft, options: { readonly consolidates: RecordId }) => Promise<StoredLesson>;
  readonly log: Pick<Logger, "info">;
}

/** Since the node started. */
export interface ConsolidationTotals {
  readonly drafted: number;
  readonly refused: number;
}

export interface Consolidating {
  /** One cluster; false when there is none whose turn it is. @throws what model and store throw */
  next(signal: AbortSignal): Promise<boolean>;
  totals(): ConsolidationTotals;
}

/** A cluster is done again when it has so many times the members that it had. */
const growth = 1.5;

export function createConsolidating(components: ConsolidatingComponents): Consolidating {
  const { store, log } = components;
  let totals: ConsolidationTotals = { drafted: 0, refused: 0 };
  /** Members that a cluster had when it was last consolidated. */
  let sizes: Map<RecordId, number> | undefined;

  const next = async (signal: AbortSignal): Promise<boolean> => {
    const clusters = await believedClusters(store, signal);
    // What was consolidated before is read of all own lessons: not for nothing.
    if (clusters.size === 0) return false;
    sizes ??= await earlierSizes(components, clusters);
    const due = [...clusters].find(
      ([cluster, members]) => members.length >= Math.max(minClusterSize, growth * (sizes?.get(cluster) ?? 0)),
    );
    if (due === undefined) return false;
    const [cluster, glances] = due;
    const ranked = await bestFirst(glances, components);
    signal.throwIfAborted();
    if (ranked.length >= minClusterSize) {
      const refusal = await draftFor(ranked, components, signal);
      if (refusal !== undefined) log.info({ cluster, refusal }, "a cluster was not consolidated");
      totals = refusal === undefined ? { ...totals, drafted: totals.drafted + 1 } : { ...totals, refused: totals.refused + 1 };
    }
    sizes.set(cluster, glances.length); // only now: what was interrupted has its turn again
    return true;
  };

  return { next, totals: () => totals };
}

/** Why there is none, or undefined when it was published. */
async function draftFor(
  members: readonly StoredLesson[],
  { store, consolidate, publish }: ConsolidatingComponents,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [best] = members;
  const made = await consolidate(members, signal);
  if (best === undefined || made.draft === undefined)
    return made.draft === undefined ? `${made.reason}: ${made.detail}` : undefined;
  // Writing took the model seconds: what was forgotten or taken back meanwhile must not come back in its words.
  const present = await store.getMany(members.map(({ record }) => record.id));
  if (!present.every((member) => member !== undefined && isUsable(member))) return "a member was lost while it was written";
  try {
    await publish(made.draft, { consolidates: best.record.id });
    return undefined;
  } catch (error) {
    if (!GrapevineError.is(error, "LESSON_REFUSED")) throw error;
    return `${error.code}: ${error.message}`;
  }
}

/**
 * Of the clusters that are large enough, the lessons that may be used: what is not believed must not find its way into a lesson of one's own.
 */
async function believedClusters(
  store: Pick<LessonStore, "allGlances">,
  signal: AbortSignal,
): Promise<Map<RecordId, LessonGlance[]>> {
  const clusters = new Map<RecordId, LessonGlance[]>();
  for await (const glance of store.allGlances({ states: usableStates, minClusterSize })) {
    signal.throwIfAborted();
    const members = clusters.get(glance.cluster);
    if (members === undefined) clusters.set(glance.cluster, [glance]);
    else members.push(glance);
  }
  return clusters;
}

/** What was consolidated before this start shows in the drafts: a cluster had the members that were here before its draft. */
async function earlierSizes(
  { store, self }: ConsolidatingComponents,
  clusters: ReadonlyMap<RecordId, readonly LessonGlance[]>,
): Promise<Map<RecordId, number>> {
  const clusterOf = new Map([...clusters].flatMap(([cluster, members]) => members.map(({ id }) => [id, cluster] as const)));
  const sizes = new Map<RecordId, number>();
  for await (const { consolidates, receivedAt } of store.list({ author: self })) {
    const cluster = consolidates === undefined ? undefined : clusterOf.get(consolidates);
    if (cluster === undefined) continue;
    const before = (clusters.get(cluster) ?? []).filter((member) => member.receivedAt <= receivedAt).length;
    sizes.set(cluster, Math.max(before, sizes.get(cluster) ?? 0));
  }
  return sizes;
}

/** By the same order in which one of them speaks for the cluster. */
async function bestFirst(glances: readonly LessonGlance[], { store, merits }: ConsolidatingComponents): Promise<StoredLesson[]> {
  const lessons = (await store.getMany(glances.map(({ id }) => id))).filter((lesson) => lesson !== undefined);
  const utilities = await merits.utilitiesOf(lessons);
  const left = lessons.map((lesson, position) => ({ lesson, utility: utilities[position] ?? 0 }));
  const ranked: StoredLesson[] = [];
  for (let best = representative(left); best !== undefined; best = representative(left)) {
    ranked.push(best.lesson);
    left.splice(left.indexOf(best), 1);
  }
  return ranked;
}
