/** What lessons and authors are worth here, for recall and for the views: `reconcile` computes it, and a glance at a lesson holds nearly all that it asks. */
import {
  type AuthorId,
  type Clock,
  glanceOf,
  type LessonGlance,
  type LessonStore,
  type RecordId,
  type StoredLesson,
} from "@grapevine/core";
import { type Relatives, trustOf, utilityOf } from "@grapevine/reconcile";
import { type EchoingAuthors, lineageIn, relativesOf } from "./lineage.ts";
import type { PrincipalBook } from "./principals.ts";

export interface MeritsComponents {
  readonly store: Pick<LessonStore, "glances" | "get" | "derivedAuthors" | "derivedLessons">;
  readonly principals: PrincipalBook;
  readonly self: AuthorId;
  readonly clock: Clock;
}

export interface Merits {
  /** Lower bounds of the lessons' utility, from 0 to 1, in order. */
  readonly utilitiesOf: (lessons: readonly StoredLesson[]) => Promise<number[]>;
  /** The same for lessons that were only glanced at. */
  readonly glancedUtilitiesOf: (glances: readonly LessonGlance[]) => Promise<number[]>;
  /** Lower bound of the trust in an author, from 0 to 1; 1 for oneself. */
  readonly trustOf: (author: AuthorId) => number;
  /** Something was said about these lessons. */
  readonly forget: (lessons: Iterable<RecordId>) => void;
  /** Lessons have come: whose word is an echo has changed for those that they derive from, and for those that derive from them. */
  readonly arrived: (lessons: readonly StoredLesson[]) => void;
}

/** Lessons whose relatives are kept at hand: those that are attested and recalled again and again. */
const maxCached = 20_000;
const nobody: Relatives = new Set();
const alone: EchoingAuthors = { authors: nobody, missing: [] };

export function createMerits({ store, principals, self, clock }: MeritsComponents): Merits {
  const cache = new Map<RecordId, Relatives>();
  /** By the ancestor that is not here: whose relatives are to be looked up again when it comes. */
  const awaiting = new Map<RecordId, Set<RecordId>>();

  const lineage = lineageIn(store);

  const findRelatives = async (glance: LessonGlance): Promise<void> => {
    const isAlone = glance.derivedFrom.length === 0 && (await store.derivedAuthors(glance.id)).length === 0;
    const { authors, missing } = isAlone ? alone : await relativesOf({ id: glance.id, body: glance }, lineage);
    if (cache.size >= maxCached) clear();
    cache.set(glance.id, authors);
    for (const ancestor of missing) awaiting.set(ancestor, (awaiting.get(ancestor) ?? new Set()).add(glance.id));
  };

  const clear = (): void => {
    cache.clear();
    awaiting.clear();
  };

  const glancedUtilitiesOf: Merits["glancedUtilitiesOf"] = async (glances) => {
    // Nobody asks whose word is an echo where nobody attests.
    const unknown = glances.filter(({ id, attestations }) => attestations.length > 0 && !cache.has(id));
    await Promise.all(unknown.map(findRelatives));
    const now = clock.now();
    return glances.map((glance) => {
      const { attestations } = glance;
      const bodies = attestations.map((body) => ({ body }));
      const relatives = cache.get(glance.id) ?? nobody;
      return utilityOf(glance, { now, self, principals: principals.known, attestations: bodies, relatives });
    });
  };

  return {
    utilitiesOf: async (lessons) => {
      const glances = await store.glances(lessons.map(({ label }) => label));
      return await glancedUtilitiesOf(lessons.map((lesson, position) => glances[position] ?? glanceOf(lesson, [])));
    },
    glancedUtilitiesOf,
    trustOf: (author) => (author === self ? 1 : trustOf(principals.get(author))),
    forget: (lessons) => {
      for (const id of lessons) cache.delete(id);
    },
    arrived: (lessons) => {
      if (lessons.some(({ record }) => record.body.derivedFrom.length > 0)) clear();
      for (const { record } of lessons) {
        for (const id of awaiting.get(record.id) ?? []) cache.delete(id);
        awaiting.delete(record.id);
      }
    },
  };
}
