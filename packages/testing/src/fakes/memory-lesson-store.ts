/** The `LessonStore` port in memory: nothing survives, everything else is as promised. */
import {
  type AttestationBody,
  type AuthorId,
  type GlanceQuery,
  glanceOf,
  type LessonBody,
  type LessonGlance,
  type LessonQuery,
  type LessonState,
  type LessonStore,
  lessonText,
  type MembershipBody,
  normalisedText,
  type Principal,
  type RecordId,
  type RecordKey,
  type RetractionBody,
  type RotationBody,
  type SignedRecord,
  type StatementAhead,
  type StoreChange,
  type StoredLesson,
  shortId,
} from "@grapevine/core";
import { applyChange } from "./memory-lesson-changes.ts";
import { type Contents, copyOf, noContents } from "./memory-lesson-contents.ts";

export interface MemoryLessonStoreInit {
  /** Refused ids that are remembered. */
  readonly maxRefused?: number;
}

/** What is passed on from now on, and what is no longer. */
export interface RecordKeysChange {
  readonly added: readonly Pick<RecordKey, "id" | "createdAt">[];
  readonly removed: readonly Pick<RecordKey, "id" | "createdAt">[];
}

export class MemoryLessonStore implements LessonStore {
  readonly #maxRefused: number;
  #contents: Contents = noContents();
  readonly #followers = new Set<(change: RecordKeysChange) => void>();
  /** What those who follow were last told is passed on. */
  #told = new Map<RecordId, SignedRecord>();
  /** What is computed of contents that have not changed since, and those contents. */
  #statementsOf: ReadonlyMap<RecordId, SignedRecord> = new Map();
  #statementsIn: readonly unknown[] = [];
  #nextLabel = 0;
  #nextSequence = 1;

  constructor(init: MemoryLessonStoreInit = {}) {
    this.#maxRefused = init.maxRefused ?? 100_000;
  }

  /** Applies to a copy, which takes the place of the original only when every change could be applied. */
  async apply(changes: readonly StoreChange[]): Promise<void> {
    const before = this.#contents;
    const contents = copyOf(
      before,
      changes.map(({ kind }) => kind),
    );
    const bounds = { maxRefused: this.#maxRefused, nextLabel: this.#nextLabel };
    for (const change of changes) applyChange(contents, change, bounds);
    this.#contents = contents;
    for (const change of changes) {
      if (change.kind === "lesson") this.#nextLabel = Math.max(this.#nextLabel, change.lesson.label + 1);
    }
    if (this.#followers.size > 0 && passesOnOthers(before, contents)) this.#tellFollowers();
  }

  /** Calls after every change of what `recordKeys` lists; gives what ends it. */
  follow(onChange: (change: RecordKeysChange) => void): () => void {
    this.#told = this.#passedOn();
    this.#followers.add(onChange);
    return () => void this.#followers.delete(onChange);
  }

  async get(id: RecordId): Promise<StoredLesson | undefined> {
    return this.#contents.lessons.get(id);
  }

  async getMany(ids: readonly RecordId[]): Promise<(StoredLesson | undefined)[]> {
    return ids.map((id) => this.#contents.lessons.get(id));
  }

  async byLabels(labels: readonly number[]): Promise<(StoredLesson | undefined)[]> {
    return labels.map((label) => this.#contents.lessons.get(this.#contents.labels.get(label) ?? ""));
  }

  async glances(labels: readonly number[]): Promise<(LessonGlance | undefined)[]> {
    const lessons = await this.byLabels(labels);
    return lessons.map((lesson) => (lesson === undefined ? undefined : glanceAt(lesson, this.#contents)));
  }

  async *allGlances({ states, minClusterSize = 1 }: GlanceQuery = {}): AsyncGenerator<LessonGlance, void, undefined> {
    const lessons = [...this.#contents.lessons.values()];
    for (const lesson of lessons) {
      if (states !== undefined && !states.includes(lesson.standing.state)) continue;
      if (lessons.filter(({ cluster }) => cluster === lesson.cluster).length < minClusterSize) continue;
      yield glanceAt(lesson, this.#contents);
    }
  }

  async *wordsIn(states: readonly LessonState[]): AsyncGenerator<Pick<LessonGlance, "label" | "words">, void, undefined> {
    yield* this.allGlances({ states });
  }

  async *list(query: LessonQuery = {}): AsyncGenerator<StoredLesson, void, undefined> {
    const { limit = Number.POSITIVE_INFINITY, states, author } = query;
    const asked = ({ record, standing }: StoredLesson): boolean =>
      (states === undefined || states.includes(standing.state)) && (author === undefined || record.body.author === author);
    yield* [...this.#contents.lessons.values()].reverse().filter(asked).slice(0, limit);
  }

  counts(): Readonly<Record<LessonState, number>> {
    const counts = { own: 0, admitted: 0, held: 0, archived: 0, retracted: 0 };
    for (const { standing } of this.#contents.lessons.values()) counts[standing.state]++;
    return counts;
  }

  async resolve(abbreviation: string): Promise<RecordId[]> {
    const afterStart = (id: RecordId): string => id.slice(id.indexOf(shortId(id)));
    const fits = (id: RecordId): boolean => id.startsWith(abbreviation) || afterStart(id).startsWith(abbreviation);
    return [...this.#contents.lessons.keys()].filter(fits).slice(0, 2);
  }

  async sameText(normalised: string, limit?: number): Promise<RecordId[]> {
    const lessons = this.#lessonsThat(({ record }) => textOf(record.body) === normalised);
    return lessons
      .map(({ record }) => record.id)
      .sort()
      .slice(0, limit);
  }

  async derivedAuthors(lesson: RecordId): Promise<AuthorId[]> {
    const derived = this.#lessonsThat(({ record }) => record.body.derivedFrom.includes(lesson));
    return [...new Set(derived.map(({ record }) => record.body.author))];
  }

  async derivedLessons(lesson: RecordId, limit?: number): Promise<RecordId[]> {
    return this.#lessonsThat(({ record }) => record.body.derivedFrom.includes(lesson))
      .map(({ record }) => record.id)
      .sort()
      .slice(0, limit);
  }

  async supersedersOf(lesson: RecordId, author: AuthorId, limit?: number): Promise<RecordId[]> {
    return this.#lessonsThat(({ record }) => record.body.supersedes === lesson && record.body.author === author)
      .map(({ record }) => record.id)
      .sort()
      .slice(0, limit);
  }

  async expiredBy(now: number): Promise<RecordId[]> {
    const expiresAt = ({ record }: StoredLesson): number => record.body.expiresAt ?? Number.POSITIVE_INFINITY;
    const expired = this.#lessonsThat(
      (lesson) => expiresAt(lesson) <= now && lesson.standing.state !== "archived" && lesson.standing.state !== "retracted",
    );
    return expired.sort((first, second) => expiresAt(first) - expiresAt(second)).map(({ record }) => record.id);
  }

  nextLabel(): number {
    return this.#nextLabel++;
  }

  nextSequence(): number {
    return this.#nextSequence++;
  }

  async attestations(lesson: RecordId): Promise<SignedRecord<AttestationBody>[]> {
    return [...this.#contents.attestations.values()].filter(({ body }) => body.lesson === lesson);
  }

  async attesters(lesson: RecordId): Promise<AuthorId[]> {
    const about = [...this.#contents.attestations.values()].filter(({ body }) => body.lesson === lesson);
    return about.map(({ body }) => body.author);
  }

  async *statementsAhead(): AsyncGenerator<StatementAhead, void, undefined> {
    const { lessons, attestations, tombstones } = this.#contents;
    for (const { body } of [...attestations.values(), ...tombstones.values()]) {
      if (!lessons.has(body.lesson)) yield { lesson: body.lesson, author: body.author, type: body.type };
    }
  }

  async attestation(lesson: RecordId, author: AuthorId): Promise<SignedRecord<AttestationBody> | undefined> {
    return this.#contents.attestations.get(lesson + author);
  }

  async tombstone(lesson: RecordId, author: AuthorId): Promise<SignedRecord<RetractionBody> | undefined> {
    return this.#contents.tombstones.get(lesson + author);
  }

  async tombstones(lesson: RecordId): Promise<SignedRecord<RetractionBody>[]> {
    return [...this.#contents.tombstones.values()].filter(({ body }) => body.lesson === lesson);
  }

  async rotations(): Promise<SignedRecord<RotationBody>[]> {
    return [...this.#contents.rotations.values()];
  }

  async memberships(swarm: string): Promise<SignedRecord<MembershipBody>[]> {
    return [...this.#contents.memberships.values()].filter(({ body }) => body.swarm === swarm);
  }

  async principal(author: AuthorId): Promise<Principal | undefined> {
    return this.#contents.principals.get(author);
  }

  async principals(): Promise<Principal[]> {
    return [...this.#contents.principals.values()];
  }

  async underReview(): Promise<AuthorId[]> {
    return [...this.#contents.underReview];
  }

  async record(id: RecordId): Promise<SignedRecord | undefined> {
    return this.#contents.lessons.get(id)?.record ?? this.#statements().get(id);
  }

  async frames(ids: readonly RecordId[]): Promise<(Uint8Array | undefined)[]> {
    const statements = this.#statements();
    return ids.map((id) => (this.#contents.lessons.get(id)?.record ?? statements.get(id))?.frame);
  }

  async *recordKeys(after?: RecordKey): AsyncGenerator<RecordKey, void, undefined> {
    const keys = [...this.#passedOn().values()].map(({ id, body }) => ({ id, type: body.type, createdAt: body.createdAt }));
    keys.sort(compareKeys);
    yield* keys.filter((key) => after === undefined || compareKeys(key, after) > 0);
  }

  async knows(ids: readonly RecordId[]): Promise<boolean[]> {
    const { lessons, refused, forgotten, damaged } = this.#contents;
    const statements = this.#statements();
    const isStored = (id: RecordId): boolean => lessons.has(id) || statements.has(id);
    return ids.map((id) => (isStored(id) && !damaged.has(id)) || refused.has(id) || forgotten.has(id));
  }

  async *refusedFor(reason: string): AsyncGenerator<RecordId, void, undefined> {
    for (const [id, why] of this.#contents.refused) if (why === reason) yield id;
  }

  async outbox(): Promise<RecordId[]> {
    return [...this.#contents.outbox];
  }

  async *embeddings(
    embedder: string,
  ): AsyncGenerator<{ readonly label: number; readonly vector: Float32Array }, void, undefined> {
    const vectors = [...(this.#contents.embeddings.get(embedder) ?? [])];
    vectors.sort(([first], [second]) => first - second);
    for (const [label, vector] of vectors) yield { label, vector: vector.slice() };
  }

  async embedding(embedder: string, label: number): Promise<Float32Array | undefined> {
    return this.#contents.embeddings.get(embedder)?.get(label)?.slice();
  }

  #passedOn(): Map<RecordId, SignedRecord> {
    const { lessons, offered } = this.#contents;
    const passedOn = new Map<RecordId, SignedRecord>();
    for (const [id, { record }] of lessons) if (offered.has(id)) passedOn.set(id, record);
    for (const [id, record] of this.#statements()) passedOn.set(id, record);
    return passedOn;
  }

  #tellFollowers(): void {
    const before = this.#told;
    const now = this.#passedOn();
    this.#told = now;
    const added: Pick<RecordKey, "id" | "createdAt">[] = [];
    const removed: Pick<RecordKey, "id" | "createdAt">[] = [];
    for (const [id, record] of now) if (!before.has(id)) added.push(keyOf(record));
    for (const [id, record] of before) if (!now.has(id)) removed.push(keyOf(record));
    if (added.length === 0 && removed.length === 0) return;
    for (const follower of this.#followers) follower({ added, removed });
  }

  #lessonsThat(fits: (lesson: StoredLesson) => boolean): StoredLesson[] {
    return [...this.#contents.lessons.values()].filter(fits);
  }

  /** All records that are not lessons. */
  #statements(): ReadonlyMap<RecordId, SignedRecord> {
    const { attestations, tombstones, rotations, memberships } = this.#contents;
    const sources = [attestations, tombstones, rotations, memberships];
    if (sources.every((records, index) => records === this.#statementsIn[index])) return this.#statementsOf;
    const statements = new Map<RecordId, SignedRecord>();
    for (const records of sources) for (const record of records.values()) statements.set(record.id, record);
    this.#statementsOf = statements;
    this.#statementsIn = sources;
    return statements;
  }
}

/** Can the one pass on what the other does not? What a change does not touch is shared by both. */
function passesOnOthers(first: Contents, second: Contents): boolean {
  const names = ["lessons", "offered", "attestations", "tombstones", "rotations", "memberships"] as const;
  return names.some((name) => first[name] !== second[name]);
}

function glanceAt(lesson: StoredLesson, { attestations }: Contents): LessonGlance {
  const about = [...attestations.values()].filter(({ body }) => body.lesson === lesson.record.id);
  return glanceOf(
    lesson,
    about.map(({ body: { author, worked, changed, failed } }) => ({ author, worked, changed, failed })),
  );
}

function compareKeys(first: RecordKey, second: RecordKey): number {
  return first.createdAt - second.createdAt || (first.id < second.id ? -1 : first.id > second.id ? 1 : 0);
}

function keyOf({ id, body }: SignedRecord): Pick<RecordKey, "id" | "createdAt"> {
  return { id, createdAt: body.createdAt };
}

/** Normalised, once for each body: all lessons are looked through each time. */
const texts = new WeakMap<LessonBody, string>();

function textOf(body: LessonBody): string {
  const known = texts.get(body);
  if (known !== undefined) return known;
  const text = normalisedText(lessonText(body));
  texts.set(body, text);
  return text;
}
