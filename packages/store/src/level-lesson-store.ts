/**
 * The `LessonStore` port on LevelDB. Recall asks for the same lessons again and again, so that lessons are cached as they were read. Nothing cached is stale: what
 * a commit concerns is dropped before the commit is acknowledged, and what was read while one was under way is not kept.
 */
import {
  type AttestationBody,
  type AuthorId,
  decodeStoredRecord,
  GrapevineError,
  isAttestation,
  isLesson,
  isRecordId,
  isRetraction,
  type LessonBody,
  type LessonQuery,
  type LessonState,
  type LessonStore,
  type Principal,
  type RecordId,
  type RecordKey,
  type RetractionBody,
  type SignedRecord,
  type StoreChange,
  type StoredLesson,
} from "@grapevine/core";
import { LRUCache } from "lru-cache";
import type { CommitQueue } from "./commit-queue.ts";
import type { Database } from "./database.ts";
import { storeErrors } from "./errors.ts";
import {
  authoredKey,
  embeddingKey,
  embeddingPrefix,
  idOfTextHashKey,
  type Keyspace,
  keyspaceRange,
  keyspaces,
  labelKey,
  labelOfEmbeddingKey,
  prefixRange,
  recordKeyKey,
  recordKeyParts,
  textHashPrefix,
  textKey,
  textOfKey,
} from "./keyspace.ts";
import { applyChange, type LessonChangeLimits } from "./lesson-changes.ts";
import {
  decodeNumber,
  decodePointer,
  decodePrincipal,
  decodeReceived,
  decodeStanding,
  decodeType,
  decodeVector,
} from "./lesson-encoding.ts";
import { MentionedLessons } from "./mentioned-lessons.ts";
import type { Reservations } from "./reservations.ts";

export interface LevelLessonStoreComponents {
  readonly database: Database;
  readonly commits: CommitQueue;
  readonly reservations: Reservations;
}

export class LevelLessonStore implements LessonStore {
  readonly #database: Database;
  readonly #commits: CommitQueue;
  readonly #reservations: Reservations;
  readonly #limits: LessonChangeLimits;
  readonly #records: LRUCache<RecordId, SignedRecord> = new LRUCache({ max: maxCachedRecords });
  readonly #lessons: LRUCache<RecordId, StoredLesson> = new LRUCache({ max: maxCachedLessons });
  readonly #attested: MentionedLessons;
  readonly #retracted: MentionedLessons;
  readonly #ancestors: MentionedLessons;
  /** Commits that were begun, and those that have ended: between the two nobody knows what a read has seen. */
  #commitsBegun = 0;
  #commitsEnded = 0;
  readonly #idsByLabel: LRUCache<number, RecordId> = new LRUCache({ max: maxCachedLabels });

  constructor({ database, commits, reservations }: LevelLessonStoreComponents, limits: LessonChangeLimits) {
    this.#database = database;
    this.#commits = commits;
    this.#reservations = reservations;
    this.#limits = limits;
    this.#attested = new MentionedLessons(database, keyspaces.attestation);
    this.#retracted = new MentionedLessons(database, keyspaces.tombstone);
    this.#ancestors = new MentionedLessons(database, keyspaces.derived);
  }

  async apply(changes: readonly StoreChange[]): Promise<void> {
    this.#commitsBegun++;
    for (const change of changes) this.#noteMentions(change);
    try {
      await this.#commits.commit((transaction) => {
        for (const change of changes) applyChange(transaction, change, this.#limits);
      });
    } finally {
      this.#commitsEnded++;
      for (const change of changes) if (change.kind === "lesson") this.#lessons.delete(change.lesson.record.id);
    }
  }

  async get(id: RecordId): Promise<StoredLesson | undefined> {
    const [lesson] = await this.getMany([id]);
    return lesson;
  }

  async getMany(ids: readonly RecordId[]): Promise<(StoredLesson | undefined)[]> {
    // Held here until the end: the cache may drop a lesson while the rest is being read.
    const lessons = ids.map((id) => this.#lessons.get(id));
    const missing = ids.filter((_, i) => lessons[i] === undefined);
    if (missing.length === 0) return lessons;
    const commitsBegun = this.#commitsBegun;
    const quiet = commitsBegun === this.#commitsEnded;
    const read = await this.#read(missing);
    let next = 0;
    for (const [i, id] of ids.entries()) {
      if (lessons[i] !== undefined) continue;
      const lesson = read[next++];
      lessons[i] = lesson;
      if (lesson !== undefined && quiet && commitsBegun === this.#commitsBegun) this.#lessons.set(id, lesson);
    }
    return lessons;
  }

  async byLabels(labels: readonly number[]): Promise<(StoredLesson | undefined)[]> {
    const ids = labels.map((label) => this.#idsByLabel.get(label));
    const unknown = labels.filter((_, i) => ids[i] === undefined);
    const values = await this.#database.getMany(unknown.map(labelKey));
    let nextValue = 0;
    for (const [i, label] of labels.entries()) {
      if (ids[i] !== undefined) continue;
      const id = values[nextValue++]?.toString("latin1");
      ids[i] = id;
      if (id !== undefined) this.#idsByLabel.set(label, id);
    }
    const found = await this.getMany(ids.filter((id) => id !== undefined));
    let nextFound = 0;
    return ids.map((id) => (id === undefined ? undefined : present(id, found[nextFound++])));
  }

  async *list(query: LessonQuery = {}): AsyncGenerator<StoredLesson, void, undefined> {
    const { limit = Number.POSITIVE_INFINITY, states, author } = query;
    const inState = (state: LessonState): boolean => states === undefined || states.includes(state);
    const read = async (ids: readonly RecordId[]): Promise<StoredLesson[]> =>
      (await this.#read(ids)).map((lesson, i) => present(ids[i] as RecordId, lesson));
    let left = limit;
    let ids: RecordId[] = [];
    for await (const { value } of this.#database.entries(keyspaceRange(keyspaces.received), { reverse: true })) {
      if (left <= 0) break;
      const place = decodeReceived(value);
      if (!inState(place.state) || (author !== undefined && place.author !== author)) continue;
      ids.push(place.id);
      left--;
      if (ids.length === lessonsPerRead) {
        // A state may have changed since the listing began: what is yielded is as it is now.
        yield* (await read(ids)).filter((lesson) => inState(lesson.standing.state));
        ids = [];
      }
    }
    yield* (await read(ids)).filter((lesson) => inState(lesson.standing.state));
  }

  counts(): Readonly<Record<LessonState, number>> {
    return this.#commits.state.lessons;
  }

  async resolve(abbreviation: string): Promise<RecordId[]> {
    const found = new Set<RecordId>();
    for (const beginning of [abbreviation, recordIdStart + abbreviation]) {
      const range = prefixRange(textKey(keyspaces.standing, beginning));
      for await (const { key } of this.#database.entries(range, { limit: 2 })) found.add(textOfKey(key));
    }
    return [...found].slice(0, 2);
  }

  async sameText(normalised: string): Promise<RecordId[]> {
    const ids: RecordId[] = [];
    for await (const { key } of this.#database.entries(prefixRange(textHashPrefix(normalised)))) ids.push(idOfTextHashKey(key));
    return ids;
  }

  async derivedAuthors(lesson: RecordId): Promise<AuthorId[]> {
    if (!isRecordId(lesson)) return []; // a part of an id would be the prefix of others' keys
    if (!(await this.#ancestors.has(lesson))) return [];
    const authors: AuthorId[] = [];
    const prefix = textKey(keyspaces.derived, lesson);
    for await (const { key } of this.#database.entries(prefixRange(prefix))) authors.push(key.toString("latin1", prefix.length));
    return authors;
  }

  nextLabel(): number {
    return this.#reservations.nextLabel(this.#commits.state.nextLabel);
  }

  nextSequence(): number {
    return this.#reservations.nextSequence();
  }

  async attestations(lesson: RecordId): Promise<SignedRecord<AttestationBody>[]> {
    return (await this.#attested.has(lesson)) ? await this.#allAuthored(keyspaces.attestation, lesson, isAttestation) : [];
  }

  async attestation(lesson: RecordId, author: AuthorId): Promise<SignedRecord<AttestationBody> | undefined> {
    return await this.#authored(authoredKey(keyspaces.attestation, lesson, author), isAttestation);
  }

  async tombstone(lesson: RecordId, author: AuthorId): Promise<SignedRecord<RetractionBody> | undefined> {
    return await this.#authored(authoredKey(keyspaces.tombstone, lesson, author), isRetraction);
  }

  async tombstones(lesson: RecordId): Promise<SignedRecord<RetractionBody>[]> {
    return (await this.#retracted.has(lesson)) ? await this.#allAuthored(keyspaces.tombstone, lesson, isRetraction) : [];
  }

  async principal(author: AuthorId): Promise<Principal | undefined> {
    const value = await this.#database.get(textKey(keyspaces.principal, author));
    return value === undefined ? undefined : decodePrincipal(value);
  }

  async principals(): Promise<Principal[]> {
    const principals: Principal[] = [];
    for await (const { value } of this.#database.entries(keyspaceRange(keyspaces.principal))) {
      principals.push(decodePrincipal(value));
    }
    return principals;
  }

  async underReview(): Promise<AuthorId[]> {
    const authors: AuthorId[] = [];
    for await (const { key } of this.#database.entries(keyspaceRange(keyspaces.review))) authors.push(textOfKey(key));
    return authors;
  }

  async record(id: RecordId): Promise<SignedRecord | undefined> {
    const cached = this.#records.get(id);
    const keys = [textKey(keyspaces.recordType, id), textKey(keyspaces.frame, id)];
    const [type, frame] = await this.#database.getMany(cached === undefined ? keys : keys.slice(0, 1));
    return type === undefined ? undefined : (cached ?? this.#decode(id, frame));
  }

  async *recordKeys(after?: RecordKey): AsyncGenerator<RecordKey, void, undefined> {
    const { gte, lt } = keyspaceRange(keyspaces.recordKey);
    // A zero byte more is the smallest key after the given one.
    const from = after === undefined ? gte : Buffer.concat([recordKeyKey(after.createdAt, after.id), Buffer.alloc(1)]);
    for await (const { key, value } of this.#database.entries({ gte: from, lt })) {
      yield { ...recordKeyParts(key), type: decodeType(value) };
    }
  }

  async knows(ids: readonly RecordId[]): Promise<boolean[]> {
    const keys = [keyspaces.recordType, keyspaces.refused].flatMap((keyspace) => ids.map((id) => textKey(keyspace, id)));
    const known = await this.#database.hasMany(keys);
    return ids.map((_, i) => known[i] === true || known[ids.length + i] === true);
  }

  async outbox(): Promise<RecordId[]> {
    const waiting: { readonly id: RecordId; readonly order: number }[] = [];
    for await (const { key, value } of this.#database.entries(keyspaceRange(keyspaces.outbox))) {
      waiting.push({ id: textOfKey(key), order: decodeNumber(value) });
    }
    return waiting.sort((first, second) => first.order - second.order).map(({ id }) => id);
  }

  async *embeddings(
    embedder: string,
  ): AsyncGenerator<{ readonly label: number; readonly vector: Float32Array }, void, undefined> {
    const number = await this.#embedderNumber(embedder);
    if (number === undefined) return;
    for await (const { key, value } of this.#database.entries(prefixRange(embeddingPrefix(number)))) {
      yield { label: labelOfEmbeddingKey(key), vector: decodeVector(value) };
    }
  }

  async embedding(embedder: string, label: number): Promise<Float32Array | undefined> {
    const number = await this.#embedderNumber(embedder);
    const value = number === undefined ? undefined : await this.#database.get(embeddingKey(number, label));
    return value === undefined ? undefined : decodeVector(value);
  }

  /** Past the cache of lessons, so that a long list does not drive out what recall needs. */
  async #read(ids: readonly RecordId[]): Promise<(StoredLesson | undefined)[]> {
    const records = ids.map((id) => this.#lessons.get(id)?.record ?? this.#records.get(id));
    const withoutRecord = ids.filter((_, i) => records[i] === undefined);
    const standingKeys = ids.map((id) => textKey(keyspaces.standing, id));
    const frameKeys = withoutRecord.map((id) => textKey(keyspaces.frame, id));
    const values = await this.#database.getMany([...standingKeys, ...frameKeys]);
    let next = ids.length;
    return ids.map((id, i) => {
      const frame = records[i] === undefined ? values[next++] : undefined;
      const value = values[i];
      if (value === undefined) return undefined;
      const { order: _, ...kept } = decodeStanding(value);
      return { ...kept, record: asLesson(records[i] ?? this.#decode(id, frame)) };
    });
  }

  #noteMentions(change: StoreChange): void {
    if (change.kind === "attestation") this.#attested.note(change.record.body.lesson);
    if (change.kind === "tombstone") this.#retracted.note(change.record.body.lesson);
    if (change.kind === "lesson") for (const ancestor of change.lesson.record.body.derivedFrom) this.#ancestors.note(ancestor);
  }

  async #embedderNumber(embedder: string): Promise<number | undefined> {
    return (await this.#database.get(textKey(keyspaces.embedder, embedder)))?.readUInt16BE(0);
  }

  /** What all authors say of a lesson. */
  async #allAuthored<Kind extends SignedRecord>(
    keyspace: Keyspace,
    lesson: RecordId,
    isKind: (record: SignedRecord) => record is Kind,
  ): Promise<Kind[]> {
    const keys: Buffer[] = [];
    for await (const { key } of this.#database.entries(prefixRange(textKey(keyspace, lesson)))) keys.push(key);
    const records = await Promise.all(keys.map((key) => this.#authored(key, isKind)));
    return records.filter((record) => record !== undefined);
  }

  /** The record that a key's pointer names. A commit may replace both between the two reads: then the new one is read. */
  async #authored<Kind extends SignedRecord>(
    key: Buffer,
    isKind: (record: SignedRecord) => record is Kind,
  ): Promise<Kind | undefined> {
    let missing: RecordId | undefined;
    for (;;) {
      const value = await this.#database.get(key);
      if (value === undefined) return undefined;
      const { id } = decodePointer(value);
      const record = await this.record(id);
      if (record !== undefined && isKind(record)) return record;
      if (id === missing) throw storeErrors.create("STORE_DAMAGED", `record ${id} is named but not there`);
      missing = id;
    }
  }

  /** @throws STORE_DAMAGED naming the id */
  #decode(id: RecordId, frame: Buffer | undefined): SignedRecord {
    if (frame === undefined) throw storeErrors.create("STORE_DAMAGED", `the frame of record ${id} is gone`);
    const record = decodeFrame(id, frame);
    this.#records.set(id, record);
    return record;
  }
}

/** Two to three kilobytes each, decoded: what is sent on to several peers. */
const maxCachedRecords = 2048;
/** Three to four kilobytes each, decoded: what is recalled again and again stays here. */
const maxCachedLessons = 8192;
/** Some hundred bytes each. */
const maxCachedLabels = 65_536;
const lessonsPerRead = 50;

/** What every record id begins with; people leave it out (`shortId`). */
const recordIdStart = "bafyrei";

/** @throws STORE_DAMAGED */
function asLesson(record: SignedRecord): SignedRecord<LessonBody> {
  if (isLesson(record)) return record;
  throw storeErrors.create("STORE_DAMAGED", `record ${record.id} is kept as a lesson and is a ${record.body.type}`);
}

function present(id: RecordId, lesson: StoredLesson | undefined): StoredLesson {
  if (lesson === undefined) throw storeErrors.create("STORE_DAMAGED", `lesson ${id} is listed but not there`);
  return lesson;
}

/** The record of a stored frame, its id recomputed. @throws STORE_DAMAGED naming the id */
export function decodeFrame(id: RecordId, frame: Buffer): SignedRecord {
  try {
    const record = decodeStoredRecord(new Uint8Array(frame.buffer, frame.byteOffset, frame.length), id);
    if (record.id === id) return record;
    throw storeErrors.create("STORE_DAMAGED", `the frame of record ${id} gives the id ${record.id}`);
  } catch (error) {
    if (GrapevineError.is(error, "STORE_DAMAGED")) throw error;
    throw storeErrors.create("STORE_DAMAGED", `the frame of record ${id} is not what was written`, { cause: error });
  }
}
