/**
 * What the arrival of records makes the ledger ask of the store, asked for all of them at once: question by question, each waits for a thread of the pool several times
 * over, which takes longer than what is read.
 *
 * Guarantees: answers are those of the store when it was read, so that they hold for as long as nothing else is written: for one batch of the ledger. What was not read
 * ahead is read when it is asked for.
 */
import {
  GrapevineError,
  isLesson,
  lessonText,
  normalisedText,
  type RecordId,
  type SignedRecord,
  type StoredLesson,
} from "@grapevine/core";
import { type KnowledgeStore, maxSameText, maxSuperseders } from "./knowledge.ts";

/** What a batch reads, and how many lessons are read at once. */
export interface ReadAheadStore extends KnowledgeStore {
  getMany(ids: readonly RecordId[]): Promise<(StoredLesson | undefined)[]>;
}

/** The store, for the one batch in which the records arrive. */
export async function readAhead(store: ReadAheadStore, records: readonly SignedRecord[]): Promise<KnowledgeStore> {
  const arriving = records.filter((record) => isLesson(record));
  const [lessons, sameText, superseders] = await Promise.all([
    lessonsOf(store, records),
    byKey(
      new Set(arriving.map(({ body }) => normalisedText(lessonText(body)))),
      (text) => text,
      (text) => store.sameText(text, maxSameText),
    ),
    byKey(
      arriving,
      ({ id, body }) => id + body.author,
      ({ id, body }) => store.supersedersOf(id, body.author, maxSuperseders),
    ),
  ]);
  return {
    get: async (id) => (lessons.has(id) ? lessons.get(id) : await store.get(id)),
    sameText: async (text, limit) =>
      (limit === maxSameText ? sameText.get(text) : undefined) ?? (await store.sameText(text, limit)),
    supersedersOf: async (lesson, author, limit) =>
      (limit === maxSuperseders ? superseders.get(lesson + author) : undefined) ??
      (await store.supersedersOf(lesson, author, limit)),
    derivedLessons: (lesson, limit) => store.derivedLessons(lesson, limit),
    tombstone: (lesson, author) => store.tombstone(lesson, author),
    tombstones: (lesson) => store.tombstones(lesson),
    attestations: (lesson) => store.attestations(lesson),
    attestation: (lesson, author) => store.attestation(lesson, author),
    attesters: (lesson) => store.attesters(lesson),
    knows: (ids) => store.knows(ids),
  };
}

/** The records' own lessons and those that they speak of, undefined where there is none. Where one cannot be read, none is read ahead: whoever asks for it is told. */
async function lessonsOf(
  store: ReadAheadStore,
  records: readonly SignedRecord[],
): Promise<ReadonlyMap<RecordId, StoredLesson | undefined>> {
  const ids = [...new Set(records.flatMap(lessonIn))];
  try {
    const lessons = await store.getMany(ids);
    return new Map(ids.map((id, position) => [id, lessons[position]]));
  } catch (error) {
    if (!GrapevineError.is(error, "STORE_DAMAGED")) throw error;
    return new Map();
  }
}

function lessonIn({ id, body }: SignedRecord): readonly RecordId[] {
  if (body.type === "lesson") return [id];
  return body.type === "attestation" || body.type === "retraction" ? [body.lesson] : [];
}

async function byKey<Item, Answer>(
  items: Iterable<Item>,
  keyOf: (item: Item) => string,
  ask: (item: Item) => Promise<Answer>,
): Promise<ReadonlyMap<string, Answer>> {
  return new Map(await Promise.all(Array.from(items, async (item) => [keyOf(item), await ask(item)] as const)));
}
