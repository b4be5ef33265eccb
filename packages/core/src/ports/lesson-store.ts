/**
 * The port of the store of lessons and of everything that was decided about them. A verdict becomes a list of changes, and the list is applied in one
 * atomic batch: after a crash all of it is there, or nothing.
 */
import type { DistillationState, Outcome } from "../experience.ts";
import type { AuthorId } from "../identity.ts";
import type { LessonState, Principal, Standing, StoredLesson } from "../lesson.ts";
import type { LessonGlance } from "../lesson-glance.ts";
import type {
  AttestationBody,
  LessonBody,
  MembershipBody,
  RecordId,
  RecordType,
  RetractionBody,
  RotationBody,
  SignedRecord,
} from "../records.ts";

export type StoreChange =
  /** Adds a lesson, or replaces what is kept about it (its record never changes). */
  | { readonly kind: "lesson"; readonly lesson: StoredLesson }
  /** Archives a kept lesson without its record being read: for pruning many at once. */
  | { readonly kind: "archive"; readonly id: RecordId; readonly standing: Standing; readonly prunedUtility: number }
  /** Deletes a lesson, what was derived from it and what was said of it; its id is remembered as refused, so that no peer's copy comes back. */
  | { readonly kind: "forget"; readonly id: RecordId; readonly reason: string }
  /** Gives an experience its outcome, in the batch that counts it. Of a store that keeps experiences beside the lessons. */
  | {
      readonly kind: "experience-outcome";
      readonly id: string;
      readonly outcome: Outcome;
      readonly distillation: DistillationState;
    }
  /** The lesson's record cannot be read: it is not passed on, and not known, until it has come again. What is kept about it stays. Nothing where there is none. */
  | { readonly kind: "damaged"; readonly id: RecordId }
  /** Writes the record of a kept lesson anew, which has come again. */
  | { readonly kind: "restore"; readonly record: SignedRecord<LessonBody> }
  /** Replaces the author's earlier attestation of the same lesson. */
  | { readonly kind: "attestation"; readonly record: SignedRecord<AttestationBody> }
  /**
   * Takes an author's attestation of a lesson out again, if there is one: more are said of the lesson than are kept, or
   * the author was revoked.
   */
  | { readonly kind: "attestation-remove"; readonly lesson: RecordId; readonly author: AuthorId }
  /** A retraction, kept by lesson and author, whether or not the lesson is here. That of the lesson's author is kept for good. */
  | { readonly kind: "tombstone"; readonly record: SignedRecord<RetractionBody> }
  /** Takes an author's retraction of a lesson out again, if there is one: the lesson has come and is by somebody else, or the author was revoked. */
  | { readonly kind: "tombstone-remove"; readonly lesson: RecordId; readonly author: AuthorId }
  | { readonly kind: "rotation"; readonly record: SignedRecord<RotationBody> }
  /** Takes a rotation out again, if it is here: the key that it claims to follow has committed to another. */
  | { readonly kind: "rotation-remove"; readonly record: SignedRecord<RotationBody> }
  /** Replaces the earlier record about the same member of the same swarm. */
  | { readonly kind: "membership"; readonly record: SignedRecord<MembershipBody> }
  /** Takes a membership record out again, if it is here: the owner has replaced the key that it is by. */
  | { readonly kind: "membership-remove"; readonly record: SignedRecord<MembershipBody> }
  | { readonly kind: "embedding"; readonly label: number; readonly embedder: string; readonly vector: Float32Array }
  | { readonly kind: "principal"; readonly principal: Principal }
  /** The author's lessons are to be judged again, which takes more than one batch; and that all of them were. */
  | { readonly kind: "review-begin"; readonly author: AuthorId }
  | { readonly kind: "review-end"; readonly author: AuthorId }
  /** Remembers an id that is not kept, so that no peer's copy is fetched again. */
  | { readonly kind: "refused"; readonly id: RecordId; readonly reason: string }
  /** Remembers it no longer, if it does: a peer's copy may be fetched again. */
  | { readonly kind: "refused-remove"; readonly id: RecordId }
  /** A record of one's own that is to be published, and that it was. */
  | { readonly kind: "outbox-add"; readonly id: RecordId }
  | { readonly kind: "outbox-remove"; readonly id: RecordId };

export interface LessonQuery {
  readonly states?: readonly LessonState[];
  readonly author?: AuthorId;
  readonly limit?: number;
}

/** Which lessons are glanced at; all of them where nothing is said. */
export interface GlanceQuery {
  readonly states?: readonly LessonState[];
  /** Only lessons in whose cluster there are at least so many, whatever their states. Counted when the iteration begins. */
  readonly minClusterSize?: number;
}

/** What anti-entropy compares: enough to find out what is missing without reading bodies. */
export interface RecordKey {
  readonly id: RecordId;
  readonly type: RecordType;
  /** The author's clock, milliseconds. */
  readonly createdAt: number;
}

/** What one author says of a lesson that is not here. */
export interface StatementAhead {
  readonly lesson: RecordId;
  readonly author: AuthorId;
  readonly type: "attestation" | "retraction";
}

export interface LessonStore {
  /** One atomic batch; resolves when it is on the disk. */
  apply(changes: readonly StoreChange[]): Promise<void>;

  /** @throws STORE_DAMAGED when the bytes on disk do not give the id they are kept under. */
  get(id: RecordId): Promise<StoredLesson | undefined>;
  /** In the order asked, undefined where there is none. */
  getMany(ids: readonly RecordId[]): Promise<(StoredLesson | undefined)[]>;
  byLabels(labels: readonly number[]): Promise<(StoredLesson | undefined)[]>;
  /**
   * In the order asked. From memory once glances of all lessons were asked for; before that, each is made of the lesson and what is said of it, which are read.
   */
  glances(labels: readonly number[]): Promise<(LessonGlance | undefined)[]>;
  /**
   * The glances of lessons, each lesson once and as it is when the iteration comes to it; what comes meanwhile may be among them. Whatever else is to be done has its
   * turn in between. The first iteration reads them into memory, where they stay and follow every change: some tenths of a second for 100,000 lessons; minutes for
   * them where a store has none yet.
   */
  allGlances(query?: GlanceQuery): AsyncIterable<LessonGlance>;
  /** Of the glances of lessons in these states the words alone, as `allGlances` gives them, in a fraction of the time. They are valid until the next step of the iteration. */
  wordsIn(states: readonly LessonState[]): AsyncIterable<Pick<LessonGlance, "label" | "words">>;
  /** Newest received first. */
  list(query?: LessonQuery): AsyncIterable<StoredLesson>;
  /** Lessons by state. Kept in memory: costs nothing. */
  counts(): Readonly<Record<LessonState, number>>;
  /** The full ids of lessons that an abbreviation fits (see `shortId`), at most two. */
  resolve(abbreviation: string): Promise<RecordId[]>;
  /** The ids of lessons whose normalised text (`normalisedText(lessonText(body))`) is the same; at most `limit`, in the order of the ids. */
  sameText(normalised: string, limit?: number): Promise<RecordId[]>;
  /** The authors of lessons that derive from the given one, whatever has become of those lessons. */
  derivedAuthors(lesson: RecordId): Promise<AuthorId[]>;
  /** Lessons that name the given one among those they derive from, whatever has become of them; at most `limit`, in the order of the ids. */
  derivedLessons(lesson: RecordId, limit?: number): Promise<RecordId[]>;
  /** Lessons of the author that say they supersede the given one; at most `limit`, in the order of the ids. */
  supersedersOf(lesson: RecordId, author: AuthorId, limit?: number): Promise<RecordId[]>;
  /** Lessons whose date has passed and that are neither archived nor retracted. `now` in milliseconds since the epoch. */
  expiredBy(now: number): Promise<RecordId[]>;
  /** A label that no lesson has had, never given twice. */
  nextLabel(): number;
  /** A sequence number for a record of one's own: larger than all before it, across restarts. */
  nextSequence(): number;

  attestations(lesson: RecordId): Promise<SignedRecord<AttestationBody>[]>;
  /** The authors of what `attestations` gives, without reading it. */
  attesters(lesson: RecordId): Promise<AuthorId[]>;
  /** Every attestation and every retraction that is here and whose lesson is not. Goes through the keys of all of them. */
  statementsAhead(): AsyncIterable<StatementAhead>;
  attestation(lesson: RecordId, author: AuthorId): Promise<SignedRecord<AttestationBody> | undefined>;
  /**
   * The retraction of a lesson by the given author. Kept by lesson and author: a stranger's retraction of a lesson that has not arrived must not take the
   * place of its author's.
   */
  tombstone(lesson: RecordId, author: AuthorId): Promise<SignedRecord<RetractionBody> | undefined>;
  /** All retractions of a lesson that are here, one an author: only the lesson says which of them is its author's. */
  tombstones(lesson: RecordId): Promise<SignedRecord<RetractionBody>[]>;
  /** What the owner of a closed swarm says of each of its members: the latest of each. */
  memberships(swarm: string): Promise<SignedRecord<MembershipBody>[]>;
  /** Every rotation that is here. */
  rotations(): Promise<SignedRecord<RotationBody>[]>;
  principal(author: AuthorId): Promise<Principal | undefined>;
  principals(): Promise<Principal[]>;
  /** Authors whose review has begun and not ended. */
  underReview(): Promise<AuthorId[]>;

  /** Any stored record by its id, of any type: for sending it on. */
  record(id: RecordId): Promise<SignedRecord | undefined>;
  /** What was signed of stored records, unread, in the order asked; undefined where there is none. Held against the ids: throws as `record`. */
  frames(ids: readonly RecordId[]): Promise<(Uint8Array | undefined)[]>;
  /** Every record that is here to be passed on, oldest first by (createdAt, id), after the given position. Archived lessons are still passed on. */
  recordKeys(after?: RecordKey): AsyncIterable<RecordKey>;
  /** For each id: is it stored, refused or archived here, so that it need not be fetched? */
  knows(ids: readonly RecordId[]): Promise<boolean[]>;
  /** The ids that are remembered as refused for this reason. Reads all that are remembered. */
  refusedFor(reason: string): AsyncIterable<RecordId>;
  outbox(): Promise<RecordId[]>;

  /** Stored vectors of one embedder, of lessons in the given states. */
  embeddings(embedder: string): AsyncIterable<{ readonly label: number; readonly vector: Float32Array }>;
  embedding(embedder: string, label: number): Promise<Float32Array | undefined>;
}
