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
  type MembershipBody,
  type MembershipRefusal,
  type Memberships,
  membershipRefusal,
  normalisedText,
  type Principal,
  type RecordId,
  type RetractionBody,
  type SignedRecord,
  type StoredLesson,
  swarmOwner,
} from "@grapevine/core";
import type { KnownState } from "@grapevine/reconcile";
import { ancestorsOf, type Descendant, descendantsOf, type LineageStore } from "./lineage.ts";
import type { PrincipalBook } from "./principals.ts";

export type KnowledgeStore = Pick<
  LessonStore,
  "get" | "derivedLessons" | "supersedersOf" | "sameText" | "tombstone" | "tombstones" | "attestations" | "attestation" | "knows"
>;

export interface KnowledgeComponents {
  readonly store: KnowledgeStore;
  readonly principals: PrincipalBook;
  readonly self: AuthorId;
  /** Who is in the swarm. Absent: it is open, and no record says so. */
  readonly members?: Memberships | undefined;
}

/** One batch: the store as it is, under the changes that the batch has decided on so far. */
export class Knowledge implements LineageStore {
  readonly #components: KnowledgeComponents;
  readonly #now: number;
  readonly #lessons = new Map<RecordId, StoredLesson>();
  readonly #texts = new Map<string, RecordId[]>();
  readonly #tombstones = new Map<RecordId, SignedRecord<RetractionBody>[]>();
  /** Retractions that the batch gives up. */
  readonly #voidTombstones = new Set<RecordId>();
  readonly #attestations = new Map<RecordId, SignedRecord<AttestationBody>[]>();
  /** By ancestor, and by the lesson that is superseded. */
  readonly #derived = new Map<RecordId, RecordId[]>();
  readonly #superseders = new Map<RecordId, RecordId[]>();
  readonly #memberships = new Map<AuthorId, SignedRecord<MembershipBody>>();
  #principals: Map<AuthorId, Principal> | undefined;

  constructor(components: KnowledgeComponents, now: number) {
    this.#components = components;
    this.#now = now;
  }

  /** `refused`: the record's id is remembered as one that is not wanted. */
  async ofLesson(
    record: SignedRecord<LessonBody>,
    occasion: KnownState["occasion"],
    more: Pick<Partial<KnownState>, "refused" | "consolidates"> = {},
  ): Promise<KnownState> {
    const stored = await this.lesson(record.id);
    const [tombstones, attestations, sameText, supersededBy, retractedAncestors] = await Promise.all([
      this.#tombstonesOf(record.id),
      this.attestationsOf(record.id),
      this.#sameText(record),
      this.#supersededBy(record),
      this.#retractedAncestors(record),
    ]);
    const relatives = attestations.length === 0 ? none : await relativesOf(record, this);
    const known = {
      ...this.#placeOf(record),
      occasion,
      stored,
      tombstones,
      attestations,
      sameText,
      supersededBy,
      retractedAncestors,
      relatives,
    };
    return this.#state({ ...known, ...more });
  }

  async ofRetraction(record: SignedRecord<RetractionBody>, refused: boolean): Promise<KnownState> {
    const [stored, tombstone] = await Promise.all([
      this.lesson(record.body.lesson),
      this.#components.store.tombstone(record.body.lesson, record.body.author),
    ]);
    return this.#state({ ...this.#placeOf(record), stored, refused, tombstones: tombstone === undefined ? [] : [tombstone] });
  }

  /** Of what is said of the lesson only its author's own is read: strangers may have said any number of things. */
  async ofAttestation(record: SignedRecord<AttestationBody>, refused: boolean): Promise<KnownState> {
    const { lesson, author } = record.body;
    const [stored, before] = await Promise.all([this.lesson(lesson), this.attestationBy(author, lesson)]);
    return this.#state({ ...this.#placeOf(record), stored, refused, attestations: before === undefined ? [] : [before] });
  }

  ofRotation(record: SignedRecord, refused: boolean): KnownState {
    return this.#state({ ...this.#placeOf(record), refused });
  }

  ofMembership(record: SignedRecord<MembershipBody>, refused: boolean): KnownState {
    return this.#state({ ...this.#placeOf(record), refused, membership: this.#membershipOf(record.body.member) });
  }

  async lesson(id: RecordId): Promise<StoredLesson | undefined> {
    return this.#lessons.get(id) ?? (await this.#components.store.get(id));
  }

  async derivedLessons(ancestor: RecordId, limit: number): Promise<RecordId[]> {
    const stored = await this.#components.store.derivedLessons(ancestor, limit);
    return [...stored, ...(this.#derived.get(ancestor) ?? [])].slice(0, limit);
  }

  /** What revoked members said of a lesson before it came, and has no place in the swarm any more. */
  async revokedWordsOn(lesson: RecordId): Promise<SignedRecord<AttestationBody | RetractionBody>[]> {
    if (this.#components.members === undefined || swarmOwner(this.#components.members.swarm) === undefined) return [];
    const { store } = this.#components;
    const [attestations, tombstones] = await Promise.all([store.attestations(lesson), store.tombstones(lesson)]);
    const inBatch = [...(this.#attestations.get(lesson) ?? []), ...(this.#tombstones.get(lesson) ?? [])];
    return [...attestations, ...tombstones, ...inBatch].filter((record) => this.#refusalOf(record) === "revoked-author");
  }

  /** One an author, the latest. */
  async attestationsOf(lesson: RecordId): Promise<SignedRecord<AttestationBody>[]> {
    const latest = new Map<AuthorId, SignedRecord<AttestationBody>>();
    for (const record of [...(await this.#components.store.attestations(lesson)), ...(this.#attestations.get(lesson) ?? [])]) {
      const known = latest.get(record.body.author);
      if (known === undefined || known.body.seq < record.body.seq) latest.set(record.body.author, record);
    }
    return [...latest.values()].filter((record) => this.#refusalOf(record) !== "revoked-author");
  }

  /** The latest. */
  async attestationBy(author: AuthorId, lesson: RecordId): Promise<SignedRecord<AttestationBody> | undefined> {
    const inBatch = this.#attestations.get(lesson)?.findLast(({ body }) => body.author === author);
    return inBatch ?? (await this.#components.store.attestation(lesson, author));
  }

  /** Is anything known of the author: the user's word, or outcomes with the author's lessons? */
  knowsAuthor(author: AuthorId): boolean {
    return (this.#principals ?? this.#components.principals.known).has(author);
  }

  principal(author: AuthorId): Principal {
    return this.#principals?.get(author) ?? this.#components.principals.get(author);
  }

  noteLesson(lesson: StoredLesson): void {
    const { id, body } = lesson.record;
    if (!this.#lessons.has(id)) {
      add(this.#texts, normalisedText(lessonText(body)), id);
      for (const ancestor of body.derivedFrom) add(this.#derived, ancestor, id);
      if (body.supersedes !== undefined) add(this.#superseders, body.supersedes, id);
    }
    this.#lessons.set(id, lesson);
  }

  noteTombstone(record: SignedRecord<RetractionBody>): void {
    add(this.#tombstones, record.body.lesson, record);
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
    add(this.#attestations, record.body.lesson, record);
  }

  noteMembership(record: SignedRecord<MembershipBody>): void {
    this.#memberships.set(record.body.member, record);
  }

  #placeOf(record: SignedRecord): Pick<KnownState, "membershipRefusal"> {
    return { membershipRefusal: this.#refusalOf(record) };
  }

  /** What one wrote oneself is one's own, whatever the owner of the swarm says. */
  #refusalOf(record: SignedRecord): MembershipRefusal | undefined {
    const { members, self } = this.#components;
    if (members === undefined || (record.body.author === self && record.body.type !== "membership")) return undefined;
    return membershipRefusal(record, { swarm: members.swarm, of: (author) => this.#membershipOf(author) });
  }

  #membershipOf(member: AuthorId): SignedRecord<MembershipBody> | undefined {
    return this.#memberships.get(member) ?? this.#components.members?.of(member);
  }

  #state(known: Partial<KnownState>): KnownState {
    const { principals, self } = this.#components;
    return {
      self,
      principals: this.#principals ?? principals.known,
      attestations: [],
      relatives: none,
      supersededBy: [],
      retractedAncestors: [],
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
    return all.filter((record) => !this.#voidTombstones.has(record.id) && this.#refusalOf(record) !== "revoked-author");
  }

  /** By the same author, and not taken back itself. */
  async #supersededBy({ id, body }: SignedRecord<LessonBody>): Promise<RecordId[]> {
    const named = new Set([...(await this.#components.store.supersedersOf(id)), ...(this.#superseders.get(id) ?? [])]);
    const lessons = await Promise.all([...named].map((superseder) => this.lesson(superseder)));
    return lessons.flatMap((lesson) => {
      if (lesson === undefined || lesson.standing.state === "retracted" || lesson.record.body.author !== body.author) return [];
      return [lesson.record.id];
    });
  }

  async #retractedAncestors(record: SignedRecord<LessonBody>): Promise<RecordId[]> {
    const ancestors = await ancestorsOf(record, this);
    return ancestors.filter(({ standing }) => standing.state === "retracted").map(({ record: { id } }) => id);
  }

  async #sameText(record: SignedRecord<LessonBody>): Promise<StoredLesson[]> {
    const text = normalisedText(lessonText(record.body));
    const stored = await this.#components.store.sameText(text, maxSameText);
    const ids = new Set([...stored, ...(this.#texts.get(text) ?? [])].slice(0, maxSameText));
    ids.delete(record.id);
    const lessons = await Promise.all([...ids].map((id) => this.lesson(id)));
    return lessons.filter((lesson) => lesson !== undefined);
  }
}

/**
 * Authors whose word on the lesson is an echo: of the lessons it derives from, at any remove, and of those that derive from it. Only where somebody attests it
 * does anybody need to know.
 */
export async function relativesOf(record: Descendant, store: LineageStore): Promise<Set<AuthorId>> {
  const [ancestors, descendants] = await Promise.all([ancestorsOf(record, store), descendantsOf(record.id, store)]);
  return new Set([...ancestors, ...descendants].map((lesson) => lesson.record.body.author));
}

const none: ReadonlySet<AuthorId> = new Set();
/** Lessons of one text that a lesson is compared with: nearly always they are one cluster, and anybody can make any number of them. */
const maxSameText = 32;

function add<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}
