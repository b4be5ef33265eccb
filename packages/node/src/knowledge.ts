/**
 * What the node knows that bears on a record: read from the store, and from what earlier records of the same batch have changed but not yet written.
 * Reading it is this file's; deciding on it is `reconcile`'s.
 */
import {
  type AttestationBody,
  type AuthorId,
  type LessonBody,
  type LessonStore,
  lessonText,
  normalisedText,
  type Principal,
  type RecordId,
  type RetractionBody,
  type SignedRecord,
  type StoredLesson,
} from "@grapevine/core";
import type { KnownState } from "@grapevine/reconcile";
import type { PrincipalBook } from "./principals.ts";

export type KnowledgeStore = Pick<
  LessonStore,
  "get" | "getMany" | "derivedAuthors" | "sameText" | "tombstone" | "tombstones" | "attestations" | "attestation" | "knows"
>;

export interface KnowledgeComponents {
  readonly store: KnowledgeStore;
  readonly principals: PrincipalBook;
  readonly self: AuthorId;
}

/** One batch: the store as it is, under the changes that the batch has decided on so far. */
export class Knowledge {
  readonly #components: KnowledgeComponents;
  readonly #now: number;
  readonly #lessons = new Map<RecordId, StoredLesson>();
  readonly #texts = new Map<string, RecordId[]>();
  readonly #tombstones = new Map<RecordId, SignedRecord<RetractionBody>[]>();
  /** Retractions that the batch gives up. */
  readonly #voidTombstones = new Set<RecordId>();
  readonly #attestations = new Map<RecordId, SignedRecord<AttestationBody>[]>();
  #principals: Map<AuthorId, Principal> | undefined;

  constructor(components: KnowledgeComponents, now: number) {
    this.#components = components;
    this.#now = now;
  }

  /** `refused`: the record's id is remembered as one that is not wanted. */
  async ofLesson(record: SignedRecord<LessonBody>, occasion: KnownState["occasion"], refused = false): Promise<KnownState> {
    const { store } = this.#components;
    const stored = await this.lesson(record.id);
    const [tombstones, attestations, sameText] = await Promise.all([
      this.#tombstonesOf(record.id),
      this.#attestationsOf(record.id),
      this.#sameText(record),
    ]);
    const relatives = await relativesOf(record, attestations, store);
    return this.#state({ occasion, stored, refused, tombstones, attestations, sameText, relatives });
  }

  async ofRetraction(record: SignedRecord<RetractionBody>, refused: boolean): Promise<KnownState> {
    const [stored, tombstone] = await Promise.all([
      this.lesson(record.body.lesson),
      this.#components.store.tombstone(record.body.lesson, record.body.author),
    ]);
    return this.#state({ stored, refused, tombstones: tombstone === undefined ? [] : [tombstone] });
  }

  async ofAttestation(record: SignedRecord<AttestationBody>, refused: boolean): Promise<KnownState> {
    const [stored, attestations] = await Promise.all([this.lesson(record.body.lesson), this.#attestationsOf(record.body.lesson)]);
    return this.#state({ stored, refused, attestations });
  }

  ofRotation(refused: boolean): KnownState {
    return this.#state({ refused });
  }

  async lesson(id: RecordId): Promise<StoredLesson | undefined> {
    return this.#lessons.get(id) ?? (await this.#components.store.get(id));
  }

  noteLesson(lesson: StoredLesson): void {
    const { id, body } = lesson.record;
    if (!this.#lessons.has(id)) {
      const text = normalisedText(lessonText(body));
      this.#texts.set(text, [...(this.#texts.get(text) ?? []), id]);
    }
    this.#lessons.set(id, lesson);
  }

  noteTombstone(record: SignedRecord<RetractionBody>): void {
    this.#tombstones.set(record.body.lesson, [...(this.#tombstones.get(record.body.lesson) ?? []), record]);
  }

  noteVoidTombstone(id: RecordId): void {
    this.#voidTombstones.add(id);
  }

  /** The book itself changes when the batch is durable. */
  notePrincipal(principal: Principal): void {
    this.#principals ??= new Map(this.#components.principals.known);
    this.#principals.set(principal.author, principal);
  }

  noteAttestation(record: SignedRecord<AttestationBody>): void {
    this.#attestations.set(record.body.lesson, [...(this.#attestations.get(record.body.lesson) ?? []), record]);
  }

  #state(known: Partial<KnownState>): KnownState {
    const { principals, self } = this.#components;
    return {
      self,
      principals: this.#principals ?? principals.known,
      attestations: [],
      relatives: new Set(),
      occasion: "arrival",
      now: this.#now,
      refused: false,
      tombstones: [],
      sameText: [],
      ...known,
    };
  }

  async #tombstonesOf(lesson: RecordId): Promise<SignedRecord<RetractionBody>[]> {
    const all = [...(await this.#components.store.tombstones(lesson)), ...(this.#tombstones.get(lesson) ?? [])];
    return all.filter(({ id }) => !this.#voidTombstones.has(id));
  }

  /** One an author, the latest. */
  async #attestationsOf(lesson: RecordId): Promise<SignedRecord<AttestationBody>[]> {
    const latest = new Map<AuthorId, SignedRecord<AttestationBody>>();
    for (const record of [...(await this.#components.store.attestations(lesson)), ...(this.#attestations.get(lesson) ?? [])]) {
      const known = latest.get(record.body.author);
      if (known === undefined || known.body.seq < record.body.seq) latest.set(record.body.author, record);
    }
    return [...latest.values()];
  }

  async #sameText(record: SignedRecord<LessonBody>): Promise<StoredLesson[]> {
    const text = normalisedText(lessonText(record.body));
    const ids = new Set([...(await this.#components.store.sameText(text)), ...(this.#texts.get(text) ?? [])]);
    ids.delete(record.id);
    const lessons = await Promise.all([...ids].map((id) => this.lesson(id)));
    return lessons.filter((lesson) => lesson !== undefined);
  }
}

/** Authors whose word on the lesson is an echo: those it derives from, and those with a lesson that derives from it. Nobody asks while nobody attests. */
export async function relativesOf(
  record: SignedRecord<LessonBody>,
  attestations: readonly SignedRecord<AttestationBody>[],
  store: Pick<LessonStore, "getMany" | "derivedAuthors">,
): Promise<Set<AuthorId>> {
  if (attestations.length === 0) return new Set();
  const ancestors = record.body.derivedFrom.length === 0 ? [] : await store.getMany(record.body.derivedFrom);
  const relatives = new Set(ancestors.flatMap((lesson) => (lesson === undefined ? [] : [lesson.record.body.author])));
  for (const author of await store.derivedAuthors(record.id)) relatives.add(author);
  return relatives;
}
