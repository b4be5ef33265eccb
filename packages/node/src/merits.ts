/** What lessons and authors are worth here, for recall and for the views: `reconcile` computes it, the store knows the testimony, a cache spares reading it again. */
import type { AttestationBody, AuthorId, LessonStore, RecordId, SignedRecord, StoredLesson } from "@grapevine/core";
import { trustOf, utilityOf } from "@grapevine/reconcile";
import { relativesOf } from "./knowledge.ts";
import type { PrincipalBook } from "./principals.ts";

export interface MeritsComponents {
  readonly store: Pick<LessonStore, "attestations" | "getMany" | "derivedAuthors">;
  readonly principals: PrincipalBook;
  readonly self: AuthorId;
}

export interface Merits {
  /** Lower bounds of the lessons' utility, from 0 to 1, in order. */
  readonly utilitiesOf: (lessons: readonly StoredLesson[]) => Promise<number[]>;
  /** Lower bound of the trust in an author, from 0 to 1; 1 for oneself. */
  readonly trustOf: (author: AuthorId) => number;
  /** Something was said about these lessons. */
  readonly forget: (lessons: Iterable<RecordId>) => void;
}

interface Said {
  readonly attestations: readonly SignedRecord<AttestationBody>[];
  readonly relatives: ReadonlySet<AuthorId>;
}

/** Lessons whose testimony is kept at hand: those that recall meets again and again. */
const maxCached = 20_000;

export function createMerits({ store, principals, self }: MeritsComponents): Merits {
  const cache = new Map<RecordId, Said>();

  const saidOf = async (lesson: StoredLesson): Promise<Said> => {
    const attestations = await store.attestations(lesson.record.id);
    const said = { attestations, relatives: await relativesOf(lesson.record, attestations, store) };
    if (cache.size >= maxCached) cache.clear();
    cache.set(lesson.record.id, said);
    return said;
  };

  return {
    utilitiesOf: async (lessons) => {
      const unknown = lessons.filter(({ record }) => !cache.has(record.id));
      const read = new Map(await Promise.all(unknown.map(async (lesson) => [lesson.record.id, await saidOf(lesson)] as const)));
      return lessons.map((lesson) => {
        const said = read.get(lesson.record.id) ?? cache.get(lesson.record.id);
        return utilityOf(lesson, { self, principals: principals.known, attestations: [], relatives: new Set(), ...said });
      });
    },
    trustOf: (author) => (author === self ? 1 : trustOf(principals.get(author))),
    forget: (lessons) => {
      for (const id of lessons) cache.delete(id);
    },
  };
}
