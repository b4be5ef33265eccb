/** The `LessonStore` port in memory: nothing survives, everything else is as promised. */
import {
  type AttestationBody,
  type AuthorId,
  type GlanceQuery,
  GrapevineError,
  glanceOf,
  type LessonBody,
  type LessonGlance,
  type LessonQuery,
  type LessonState,
  type LessonStore,
  lessonText,
  type MembershipBody,
  normalisedText,
  outranks,
  type Principal,
  type RecordId,
  type RecordKey,
  type RetractionBody,
  type SignedRecord,
  type StatementAhead,
  type StoreChange,
  type StoredLesson,
  shortId,
  withStanding,
} from "@grapevine/core";

interface Contents {
  /** In the order of receipt. */
  readonly lessons: Map<RecordId, StoredLesson>;
  readonly labels: Map<number, RecordId>;
  /** By lesson and author. */
  readonly attestations: Map<string, SignedRecord<AttestationBody>>;
  readonly tombstones: Map<string, SignedRecord<RetractionBody>>;
  readonly rotations: Map<RecordId, SignedRecord>;
  /** By swarm and member. */
  readonly memberships: Map<string, SignedRecord<MembershipBody>>;
  readonly principals: Map<AuthorId, Principal>;
  readonly underReview: Set<AuthorId>;
  readonly refused: Set<RecordId>;
  readonly forgotten: Set<RecordId>;
  /** Lessons that are passed on. */
  readonly offered: Set<RecordId>;
  /** Lessons whose records are said to be unreadable. */
  readonly damaged: Set<RecordId>;
  readonly outbox: Set<RecordId>;
  /** By embedder, then label. */
  readonly embeddings: Map<string, Map<number, Float32Array>>;
}

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
  #contents: Contents = {
    lessons: new Map(),
    labels: new Map(),
    attestations: new Map(),
    tombstones: new Map(),
    rotations: new Map(),
    memberships: new Map(),
    principals: new Map(),
    underReview: new Set(),
    refused: new Set(),
    forgotten: new Set(),
    offered: new Set(),
    damaged: new Set(),
    outbox: new Set(),
    embeddings: new Map(),
  };
  readonly #followers = new Set<(change: RecordKeysChange) => void>();
  /** What those who follow were last told is passed on. */
  #told = new Map<RecordId, SignedRecord>();
  #nextLabel = 0;
  #nextSequence = 1;

  constructor(init: MemoryLessonStoreInit = {}) {
    this.#maxRefused = init.maxRefused ?? 100_000;
  }

  /** Applies to a copy, which takes the place of the original only when every change could be applied. */
  async apply(changes: readonly StoreChange[]): Promise<void> {
    const contents = copyOf(
      this.#contents,
      changes.map(({ kind }) => kind),
    );
    for (const change of changes) this.#applyChange(contents, change);
    this.#contents = contents;
    for (const change of changes) {
      if (change.kind === "lesson") this.#nextLabel = Math.max(this.#nextLabel, change.lesson.label + 1);
    }
    if (this.#followers.size > 0) this.#tellFollowers();
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

  async labelsIn(states: readonly LessonState[]): Promise<Iterable<number>> {
    return this.#lessonsThat(({ standing }) => states.includes(standing.state)).map(({ label }) => label);
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
    return this.#allRecords().find((record) => record.id === id);
  }

  async *recordKeys(after?: RecordKey): AsyncGenerator<RecordKey, void, undefined> {
    const keys = [...this.#passedOn().values()].map(({ id, body }) => ({ id, type: body.type, createdAt: body.createdAt }));
    keys.sort(compareKeys);
    yield* keys.filter((key) => after === undefined || compareKeys(key, after) > 0);
  }

  async knows(ids: readonly RecordId[]): Promise<boolean[]> {
    const { refused, forgotten, damaged } = this.#contents;
    const stored = new Set(this.#allRecords().map(({ id }) => id));
    return ids.map((id) => (stored.has(id) && !damaged.has(id)) || refused.has(id) || forgotten.has(id));
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

  #refuse({ refused }: Contents, id: RecordId): void {
    refused.add(id);
    for (const oldest of refused) if (refused.size > this.#maxRefused) refused.delete(oldest);
  }

  #passedOn(): Map<RecordId, SignedRecord> {
    const { lessons, offered } = this.#contents;
    const records = this.#allRecords().filter(({ id }) => !lessons.has(id) || offered.has(id));
    return new Map(records.map((record) => [record.id, record]));
  }

  #tellFollowers(): void {
    const before = this.#told;
    const now = this.#passedOn();
    this.#told = now;
    const added = [...now.values()].filter(({ id }) => !before.has(id)).map(keyOf);
    const removed = [...before.values()].filter(({ id }) => !now.has(id)).map(keyOf);
    if (added.length === 0 && removed.length === 0) return;
    for (const follower of this.#followers) follower({ added, removed });
  }

  #lessonsThat(fits: (lesson: StoredLesson) => boolean): StoredLesson[] {
    return [...this.#contents.lessons.values()].filter(fits);
  }

  #allRecords(): SignedRecord[] {
    const { lessons, attestations, tombstones, rotations, memberships } = this.#contents;
    const lessonRecords = [...lessons.values()].map(({ record }) => record);
    const others = [attestations, tombstones, rotations, memberships].flatMap((records): SignedRecord[] => [...records.values()]);
    return [...lessonRecords, ...others];
  }

  #applyChange(contents: Contents, change: StoreChange): void {
    switch (change.kind) {
      case "lesson":
        applyLesson(contents, change.lesson);
        break;
      case "archive":
        applyArchive(contents, change);
        break;
      case "forget":
        for (const record of applyForget(contents, change.id)) this.#refuse(contents, record);
        break;
      case "experience-outcome":
        throw changeInvalid(`there is no experience ${change.id} beside these lessons`);
      case "damaged":
        if (contents.lessons.has(change.id)) contents.damaged.add(change.id);
        contents.offered.delete(change.id);
        break;
      case "restore": {
        const lesson = contents.lessons.get(change.record.id);
        if (lesson === undefined) throw changeInvalid(`there is no lesson ${change.record.id} to restore`);
        contents.damaged.delete(change.record.id);
        applyLesson(contents, lesson); // which puts it on the list again
        break;
      }
      case "attestation":
        keep(contents.attestations, change.record, isLater);
        break;
      case "tombstone":
        keep(contents.tombstones, change.record, (candidate, kept) => isLater(kept, candidate));
        break;
      case "attestation-remove":
        contents.attestations.delete(change.lesson + change.author);
        break;
      case "tombstone-remove":
        contents.tombstones.delete(change.lesson + change.author);
        break;
      case "rotation":
        contents.rotations.set(change.record.id, change.record);
        break;
      case "membership":
        keepMembership(contents.memberships, change.record);
        break;
      case "embedding":
        checkLabel(change.label);
        if (change.label < this.#nextLabel && !contents.labels.has(change.label)) break; // its lesson is forgotten
        vectorsOf(contents, change.embedder).set(change.label, change.vector.slice());
        break;
      case "principal":
        contents.principals.set(change.principal.author, change.principal);
        break;
      case "review-begin":
        contents.underReview.add(change.author);
        break;
      case "review-end":
        contents.underReview.delete(change.author);
        break;
      case "refused":
        this.#refuse(contents, change.id);
        break;
      case "outbox-add":
        contents.outbox.add(change.id);
        break;
      case "outbox-remove":
        contents.outbox.delete(change.id);
        break;
    }
  }
}

function applyArchive(contents: Contents, { id, standing, prunedUtility }: Extract<StoreChange, { kind: "archive" }>): void {
  const lesson = contents.lessons.get(id);
  if (lesson === undefined) throw changeInvalid(`there is no lesson ${id} to archive`);
  applyLesson(contents, { ...withStanding(lesson, standing), prunedUtility });
}

/** Gives the ids of what was said of it. */
function applyForget(contents: Contents, id: RecordId): RecordId[] {
  const { lessons, labels, attestations, tombstones, outbox, embeddings, forgotten, offered, damaged } = contents;
  const { label, record: lesson } = lessons.get(id) ?? {};
  lessons.delete(id);
  offered.delete(id);
  damaged.delete(id);
  outbox.delete(id);
  if (label !== undefined) {
    labels.delete(label);
    for (const vectors of embeddings.values()) vectors.delete(label);
  }
  const said: RecordId[] = [];
  for (const about of [attestations, tombstones]) {
    for (const [key, record] of about) {
      if (record.body.lesson !== id || (about === tombstones && record.body.author === lesson?.body.author)) continue;
      about.delete(key);
      outbox.delete(record.id);
      said.push(record.id);
    }
  }
  forgotten.add(id);
  return said;
}

function glanceAt(lesson: StoredLesson, { attestations }: Contents): LessonGlance {
  const about = [...attestations.values()].filter(({ body }) => body.lesson === lesson.record.id);
  return glanceOf(
    lesson,
    about.map(({ body: { author, worked, changed, failed } }) => ({ author, worked, changed, failed })),
  );
}

/** A copy of what changes of these kinds touch, so that the original stays as it is; the rest is shared. */
function copyOf(contents: Contents, kinds: readonly StoreChange["kind"][]): Contents {
  const all = Object.keys(copied) as (keyof Contents)[];
  const names = new Set(kinds.flatMap((kind) => touched[kind] ?? all));
  return Object.assign({ ...contents }, ...[...names].map((name) => ({ [name]: copied[name](contents) })));
}

/** By the kinds of change that there are very many of; the others may touch anything. */
const touched: Partial<Readonly<Record<StoreChange["kind"], readonly (keyof Contents)[]>>> = {
  lesson: ["lessons", "labels", "offered"],
  attestation: ["attestations"],
  tombstone: ["tombstones"],
  "outbox-add": ["outbox"],
  "outbox-remove": ["outbox"],
};

const copied: { readonly [Name in keyof Contents]: (contents: Contents) => Contents[Name] } = {
  lessons: ({ lessons }) => new Map(lessons),
  labels: ({ labels }) => new Map(labels),
  attestations: ({ attestations }) => new Map(attestations),
  tombstones: ({ tombstones }) => new Map(tombstones),
  rotations: ({ rotations }) => new Map(rotations),
  memberships: ({ memberships }) => new Map(memberships),
  principals: ({ principals }) => new Map(principals),
  underReview: ({ underReview }) => new Set(underReview),
  refused: ({ refused }) => new Set(refused),
  forgotten: ({ forgotten }) => new Set(forgotten),
  offered: ({ offered }) => new Set(offered),
  damaged: ({ damaged }) => new Set(damaged),
  outbox: ({ outbox }) => new Set(outbox),
  embeddings: ({ embeddings }) => new Map([...embeddings].map(([embedder, vectors]) => [embedder, new Map(vectors)])),
};

function applyLesson(contents: Contents, lesson: StoredLesson): void {
  const { record, label } = lesson;
  checkLabel(label);
  const before = contents.lessons.get(record.id);
  const owner = contents.labels.get(label);
  if ((before !== undefined && before.label !== label) || (owner !== undefined && owner !== record.id)) {
    throw changeInvalid(`label ${label} cannot be that of lesson ${record.id}`);
  }
  contents.lessons.set(record.id, { ...lesson, record: before?.record ?? record });
  const { state } = lesson.standing;
  const awaitsTrial = lesson.consolidates !== undefined && state === "held";
  if (state === "retracted" || awaitsTrial) contents.offered.delete(record.id);
  else if (state !== "archived" || lesson.consolidates === undefined) contents.offered.add(record.id);
  contents.labels.set(label, record.id);
}

function checkLabel(label: number): void {
  if (!Number.isInteger(label) || label < 0 || label > 0xffff_ffff) throw changeInvalid(`${label} is not a label`);
}

function changeInvalid(message: string): GrapevineError {
  return new GrapevineError("STORE_CHANGE_INVALID", message, "This is a defect of the caller.");
}

/** Keeps one record for each lesson and author, whatever the order of arrival. */
function keep<Body extends AttestationBody | RetractionBody>(
  records: Map<string, SignedRecord<Body>>,
  record: SignedRecord<Body>,
  replaces: (candidate: SignedRecord, kept: SignedRecord) => boolean,
): void {
  const key = record.body.lesson + record.body.author;
  const kept = records.get(key);
  if (kept === undefined || replaces(record, kept)) records.set(key, record);
}

function keepMembership(memberships: Contents["memberships"], record: SignedRecord<MembershipBody>): void {
  const key = `${record.body.swarm}/${record.body.member}`;
  const kept = memberships.get(key);
  if (kept === undefined || outranks(record, kept)) memberships.set(key, record);
}

function isLater(candidate: SignedRecord, kept: SignedRecord): boolean {
  return candidate.body.seq > kept.body.seq || (candidate.body.seq === kept.body.seq && candidate.id > kept.id);
}

function vectorsOf(contents: Contents, embedder: string): Map<number, Float32Array> {
  const vectors = contents.embeddings.get(embedder) ?? new Map<number, Float32Array>();
  contents.embeddings.set(embedder, vectors);
  return vectors;
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
