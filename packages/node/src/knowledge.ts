/**
 * What the node knows that bears on a record: read from the store, and from what earlier records of the same batch have changed but not yet written.
 * Reading it is this file's; deciding on it is `reconcile`'s.
 */
import {
  type AttestationBody,
  type AuthorId,
  GrapevineError,
  isOwnersWord,
  isRotatedOut,
  type LessonBody,
  type LessonStore,
  latestWords,
  lessonText,
  type MembershipBody,
  type MembershipRefusal,
  type Memberships,
  membershipRefusal,
  normalisedText,
  ownersOf,
  ownersWordOn,
  type Principal,
  type RecordId,
  type RetractionBody,
  type RotationBody,
  RotationIndex,
  type Rotations,
  type SignedRecord,
  type StatementAhead,
  type StoredLesson,
} from "@grapevine/core";
import type { KnownState, Relatives } from "@grapevine/reconcile";
import { ancestorsOf, keysOfAll, type LineageStore, relativesOf } from "./lineage.ts";
import type { MemberBook } from "./members.ts";
import type { PrincipalBook } from "./principals.ts";
import type { StatementsAhead } from "./statements-ahead.ts";

export type KnowledgeStore = Pick<
  LessonStore,
  | "get"
  | "derivedLessons"
  | "supersedersOf"
  | "sameText"
  | "tombstone"
  | "tombstones"
  | "attestations"
  | "attestation"
  | "attesters"
  | "knows"
>;

export interface KnowledgeComponents {
  readonly store: KnowledgeStore;
  readonly principals: PrincipalBook;
  readonly self: AuthorId;
  /** Who is in the swarm. Absent: it is open, and no record says so. */
  readonly members?: Pick<MemberBook, "swarm" | "of" | "known"> | undefined;
  readonly rotations: RotationIndex;
  /** Earlier keys of this node's author. */
  readonly formerSelves?: ReadonlySet<AuthorId> | undefined;
  readonly ahead: Pick<StatementsAhead, "countsOf">;
}

/** One batch: the store as it is, under the changes that the batch has decided on so far. */
export class Knowledge implements LineageStore, Rotations {
  /** Stored lessons that were found unreadable, and why. */
  readonly damaged: Map<RecordId, GrapevineError> = new Map();
  /** Those of them whose records have come again in this batch. */
  readonly #restored = new Set<RecordId>();
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
  /** Rotations of the batch. */
  readonly #rotations = new RotationIndex();
  /** Rotations that the batch takes out. */
  readonly #voidRotations = new Set<RecordId>();
  /** Attestations that the batch takes out again, by lesson and author. */
  readonly #crowdedOut = new Set<string>();
  /** Of the batch, about lessons that were not here. */
  readonly statementsAhead: StatementAhead[] = [];
  /** Lessons that the batch deletes. */
  readonly #forgotten = new Set<RecordId>();
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
    const relatives = attestations.length === 0 ? none : await this.#relativesOf(record);
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
    const ahead = stored === undefined ? await this.#aheadOf(record.body.author) : noneAhead;
    return this.#state({
      ...this.#placeOf(record),
      stored,
      refused,
      ahead,
      tombstones: tombstone === undefined ? [] : [tombstone],
    });
  }

  /** Of what is said of the lesson only its author's own is read; of the rest one needs to know by whom it is. */
  async ofAttestation(record: SignedRecord<AttestationBody>, refused: boolean): Promise<KnownState> {
    const { lesson, author } = record.body;
    const [stored, before, attesters] = await Promise.all([
      this.lesson(lesson),
      this.attestationBy(author, lesson),
      this.#attestersOf(lesson),
    ]);
    const ahead = stored === undefined ? await this.#aheadOf(author) : noneAhead;
    return this.#state({
      ...this.#placeOf(record),
      stored,
      refused,
      attesters,
      ahead,
      attestations: before === undefined ? [] : [before],
    });
  }

  ofRotation(record: SignedRecord<RotationBody>, refused: boolean): KnownState {
    const { author, follows } = record.body;
    const rotations = {
      byAuthor: this.by(author),
      commitment: follows === undefined ? undefined : this.by(follows)[0]?.body,
      claims: follows === undefined ? 0 : this.following(follows).length,
      inAll: this.#components.rotations.size + this.#rotations.size,
    };
    return this.#state({ ...this.#placeOf(record), refused, rotations });
  }

  by(author: AuthorId): readonly SignedRecord<RotationBody>[] {
    return this.#stillValid(this.#components.rotations.by(author), this.#rotations.by(author));
  }

  following(author: AuthorId): readonly SignedRecord<RotationBody>[] {
    return this.#stillValid(this.#components.rotations.following(author), this.#rotations.following(author));
  }

  noteRotation(record: SignedRecord<RotationBody>): void {
    this.#rotations.add(record);
  }

  noteVoidRotation(record: SignedRecord<RotationBody>): void {
    this.#voidRotations.add(record.id);
  }

  #stillValid(
    stored: readonly SignedRecord<RotationBody>[],
    inBatch: readonly SignedRecord<RotationBody>[],
  ): readonly SignedRecord<RotationBody>[] {
    if (inBatch.length === 0 && this.#voidRotations.size === 0) return stored;
    return [...stored, ...inBatch].filter(({ id }) => !this.#voidRotations.has(id));
  }

  ofMembership(record: SignedRecord<MembershipBody>, refused: boolean): KnownState {
    return this.#state({ ...this.#placeOf(record), refused, membership: this.#ownersWordOn(record.body.member) });
  }

  /** One that is stored and cannot be read is as if it were not here, and among the `damaged`: it must not keep anything else from being decided. */
  async lesson(id: RecordId): Promise<StoredLesson | undefined> {
    if (this.#forgotten.has(id)) return undefined;
    const noted = this.#lessons.get(id);
    if (noted !== undefined || this.damaged.has(id) || this.#restored.has(id)) return noted;
    try {
      return await this.#components.store.get(id);
    } catch (error) {
      if (!GrapevineError.is(error, "STORE_DAMAGED")) throw error;
      this.damaged.set(id, error);
      return undefined;
    }
  }

  /** Is the lesson one that is stored and was found unreadable? Then whoever asks restores it, and it is not among the damaged any more. */
  restores(id: RecordId): boolean {
    if (this.damaged.delete(id)) this.#restored.add(id);
    return this.#restored.has(id);
  }

  async derivedLessons(ancestor: RecordId, limit: number): Promise<RecordId[]> {
    const stored = await this.#components.store.derivedLessons(ancestor, limit);
    return [...stored, ...(this.#derived.get(ancestor) ?? [])].slice(0, limit);
  }

  /** What was said of a lesson before it came, by members who were revoked or with keys that were replaced, and has no place any more. */
  async revokedWordsOn(lesson: RecordId): Promise<SignedRecord<AttestationBody | RetractionBody>[]> {
    const { store } = this.#components;
    const [attestations, tombstones] = await Promise.all([store.attestations(lesson), store.tombstones(lesson)]);
    const inBatch = [...(this.#attestations.get(lesson) ?? []), ...(this.#tombstones.get(lesson) ?? [])];
    return [...attestations, ...tombstones, ...inBatch].filter((record) => this.isOut(record));
  }

  /** One an author, the latest. */
  async attestationsOf(lesson: RecordId): Promise<SignedRecord<AttestationBody>[]> {
    const latest = new Map<AuthorId, SignedRecord<AttestationBody>>();
    for (const record of [...(await this.#components.store.attestations(lesson)), ...(this.#attestations.get(lesson) ?? [])]) {
      const known = latest.get(record.body.author);
      if (this.#crowdedOut.has(lesson + record.body.author)) continue;
      if (known === undefined || known.body.seq < record.body.seq) latest.set(record.body.author, record);
    }
    const standing = [...latest.values()].filter((record) => !this.isOut(record));
    return [...latestWords(standing, ({ body }) => body.author, this)];
  }

  /** The latest. */
  async attestationBy(author: AuthorId, lesson: RecordId): Promise<SignedRecord<AttestationBody> | undefined> {
    if (this.#crowdedOut.has(lesson + author)) return undefined;
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

  noteForgotten(id: RecordId): void {
    this.#forgotten.add(id);
  }

  /** `ahead`: its lesson is not here. */
  noteTombstone(record: SignedRecord<RetractionBody>, ahead: boolean): void {
    if (ahead) this.#noteAhead(record);
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

  /** `ahead`: its lesson is not here. */
  noteAttestation(record: SignedRecord<AttestationBody>, ahead: boolean): void {
    if (ahead) this.#noteAhead(record);
    add(this.#attestations, record.body.lesson, record);
  }

  noteMembership(record: SignedRecord<MembershipBody>): void {
    this.#memberships.set(record.body.member, record);
  }

  /** What is here on the member, and does not count any more, since the owner has replaced the key that it is by. */
  formerOwnersWordOn(member: AuthorId): SignedRecord<MembershipBody> | undefined {
    const { members } = this.#components;
    if (members === undefined) return undefined;
    const here = this.#memberships.get(member) ?? members.of(member);
    return here === undefined || isOwnersWord(here, this.#membershipsOf(members)) ? undefined : here;
  }

  /** Where the author is one of the swarm's owner's keys: what is here on members by a key that the owner has replaced. */
  wordsOfFormerOwners(author: AuthorId): SignedRecord<MembershipBody>[] {
    const { members } = this.#components;
    if (members === undefined) return [];
    const memberships = this.#membershipsOf(members);
    if (!ownersOf(memberships).includes(author)) return [];
    const here = new Map([...members.known, ...this.#memberships]);
    return [...here.values()].filter((record) => !isOwnersWord(record, memberships));
  }

  /** Was its author revoked, or the author's key replaced, and it is not among what stays? */
  isOut(record: SignedRecord): boolean {
    return this.#refusalOf(record) === "revoked-author" || this.#isRotatedOut(record);
  }

  #placeOf(record: SignedRecord): Pick<KnownState, "membershipRefusal" | "rotatedOut"> {
    return { membershipRefusal: this.#refusalOf(record), rotatedOut: this.#isRotatedOut(record) };
  }

  #isRotatedOut(record: SignedRecord): boolean {
    return record.body.author !== this.#components.self && isRotatedOut(record, this);
  }

  /** All keys of those whose word on the lesson is an echo, its author among them. */
  async #relativesOf(record: SignedRecord<LessonBody>): Promise<Relatives> {
    const { authors } = await relativesOf(record, this);
    return authors === "everybody" ? authors : keysOfAll([...authors, record.body.author], this);
  }

  /** What one wrote oneself is one's own, whatever the owner of the swarm says. */
  #refusalOf(record: SignedRecord): MembershipRefusal | undefined {
    const { members, self } = this.#components;
    if (members === undefined || (record.body.author === self && record.body.type !== "membership")) return undefined;
    return membershipRefusal(record, this.#membershipsOf(members));
  }

  #ownersWordOn(member: AuthorId): SignedRecord<MembershipBody> | undefined {
    const { members } = this.#components;
    return members === undefined ? undefined : ownersWordOn(member, this.#membershipsOf(members));
  }

  #membershipsOf(members: Pick<MemberBook, "swarm" | "of">): Memberships {
    return { swarm: members.swarm, of: (author) => this.#memberships.get(author) ?? members.of(author), rotations: this };
  }

  noteCrowdedOut(author: AuthorId, lesson: RecordId): void {
    this.#crowdedOut.add(lesson + author);
  }

  #noteAhead({ body: { lesson, author, type } }: SignedRecord<AttestationBody | RetractionBody>): void {
    this.statementsAhead.push({ lesson, author, type });
  }

  async #aheadOf(author: AuthorId): Promise<KnownState["ahead"]> {
    const { ofAuthor, inAll } = await this.#components.ahead.countsOf(author);
    const more = this.statementsAhead;
    return { ofAuthor: ofAuthor + more.filter((each) => each.author === author).length, inAll: inAll + more.length };
  }

  async #attestersOf(lesson: RecordId): Promise<AuthorId[]> {
    const inBatch = this.#attestations.get(lesson) ?? [];
    const all = new Set([...(await this.#components.store.attesters(lesson)), ...inBatch.map(({ body }) => body.author)]);
    return [...all].filter((author) => !this.#crowdedOut.has(lesson + author));
  }

  #state(known: Partial<KnownState>): KnownState {
    const { principals, self, formerSelves } = this.#components;
    return {
      self,
      formerSelves,
      principals: this.#principals ?? principals.known,
      attestations: [],
      relatives: none,
      attesters: [],
      ahead: noneAhead,
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
    return all.filter((record) => !this.#voidTombstones.has(record.id) && !this.isOut(record));
  }

  /** By the same author, and not taken back itself. */
  async #supersededBy({ id, body }: SignedRecord<LessonBody>): Promise<RecordId[]> {
    const stored = await this.#components.store.supersedersOf(id, body.author, maxSuperseders);
    const named = new Set([...stored, ...(this.#superseders.get(id) ?? [])]);
    const lessons = await Promise.all([...named].map((superseder) => this.lesson(superseder)));
    return lessons.flatMap((lesson) => {
      if (lesson === undefined || lesson.standing.state === "retracted" || lesson.record.body.author !== body.author) return [];
      return [lesson.record.id];
    });
  }

  async #retractedAncestors(record: SignedRecord<LessonBody>): Promise<RecordId[]> {
    const { lessons } = await ancestorsOf(record, this);
    return lessons.filter(({ standing }) => standing.state === "retracted").map(({ record: { id } }) => id);
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

const none: Relatives = new Set();
const noneAhead: KnownState["ahead"] = { ofAuthor: 0, inAll: 0 };
/** Later versions of a lesson that are looked at; whoever writes more of one lesson, and takes so many back, is heard no further. */
export const maxSuperseders = 32;
/** Lessons of one text that a lesson is compared with: nearly always they are one cluster, and anybody can make any number of them. */
export const maxSameText = 32;

function add<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}
