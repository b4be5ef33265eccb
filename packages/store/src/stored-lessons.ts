/**
 * Lessons as they are stored, by id and by label. Recall asks for the same ones again and again, so that they are cached as they were read. Nothing cached is stale: what
 * a change concerns is dropped before the change is acknowledged, and what was read while one was under way is not kept.
 */
import type { RecordId, StoredLesson } from "@grapevine/core";
import { LRUCache } from "lru-cache";
import type { Database } from "./database.ts";
import { storeErrors } from "./errors.ts";
import { keyspaces, labelKey, textKey } from "./keyspace.ts";
import { decodeStanding, type LessonStanding } from "./lesson-encoding.ts";
import type { LessonGlances } from "./lesson-glances.ts";
import { asLesson, decodeFrame } from "./stored-frame.ts";
import type { StoredRecords } from "./stored-records.ts";

export interface StoredLessonsComponents {
  readonly database: Database;
  readonly records: StoredRecords;
  /** They say which lesson has a label, without a read. */
  readonly glances: Pick<LessonGlances, "idOf">;
}

export class StoredLessons {
  readonly #database: Database;
  readonly #records: StoredRecords;
  readonly #glances: Pick<LessonGlances, "idOf">;
  readonly #lessons: LRUCache<RecordId, StoredLesson> = new LRUCache({ max: maxCachedLessons });
  /** Changes that were begun, and those that have ended: between the two nobody knows what a read has seen. */
  #changesBegun = 0;
  #changesEnded = 0;

  constructor({ database, records, glances }: StoredLessonsComponents) {
    this.#database = database;
    this.#records = records;
    this.#glances = glances;
  }

  /** Before lessons are changed. Gives what is to be called when they are, with those that it was. */
  beginChange(): (changed: readonly RecordId[]) => void {
    this.#changesBegun++;
    return (changed) => {
      this.#changesEnded++;
      for (const id of changed) this.#lessons.delete(id);
    };
  }

  async getMany(ids: readonly RecordId[]): Promise<(StoredLesson | undefined)[]> {
    // Held here until the end: the cache may drop a lesson while the rest is being read.
    const lessons = ids.map((id) => this.#lessons.get(id));
    const missing = ids.filter((_, i) => lessons[i] === undefined);
    if (missing.length === 0) return lessons;
    const changesBegun = this.#changesBegun;
    const quiet = changesBegun === this.#changesEnded;
    const read = await this.read(missing);
    let next = 0;
    for (const [i, id] of ids.entries()) {
      if (lessons[i] !== undefined) continue;
      const lesson = read[next++];
      lessons[i] = lesson;
      if (lesson === undefined) continue;
      this.#records.keep(lesson.record);
      if (quiet && changesBegun === this.#changesBegun) this.#lessons.set(id, lesson);
    }
    return lessons;
  }

  async byLabels(labels: readonly number[]): Promise<(StoredLesson | undefined)[]> {
    const ids = labels.map((label) => this.#glances.idOf(label));
    const unknown = labels.filter((_, i) => ids[i] === undefined);
    const values = await this.#database.getMany(unknown.map(labelKey));
    let nextValue = 0;
    for (const [i, id] of ids.entries()) if (id === undefined) ids[i] = values[nextValue++]?.toString("latin1");
    const known = ids.filter((id) => id !== undefined);
    const found = await this.getMany(known);
    await this.checkPresent(known, found);
    let nextFound = 0;
    return ids.map((id) => (id === undefined ? undefined : found[nextFound++]));
  }

  /** Past the caches, so that a long list does not drive out what is recalled or sent on. */
  async read(ids: readonly RecordId[]): Promise<(StoredLesson | undefined)[]> {
    const records = ids.map((id) => this.#lessons.get(id)?.record ?? this.#records.cached(id));
    const withoutRecord = ids.filter((_, i) => records[i] === undefined);
    const standingKeys = ids.map((id) => textKey(keyspaces.standing, id));
    const frameKeys = withoutRecord.map((id) => textKey(keyspaces.frame, id));
    // Where it is many, two threads of the pool at once, and what comes first is decoded while the other still reads.
    const [standings, frames] = await Promise.all([this.#standings(standingKeys), this.#values(frameKeys)]);
    // It may have been forgotten between the two.
    const forgotten = await this.#forgottenAmong(withoutRecord.filter((_, i) => frames[i] === undefined));
    let next = 0;
    return ids.map((id, i) => {
      const frame = records[i] === undefined ? frames[next++] : undefined;
      const standing = standings[i];
      if (standing === undefined || forgotten.has(id)) return undefined;
      const { order: _, ...kept } = standing;
      return { ...kept, record: asLesson(records[i] ?? decodeFrame(id, frame)) };
    });
  }

  async #standings(keys: readonly Buffer[]): Promise<(LessonStanding | undefined)[]> {
    const values = await this.#values(keys);
    return values.map((value) => (value === undefined ? undefined : decodeStanding(value)));
  }

  /** The few that an answer waits for are read at once: for a thread of the pool one waits longer than they take, and on a busy machine very much longer. */
  async #values(keys: readonly Buffer[]): Promise<(Buffer | undefined)[]> {
    return keys.length <= maxReadAtOnce ? keys.map((key) => this.#database.getSync(key)) : await this.#database.getMany(keys);
  }

  /** Of lessons that something here names: one that is not there was forgotten meanwhile. @throws STORE_DAMAGED when it was not */
  async checkPresent(ids: readonly RecordId[], lessons: readonly (StoredLesson | undefined)[]): Promise<void> {
    const gone = ids.filter((_, i) => lessons[i] === undefined);
    if (gone.length === 0) return;
    const forgotten = await this.#forgottenAmong(gone);
    const lost = gone.find((id) => !forgotten.has(id));
    if (lost !== undefined) throw storeErrors.create("STORE_DAMAGED", `lesson ${lost} is listed but not there`);
  }

  async #forgottenAmong(ids: readonly RecordId[]): Promise<ReadonlySet<RecordId>> {
    const known = await this.#database.hasMany(ids.map((id) => textKey(keyspaces.forgotten, id)));
    return new Set(ids.filter((_, i) => known[i] === true));
  }
}

/** As many as come into a prompt, with some to spare: a tenth of a millisecond from LevelDB's tables, which lie in the system's memory. */
const maxReadAtOnce = 16;
/** Three to four kilobytes each, decoded: what is recalled again and again stays here. */
const maxCachedLessons = 8192;
