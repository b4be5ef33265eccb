/** The `LessonStore` port on LevelDB: the questions and the one way to change something. How lessons and records are read is in files of their own. */
import {
  type AttestationBody,
  type AuthorId,
  type GlanceQuery,
  glanceOf,
  isAttestation,
  isMembership,
  isRecordId,
  isRetraction,
  isRotation,
  type LessonGlance,
  type LessonQuery,
  type LessonState,
  type LessonStore,
  type MembershipBody,
  type Principal,
  type RecordId,
  type RecordKey,
  type RetractionBody,
  type RotationBody,
  type SignedRecord,
  type StatementAhead,
  type StoreChange,
  type StoredLesson,
} from "@grapevine/core";
import type { CommitQueue } from "./commit-queue.ts";
import { listedAt } from "./damaged-lessons.ts";
import type { Database } from "./database.ts";
import { type ForgettingView, viewForForgetting, withSaidInBatch } from "./forget-lesson.ts";
import { glancesMark } from "./glance-rebuild.ts";
import {
  authoredKey,
  embeddingKey,
  embeddingPrefix,
  idOfTextHashKey,
  keyspaceRange,
  keyspaces,
  labelOfEmbeddingKey,
  membersOf,
  prefixRange,
  recordKeyKey,
  recordKeyParts,
  textHashPrefix,
  textKey,
  textOfKey,
} from "./keyspace.ts";
import { applyChange, type ChangeContext } from "./lesson-changes.ts";
import { decodeNumber, decodePrincipal, decodeReceived, decodeType, decodeVector } from "./lesson-encoding.ts";
import type { LessonGlances } from "./lesson-glances.ts";
import { authorsAbout, LessonLinks } from "./lesson-links.ts";
import { MentionedLessons } from "./mentioned-lessons.ts";
import type { RefusalLimits } from "./record-changes.ts";
import type { Reservations } from "./reservations.ts";
import { statementsAhead } from "./statements-ahead.ts";
import { StoredLessons } from "./stored-lessons.ts";
import { StoredRecords } from "./stored-records.ts";
import type { Transaction } from "./transaction.ts";

export interface LevelLessonStoreComponents {
  readonly database: Database;
  readonly commits: CommitQueue;
  readonly reservations: Reservations;
  readonly glances: LessonGlances;
}

export class LevelLessonStore implements LessonStore {
  readonly #database: Database;
  readonly #commits: CommitQueue;
  readonly #reservations: Reservations;
  readonly #glances: LessonGlances;
  readonly #links: LessonLinks;
  readonly #limits: RefusalLimits;
  readonly #records: StoredRecords;
  readonly #lessons: StoredLessons;
  readonly #attested: MentionedLessons;
  readonly #retracted: MentionedLessons;
  readonly #ancestors: MentionedLessons;

  constructor({ database, commits, reservations, glances }: LevelLessonStoreComponents, limits: RefusalLimits) {
    this.#database = database;
    this.#commits = commits;
    this.#reservations = reservations;
    this.#glances = glances;
    this.#links = new LessonLinks({ database, commits });
    this.#limits = limits;
    this.#records = new StoredRecords(database);
    this.#lessons = new StoredLessons({ database, records: this.#records, glances });
    this.#attested = new MentionedLessons(database, keyspaces.attestation);
    this.#retracted = new MentionedLessons(database, keyspaces.tombstone);
    this.#ancestors = new MentionedLessons(database, keyspaces.derived);
  }

  async apply(changes: readonly StoreChange[]): Promise<void> {
    const endChange = this.#lessons.beginChange();
    for (const change of changes) this.#noteMentions(change);
    try {
      await this.#commit(changes);
    } finally {
      endChange(changes.flatMap(lessonsOf));
    }
  }

  async get(id: RecordId): Promise<StoredLesson | undefined> {
    const [lesson] = await this.#lessons.getMany([id]);
    return lesson;
  }

  async getMany(ids: readonly RecordId[]): Promise<(StoredLesson | undefined)[]> {
    return await this.#lessons.getMany(ids);
  }

  async byLabels(labels: readonly number[]): Promise<(StoredLesson | undefined)[]> {
    return await this.#lessons.byLabels(labels);
  }

  async glances(labels: readonly number[]): Promise<(LessonGlance | undefined)[]> {
    if (this.#glances.isLoaded) return labels.map((label) => this.#glances.of(label));
    const lessons = await this.byLabels(labels);
    return await Promise.all(lessons.map(async (lesson) => (lesson === undefined ? undefined : await this.#glanceAt(lesson))));
  }

  async *allGlances(query: GlanceQuery = {}): AsyncGenerator<LessonGlance, void, undefined> {
    await this.#glances.load(this.#commits);
    yield* this.#glances.all(query);
  }

  async *wordsIn(states: readonly LessonState[]): AsyncGenerator<Pick<LessonGlance, "label" | "words">, void, undefined> {
    await this.#glances.load(this.#commits);
    yield* this.#glances.wordsIn(states);
  }

  async *list(query: LessonQuery = {}): AsyncGenerator<StoredLesson, void, undefined> {
    const { limit = Number.POSITIVE_INFINITY, states, author } = query;
    const inState = (state: LessonState): boolean => states === undefined || states.includes(state);
    const read = async (ids: readonly RecordId[]): Promise<StoredLesson[]> => {
      const lessons = await this.#lessons.read(ids);
      await this.#lessons.checkPresent(ids, lessons);
      return lessons.filter((lesson) => lesson !== undefined);
    };
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

  async sameText(normalised: string, limit?: number): Promise<RecordId[]> {
    const ids: RecordId[] = [];
    const range = prefixRange(textHashPrefix(normalised));
    for await (const { key } of this.#database.entries(range, limit === undefined ? {} : { limit }))
      ids.push(idOfTextHashKey(key));
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

  async derivedLessons(lesson: RecordId, limit?: number): Promise<RecordId[]> {
    return (await this.#links.descendants(lesson, limit)).map(({ id }) => id);
  }

  async supersedersOf(lesson: RecordId, author: AuthorId, limit?: number): Promise<RecordId[]> {
    return await this.#links.superseders(lesson, author, limit);
  }

  async expiredBy(now: number): Promise<RecordId[]> {
    return await this.#links.expiredBy(now);
  }

  nextLabel(): number {
    return this.#reservations.nextLabel(this.#commits.state.nextLabel);
  }

  nextSequence(): number {
    return this.#reservations.nextSequence();
  }

  async attestations(lesson: RecordId): Promise<SignedRecord<AttestationBody>[]> {
    return (await this.#attested.has(lesson))
      ? await this.#records.allAuthored(keyspaces.attestation, lesson, isAttestation)
      : [];
  }

  async attesters(lesson: RecordId): Promise<AuthorId[]> {
    if (!isRecordId(lesson) || !(await this.#attested.has(lesson))) return [];
    return await authorsAbout(this.#database, keyspaces.attestation, lesson);
  }

  statementsAhead(): AsyncIterable<StatementAhead> {
    return statementsAhead(this.#database);
  }

  async attestation(lesson: RecordId, author: AuthorId): Promise<SignedRecord<AttestationBody> | undefined> {
    return await this.#records.authored(authoredKey(keyspaces.attestation, lesson, author), isAttestation);
  }

  async tombstone(lesson: RecordId, author: AuthorId): Promise<SignedRecord<RetractionBody> | undefined> {
    return await this.#records.authored(authoredKey(keyspaces.tombstone, lesson, author), isRetraction);
  }

  async tombstones(lesson: RecordId): Promise<SignedRecord<RetractionBody>[]> {
    return (await this.#retracted.has(lesson)) ? await this.#records.allAuthored(keyspaces.tombstone, lesson, isRetraction) : [];
  }

  async memberships(swarm: string): Promise<SignedRecord<MembershipBody>[]> {
    return await this.#records.allAuthored(keyspaces.membership, membersOf(swarm), isMembership);
  }

  async rotations(): Promise<SignedRecord<RotationBody>[]> {
    const ids: RecordId[] = [];
    for await (const { key } of this.#database.entries(keyspaceRange(keyspaces.rotation))) ids.push(textOfKey(key));
    const records = await Promise.all(ids.map((id) => this.#records.get(id)));
    return records.filter((record) => record !== undefined).filter(isRotation);
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
    return await this.#records.get(id);
  }

  async frames(ids: readonly RecordId[]): Promise<(Uint8Array | undefined)[]> {
    return await this.#records.frames(ids);
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
    const places = [keyspaces.recordType, keyspaces.refused, keyspaces.forgotten, keyspaces.damaged];
    const known = await this.#database.hasMany(places.flatMap((keyspace) => ids.map((id) => textKey(keyspace, id))));
    const isIn = (place: number, i: number): boolean => known[place * ids.length + i] === true;
    return ids.map((_, i) => (isIn(0, i) && !isIn(3, i)) || isIn(1, i) || isIn(2, i));
  }

  async *refusedFor(reason: string): AsyncGenerator<RecordId, void, undefined> {
    const wanted = Buffer.from(reason);
    for await (const { key, value } of this.#database.entries(keyspaceRange(keyspaces.refused))) {
      if (wanted.equals(value)) yield textOfKey(key);
    }
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

  async #commit(changes: readonly StoreChange[]): Promise<void> {
    const damaged = changes.flatMap((change) => (change.kind === "damaged" ? [change.id] : []));
    const listed = damaged.length === 0 ? noTimes : await listedAt(damaged, this.#database);
    const applyAll = (transaction: Transaction, forgetting: ChangeContext["forgetting"]): void => {
      const archives = changes.some(({ kind }) => kind === "archive");
      const hasGlances = archives && transaction.getSync(glancesMark().key) !== undefined;
      const glanceInMemory = (label: number): LessonGlance | undefined =>
        this.#glances.isLoaded ? this.#glances.of(label) : undefined;
      const context = { limits: this.#limits, forgetting, listedAt: listed, hasGlances, glanceInMemory };
      for (const change of changes) applyChange(transaction, change, context);
    };
    const forgotten = changes.flatMap((change) => (change.kind === "forget" ? [change.id] : []));
    if (forgotten.length === 0) {
      await this.#commits.commit((transaction) => applyAll(transaction, new Map()));
      return;
    }
    await this.#links.complete(); // which takes commits of its own, where it takes any
    try {
      await this.#commits.commitAlone(() => this.#viewsOf(forgotten, changes), applyAll);
    } finally {
      this.#records.clear();
    }
  }

  async #viewsOf(ids: readonly RecordId[], changes: readonly StoreChange[]): Promise<Map<RecordId, ForgettingView>> {
    const views = new Map<RecordId, ForgettingView>();
    for (const id of ids) {
      const view = await viewForForgetting(id, { database: this.#database, links: this.#links });
      views.set(id, withSaidInBatch(view, id, changes));
    }
    return views;
  }

  async #glanceAt(lesson: StoredLesson): Promise<LessonGlance> {
    const attestations = await this.attestations(lesson.record.id);
    return glanceOf(
      lesson,
      attestations.map(({ body: { author, worked, changed, failed } }) => ({ author, worked, changed, failed })),
    );
  }

  #noteMentions(change: StoreChange): void {
    if (change.kind === "attestation") this.#attested.note(change.record.body.lesson);
    if (change.kind === "tombstone") this.#retracted.note(change.record.body.lesson);
    if (change.kind === "lesson") for (const ancestor of change.lesson.record.body.derivedFrom) this.#ancestors.note(ancestor);
  }

  async #embedderNumber(embedder: string): Promise<number | undefined> {
    return (await this.#database.get(textKey(keyspaces.embedder, embedder)))?.readUInt16BE(0);
  }
}

const lessonsPerRead = 50;

const noTimes: ReadonlyMap<RecordId, number> = new Map();

/** What every record id begins with; people leave it out (`shortId`). */
const recordIdStart = "bafyrei";

/** The lesson that a change concerns. */
function lessonsOf(change: StoreChange): readonly RecordId[] {
  if (change.kind === "lesson") return [change.lesson.record.id];
  return change.kind === "archive" || change.kind === "forget" ? [change.id] : [];
}
