/**
 * The ledger: the one place where what a node believes changes. Records that arrive, lessons that are made here, outcomes, retractions and the user's word on
 * authors all pass through it, one batch after another, so that no two decisions rest on the same outdated knowledge.
 *
 * It guarantees that a batch is decided by `reconcile` alone, becomes durable as a whole or not at all, and is on the disk when its call resolves; what is in memory
 * follows the disk and is never ahead of it. The same records in any order and any number of copies leave the same records accepted: whose a retraction is to
 * decide on is known when its lesson is kept, so that is when those by others are given up. It does not guarantee that of a node which never gets the lesson: it keeps
 * every retraction of it.
 */
import {
  type AuthorId,
  type Clock,
  isAttestation,
  isLesson,
  isRetraction,
  isRotation,
  type LessonBody,
  type LessonStore,
  type Principal,
  type RecordId,
  type RetractionBody,
  type SignedRecord,
  type StoreChange,
  type StoredLesson,
} from "@grapevine/core";
import {
  isLessonVerdict,
  judge,
  type LessonVerdict,
  newLesson,
  settle,
  voidTombstoneReason,
  voidTombstones,
} from "@grapevine/reconcile";
import PQueue from "p-queue";
import type { PlacedLesson } from "./indexing.ts";
import { Knowledge } from "./knowledge.ts";
import type { PrincipalBook } from "./principals.ts";

export interface LedgerComponents {
  readonly store: LessonStore;
  readonly principals: PrincipalBook;
  readonly self: AuthorId;
  readonly clock: Clock;
  /** Told after each batch which lessons are new, and which have changed their state. */
  readonly onLessons: (change: LedgerChange) => void;
  /** Told when something was added to the outbox. */
  readonly onOutbox: () => void;
}

export interface LedgerChange {
  readonly added: readonly StoredLesson[];
  readonly changed: readonly StoredLesson[];
  /** Lessons that somebody attested. */
  readonly attested: readonly RecordId[];
}

export interface Ledger {
  /** Foreign records, already verified; resolves when what is kept of them is durable. */
  receive(records: readonly SignedRecord[]): Promise<void>;
  /** A record of one's own: judged like any other, and put into the outbox. */
  publish(record: SignedRecord): Promise<void>;
  /** Lessons whose vectors and neighbours are known. */
  place(placed: readonly PlacedLesson[]): Promise<void>;
  /**
   * A change that is computed from the present state: `change` runs alone and gives what is to be written; the lessons it writes are judged
   * again afterwards.
   */
  revise(change: () => Promise<readonly StoreChange[]>): Promise<void>;
  /** Sets what is known of an author, and judges the author's lessons again. Should the process end in between, `resumeReviews` does the rest. */
  setPrincipal(change: (current: Principal) => Principal, author: AuthorId): Promise<Principal>;
  /** Ends the reviews of authors that an earlier process began. To be called once, at the start; costs nothing where there is none. */
  resumeReviews(): Promise<void>;
  /** Records that wait for their verdict. */
  waiting(): number;
  /** Resolves when nothing waits. */
  settled(): Promise<void>;
}

/** Records that are decided on together: one synced write for all of them. */
const batchSize = 512;
/** Lessons of an author that are judged again together. */
const reviewBatchSize = 256;

export function createLedger(components: LedgerComponents): Ledger {
  const { store, principals, self, clock } = components;
  const desk = new PQueue({ concurrency: 1 });
  let incoming: { record: SignedRecord; own: boolean; done: () => void; failed: (error: unknown) => void }[] = [];

  const knowledge = (): Knowledge => new Knowledge({ store, principals, self }, clock.now());

  const take = (records: readonly SignedRecord[], own: boolean): Promise<void> => {
    if (records.length === 0) return Promise.resolve();
    const all = records.map((record) => new Promise<void>((done, failed) => incoming.push({ record, own, done, failed })));
    void desk.add(decideIncoming);
    return Promise.all(all).then(() => undefined);
  };

  /** Whatever has come in until its turn is one batch: under load batches grow, and the disk is synced less often. */
  const decideIncoming = async (): Promise<void> => {
    const batch = incoming.slice(0, batchSize);
    if (batch.length === 0) return;
    incoming = incoming.slice(batch.length);
    if (incoming.length > 0) void desk.add(decideIncoming);
    try {
      await decide(batch);
      for (const { done } of batch) done();
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
  };

  const decide = async (batch: readonly { record: SignedRecord; own: boolean }[]): Promise<void> => {
    const work = new Batch(knowledge(), components);
    const unwanted = await store.knows(batch.map(({ record }) => record.id));
    for (const [position, { record, own }] of batch.entries()) await work.arrive(record, own, unwanted[position] ?? false);
    await write(work);
  };

  const write = async (work: Batch): Promise<void> => {
    if (work.changes.length > 0) await store.apply(work.changes);
    for (const change of work.changes) if (change.kind === "principal") principals.set(change.principal);
    const attested = work.changes.flatMap((change) => (change.kind === "attestation" ? [change.record.body.lesson] : []));
    components.onLessons({ added: [...work.added.values()], changed: [...work.changed.values()], attested });
    if (work.changes.some(({ kind }) => kind === "outbox-add")) components.onOutbox();
  };

  const place = async (placed: readonly PlacedLesson[]): Promise<void> => {
    const work = new Batch(knowledge(), components);
    for (const { lesson, vector, neighbours, embedder } of placed) {
      work.changes.push({ kind: "embedding", label: lesson.label, embedder, vector });
      const stored = await store.byLabels(neighbours.map(({ label }) => label));
      const near = neighbours.flatMap(({ similarity }, position) => {
        const neighbour = stored[position];
        return neighbour === undefined ? [] : [{ lesson: neighbour, similarity }];
      });
      await work.review(lesson.record, near);
    }
    await write(work);
  };

  const revise = async (changes: readonly StoreChange[]): Promise<void> => {
    const work = new Batch(knowledge(), components);
    for (const change of changes) {
      work.changes.push(change);
      if (change.kind === "principal") work.knowledge.notePrincipal(change.principal);
      if (change.kind === "lesson") {
        work.knowledge.noteLesson(change.lesson);
        work.changed.set(change.lesson.record.id, change.lesson);
      }
    }
    for (const lesson of work.changed.values()) await work.review(lesson.record, []);
    await write(work);
  };

  const setPrincipal = async (change: (current: Principal) => Principal, author: AuthorId): Promise<Principal> => {
    const principal = change(principals.get(author));
    const work = new Batch(knowledge(), components);
    // Before any lesson is read: one that is damaged must not keep its author from being blocked.
    work.changes.push({ kind: "principal", principal }, { kind: "review-begin", author });
    await write(work);
    await reviewAuthor(author);
    return principal;
  };

  /** Batch by batch, since an author may have as many lessons as fit: the store remembers the review until the last batch is durable. */
  const reviewAuthor = async (author: AuthorId): Promise<void> => {
    let work = new Batch(knowledge(), components);
    let reviewed = 0;
    for await (const lesson of store.list({ author, states: ["admitted", "held"] })) {
      await work.review(lesson.record, []);
      reviewed += 1;
      if (reviewed % reviewBatchSize > 0) continue;
      await write(work);
      work = new Batch(knowledge(), components);
    }
    work.changes.push({ kind: "review-end", author });
    await write(work);
  };

  const resumeReviews = async (): Promise<void> => {
    for (const author of await store.underReview()) await reviewAuthor(author);
  };

  return {
    receive: (records) => take(records, false),
    publish: (record) => take([record], true),
    place: (placed) => desk.add(() => place(placed)),
    revise: (change) => desk.add(async () => revise(await change())),
    setPrincipal: (change, author) => desk.add(() => setPrincipal(change, author)),
    resumeReviews: () => desk.add(resumeReviews),
    waiting: () => incoming.length,
    settled: () => desk.onIdle(),
  };
}

/** What one batch has decided so far: the changes to write, and the lessons they concern. */
class Batch {
  readonly knowledge: Knowledge;
  readonly changes: StoreChange[] = [];
  readonly added = new Map<string, StoredLesson>();
  readonly changed = new Map<string, StoredLesson>();
  readonly #components: LedgerComponents;
  readonly #now: number;

  constructor(knowledge: Knowledge, components: LedgerComponents) {
    this.knowledge = knowledge;
    this.#components = components;
    this.#now = components.clock.now();
  }

  /** `known`: the record is stored, or its id is remembered as refused. */
  async arrive(record: SignedRecord, own: boolean, known: boolean): Promise<void> {
    if (isLesson(record)) await this.#lessonArrives(record, known);
    else if (isRetraction(record)) {
      const verdict = judge({ record, neighbours: [], state: await this.knowledge.ofRetraction(record, known) });
      if (verdict.action === "accept" || verdict.action === "retract") {
        this.changes.push({ kind: "tombstone", record });
        this.knowledge.noteTombstone(record);
      } else this.#remember(record, verdict);
      if (isLessonVerdict(verdict)) await this.#settle(record.body.lesson, verdict);
    } else if (isAttestation(record)) {
      const verdict = judge({ record, neighbours: [], state: await this.knowledge.ofAttestation(record, known) });
      if (verdict.action === "accept") {
        this.changes.push({ kind: "attestation", record });
        this.knowledge.noteAttestation(record);
        const lesson = await this.knowledge.lesson(record.body.lesson);
        if (lesson !== undefined) await this.review(lesson.record, []);
      } else this.#remember(record, verdict);
    } else if (isRotation(record)) {
      const verdict = judge({ record, neighbours: [], state: this.knowledge.ofRotation(known) });
      if (verdict.action === "accept") this.changes.push({ kind: "rotation", record });
      else this.#remember(record, verdict);
    }
    if (own) this.changes.push({ kind: "outbox-add", id: record.id });
  }

  /** Judges a lesson that is here again, since something about it has changed. */
  async review(
    record: SignedRecord<LessonBody>,
    neighbours: readonly { lesson: StoredLesson; similarity: number }[],
  ): Promise<void> {
    const state = await this.knowledge.ofLesson(record, "review");
    this.#giveUpVoid(record, state.tombstones);
    const verdict = judge({ record, neighbours, state });
    if (isLessonVerdict(verdict)) await this.#settle(record.id, verdict);
  }

  async #lessonArrives(record: SignedRecord<LessonBody>, known: boolean): Promise<void> {
    const state = await this.knowledge.ofLesson(record, "arrival", known);
    const verdict = judge({ record, neighbours: [], state });
    if (!isLessonVerdict(verdict)) {
      this.#remember(record, verdict);
      return;
    }
    if (state.stored !== undefined) {
      await this.#settle(record.id, verdict);
      return;
    }
    const lesson = newLesson(record, verdict, { label: this.#components.store.nextLabel(), now: this.#now });
    this.#write(lesson, this.added);
    this.#giveUpVoid(record, state.tombstones);
  }

  #giveUpVoid(lesson: SignedRecord<LessonBody>, tombstones: readonly SignedRecord<RetractionBody>[]): void {
    for (const { id, body } of voidTombstones(lesson, tombstones)) {
      this.changes.push({ kind: "tombstone-remove", lesson: lesson.id, author: body.author });
      this.changes.push({ kind: "refused", id, reason: voidTombstoneReason });
      this.knowledge.noteVoidTombstone(id);
    }
  }

  async #settle(id: string, verdict: LessonVerdict): Promise<void> {
    const stored = await this.knowledge.lesson(id);
    if (stored === undefined) return;
    const settled = settle(stored, verdict, this.#now);
    if (settled !== stored) this.#write(settled, this.added.has(id) ? this.added : this.changed);
  }

  #write(lesson: StoredLesson, where: Map<string, StoredLesson>): void {
    this.knowledge.noteLesson(lesson);
    where.set(lesson.record.id, lesson);
    this.changes.push({ kind: "lesson", lesson });
  }

  #remember(record: SignedRecord, verdict: { readonly action: string; readonly reason: string }): void {
    if (verdict.action === "refuse") this.changes.push({ kind: "refused", id: record.id, reason: verdict.reason });
  }
}
