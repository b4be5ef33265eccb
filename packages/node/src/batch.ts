/** What one batch of the ledger decides: the changes to write, and the lessons they concern. Nothing here is written or remembered beyond the batch. */
import {
  type AttestationBody,
  type AuthorId,
  type Clock,
  commitsTo,
  isAttestation,
  isLesson,
  isMembership,
  isRetraction,
  isRotation,
  type LessonBody,
  type LessonStore,
  type MembershipBody,
  type Principal,
  type RecordId,
  type RetractionBody,
  type RotationBody,
  type SignedRecord,
  type StoreChange,
  type StoredLesson,
  successionOf,
  successorOf,
} from "@grapevine/core";
import {
  aheadFullCode,
  checkOfWord,
  crowdedOut,
  crowdedOutReason,
  formerOwnerReason,
  isLessonVerdict,
  judge,
  type KnownState,
  type LessonNeighbour,
  type LessonVerdict,
  minWitnessTrust,
  newLesson,
  scoredLesson,
  settle,
  trustOf,
  uncommittedReason,
  utilityOf,
  type Verdict,
  voidTombstoneReason,
  voidTombstones,
  withConflicts,
  wordAfter,
} from "@grapevine/reconcile";
import type { Knowledge } from "./knowledge.ts";
import { ancestorsOf, descendantsOf } from "./lineage.ts";
import type { StatementsAhead } from "./statements-ahead.ts";

export interface BatchComponents {
  readonly store: Pick<LessonStore, "nextLabel">;
  readonly self: AuthorId;
  readonly clock: Clock;
  readonly ahead: Pick<StatementsAhead, "passOver">;
}

export interface Arrival {
  readonly record: SignedRecord;
  /** Made here: it goes into the outbox, unless it is a draft that has to prove itself first. */
  readonly own: boolean;
  /** The record is stored, or its id is remembered as refused. */
  readonly known: boolean;
  /** A draft for a whole cluster: the member that it has to beat. */
  readonly consolidates?: RecordId;
}

export interface JudgedLesson {
  readonly lesson: StoredLesson;
  /** Lower bound, from 0 to 1. */
  readonly utility: number;
}

export class Batch {
  readonly knowledge: Knowledge;
  readonly changes: StoreChange[] = [];
  readonly added: Map<RecordId, StoredLesson> = new Map();
  readonly changed: Map<RecordId, StoredLesson> = new Map();
  /** Every lesson that was judged, as it is now, and the lower bound of its utility. */
  readonly judged: Map<RecordId, JudgedLesson> = new Map();
  /** Authors whose next key has shown itself, or has named more of what stays. */
  readonly replaced: Set<AuthorId> = new Set();
  readonly #components: BatchComponents;
  readonly #now: number;

  constructor(knowledge: Knowledge, components: BatchComponents) {
    this.knowledge = knowledge;
    this.#components = components;
    this.#now = components.clock.now();
  }

  async arrive(arrival: Arrival): Promise<void> {
    const { record, own } = arrival;
    if (isLesson(record)) await this.#lessonArrives(record, arrival);
    else if (isRetraction(record)) await this.#retractionArrives(record, arrival.known);
    else if (isAttestation(record)) await this.#attestationArrives(record, arrival.known);
    else if (isMembership(record)) this.#membershipArrives(record, arrival.known);
    else if (isRotation(record)) this.#rotationArrives(record, arrival.known);
    if (own && arrival.consolidates === undefined) this.changes.push({ kind: "outbox-add", id: record.id });
  }

  /** Judges a lesson that is here again, since something about it has changed. */
  async review(record: SignedRecord<LessonBody>, neighbours: readonly LessonNeighbour[]): Promise<void> {
    const state = await this.knowledge.ofLesson(record, "review");
    this.#giveUpVoid(record, state.tombstones);
    const verdict = judge({ record, neighbours, state });
    if (!isLessonVerdict(verdict)) return;
    await this.#settle(record.id, verdict);
    for (const id of verdict.contradicts?.with ?? []) await this.#linkBack(id, record.id);
    await this.#score(record.id, state);
  }

  /** A lesson as it is to be kept from now on, without a verdict: outcomes, topic, pin, trial. */
  note(lesson: StoredLesson): void {
    this.#write(lesson, this.added.has(lesson.record.id) ? this.added : this.changed);
  }

  notePrincipal(principal: Principal): void {
    this.knowledge.notePrincipal(principal);
    this.changes.push({ kind: "principal", principal });
  }

  /** Deletes a lesson, and judges those again whose standing rested on it: what it superseded, and its lineage, in which it may have made an echo of a word. */
  async forget(change: Extract<StoreChange, { kind: "forget" }>): Promise<void> {
    const forgotten = await this.knowledge.lesson(change.id);
    this.changes.push(change);
    if (forgotten === undefined) return;
    const { record } = forgotten;
    const { supersedes } = record.body;
    const superseded = supersedes === undefined ? undefined : await this.knowledge.lesson(supersedes);
    const [ancestors, descendants] = await Promise.all([
      ancestorsOf(record, this.knowledge),
      descendantsOf(record.id, this.knowledge),
    ]);
    this.knowledge.noteForgotten(change.id);
    const kin = [superseded, ...ancestors.lessons, ...descendants.lessons].filter((lesson) => lesson !== undefined);
    for (const lesson of new Set(kin)) await this.review(lesson.record, []);
  }

  async #lessonArrives(record: SignedRecord<LessonBody>, { known, own, consolidates }: Arrival): Promise<void> {
    const state = await this.knowledge.ofLesson(record, "arrival", { refused: known, consolidates });
    // Here is what cannot be read: what was decided on it stays as it was.
    if (this.knowledge.restores(record.id)) {
      this.changes.push({ kind: "restore", record });
      return;
    }
    const verdict = judge({ record, neighbours: [], state });
    if (!isLessonVerdict(verdict)) {
      this.#remember(record, verdict);
      return;
    }
    if (state.stored === undefined) {
      const label = this.#components.store.nextLabel();
      this.#write(newLesson(record, verdict, { label, now: this.#now, ...(own && { consolidates }) }), this.added);
      this.#giveUpVoid(record, state.tombstones);
      await this.#giveUpRevoked(record.id);
      // It may be the link between a lesson that was taken back and others that came before it.
      await this.#reviewKin(record, verdict.state === "retracted" || state.retractedAncestors.length > 0);
    } else await this.#settle(record.id, verdict);
    await this.#score(record.id, state);
  }

  async #retractionArrives(record: SignedRecord<RetractionBody>, known: boolean): Promise<void> {
    const state = await this.knowledge.ofRetraction(record, known);
    const verdict = judge({ record, neighbours: [], state });
    if (verdict.action === "accept" || verdict.action === "retract") {
      this.changes.push({ kind: "tombstone", record });
      this.knowledge.noteTombstone(record, state.stored === undefined && state.tombstones.length === 0);
    } else this.#leaveAside(record, verdict);
    if (isLessonVerdict(verdict)) await this.#settle(record.body.lesson, verdict);
  }

  async #attestationArrives(record: SignedRecord<AttestationBody>, known: boolean): Promise<void> {
    const state = await this.knowledge.ofAttestation(record, known);
    const verdict = judge({ record, neighbours: [], state });
    if (verdict.action !== "accept") {
      this.#leaveAside(record, verdict);
      return;
    }
    const lesson = state.stored;
    if (lesson !== undefined) await this.#checkWord(record, lesson);
    this.changes.push({ kind: "attestation", record });
    this.knowledge.noteAttestation(record, lesson === undefined && state.attestations.length === 0);
    await this.#makePlace(record.body, state);
    // What a stranger says moves nothing, and costs as little: else many of them could keep the node busy with one lesson.
    const mayCount = trustOf(this.knowledge.principal(record.body.author)) >= minWitnessTrust;
    if (lesson !== undefined && mayCount) await this.review(lesson.record, []);
  }

  /** It brings the rotations by which its author became the owner, where these are not here. */
  #membershipArrives(record: SignedRecord<MembershipBody>, known: boolean): void {
    if (!known) for (const step of successionOf(record)) this.#rotationArrives(step, false);
    const verdict = judge({ record, neighbours: [], state: this.knowledge.ofMembership(record, known) });
    if (verdict.action !== "accept") {
      this.#remember(record, verdict);
      return;
    }
    // The store would hold on to the one with the higher number.
    const former = this.knowledge.formerOwnersWordOn(record.body.member);
    if (former !== undefined) this.changes.push({ kind: "membership-remove", record: former });
    this.changes.push({ kind: "membership", record });
    this.knowledge.noteMembership(record);
  }

  #rotationArrives(record: SignedRecord<RotationBody>, known: boolean): void {
    const verdict = judge({ record, neighbours: [], state: this.knowledge.ofRotation(record, known) });
    if (verdict.action !== "accept") {
      this.#remember(record, verdict);
      return;
    }
    this.changes.push({ kind: "rotation", record });
    this.knowledge.noteRotation(record);
    const { author, follows } = record.body;
    for (const claim of this.knowledge.following(author)) {
      if (commitsTo(record.body, claim.body.author)) continue;
      this.changes.push({ kind: "rotation-remove", record: claim });
      this.changes.push({ kind: "refused", id: claim.id, reason: uncommittedReason });
      this.knowledge.noteVoidRotation(claim);
    }
    for (const word of this.knowledge.wordsOfFormerOwners(author)) {
      this.changes.push({ kind: "membership-remove", record: word });
      this.changes.push({ kind: "refused", id: word.id, reason: formerOwnerReason });
    }
    for (const earlier of [author, follows]) if (earlier !== undefined) this.#handOver(earlier);
  }

  /** Whoever has the next key is who had this one: what the user said of the author, and how the author's lessons did, goes on with it. */
  #handOver(author: AuthorId): void {
    const successor = successorOf(author, this.knowledge);
    if (successor === undefined) return;
    this.replaced.add(author);
    if (!this.knowledge.knowsAuthor(author) || successor === this.#components.self) return;
    const before = this.knowledge.principal(author);
    const after = this.knowledge.principal(successor);
    if (!this.knowledge.knowsAuthor(successor)) {
      this.notePrincipal({ ...before, author: successor });
      // One name, one peer: the old key has it no longer.
      const { name: _, ...nameless } = before;
      this.notePrincipal(nameless);
    } else if (after.standing === "stranger" && before.standing !== "stranger") {
      this.notePrincipal({ ...after, standing: before.standing });
    }
  }

  /** Gives up attestations of the lesson that this one leaves no place for. */
  async #makePlace({ lesson, author }: AttestationBody, state: KnownState): Promise<void> {
    if (state.attesters.includes(author)) return;
    for (const out of crowdedOut(lesson, [...state.attesters, author], state)) {
      const said = await this.knowledge.attestationBy(out, lesson);
      if (said === undefined) continue;
      this.changes.push({ kind: "attestation-remove", lesson, author: out });
      this.changes.push({ kind: "refused", id: said.id, reason: crowdedOutReason(out) });
      this.knowledge.noteCrowdedOut(out, lesson);
    }
  }

  /** Holds an author's new word on a lesson against one's own outcomes, in place of the earlier one. */
  async #checkWord({ body }: SignedRecord<AttestationBody>, { record, outcomes }: StoredLesson): Promise<void> {
    // Of strangers nothing is noted: keys cost nothing, and each would leave something behind for good.
    if (body.author === this.#components.self || !this.knowledge.knowsAuthor(body.author)) return;
    const before = await this.knowledge.attestationBy(body.author, record.id);
    const principal = this.knowledge.principal(body.author);
    const word = wordAfter(principal.word, checkOfWord(outcomes, before?.body), checkOfWord(outcomes, body));
    if (word !== principal.word) this.notePrincipal({ ...principal, word });
  }

  #giveUpVoid(lesson: SignedRecord<LessonBody>, tombstones: readonly SignedRecord<RetractionBody>[]): void {
    for (const { id, body } of voidTombstones(lesson, tombstones)) {
      this.changes.push({ kind: "tombstone-remove", lesson: lesson.id, author: body.author });
      this.changes.push({ kind: "refused", id, reason: voidTombstoneReason });
      this.knowledge.noteVoidTombstone(id);
    }
  }

  async #giveUpRevoked(lesson: RecordId): Promise<void> {
    for (const { body } of await this.knowledge.revokedWordsOn(lesson)) {
      const kind = body.type === "attestation" ? "attestation-remove" : "tombstone-remove";
      this.changes.push({ kind, lesson, author: body.author });
    }
  }

  async #settle(id: RecordId, verdict: LessonVerdict): Promise<void> {
    const stored = await this.knowledge.lesson(id);
    if (stored === undefined) return;
    const settled = settle(stored, verdict, this.#now);
    if (settled === stored) return;
    this.note(settled);
    if (provedItself(stored, settled)) this.changes.push({ kind: "outbox-add", id });
    const wasRetracted = stored.standing.state === "retracted";
    if (wasRetracted !== (settled.standing.state === "retracted")) await this.#reviewKin(stored.record, true);
  }

  /** The lessons whose standing rests on this one: what it supersedes, and, where it is or was taken back, what derives from it. */
  async #reviewKin({ id, body }: SignedRecord<LessonBody>, retraction: boolean): Promise<void> {
    const superseded = body.supersedes === undefined ? undefined : await this.knowledge.lesson(body.supersedes);
    if (superseded?.record.body.author === body.author) await this.review(superseded.record, []);
    if (!retraction) return;
    for (const { record } of (await descendantsOf(id, this.knowledge)).lessons) await this.review(record, []);
  }

  async #linkBack(id: RecordId, other: RecordId): Promise<void> {
    const lesson = await this.knowledge.lesson(id);
    if (lesson === undefined) return;
    const linked = withConflicts(lesson, [other]);
    if (linked !== lesson) this.note(linked);
  }

  async #score(id: RecordId, state: KnownState): Promise<void> {
    const lesson = await this.knowledge.lesson(id);
    if (lesson !== undefined) this.judged.set(id, { lesson, utility: utilityOf(scoredLesson(lesson), state) });
  }

  #write(lesson: StoredLesson, where: Map<RecordId, StoredLesson>): void {
    this.knowledge.noteLesson(lesson);
    where.set(lesson.record.id, lesson);
    this.changes.push({ kind: "lesson", lesson });
  }

  #leaveAside(record: SignedRecord<AttestationBody | RetractionBody>, verdict: Verdict): void {
    if (verdict.code === aheadFullCode) this.#components.ahead.passOver(record, record.body.lesson);
    else this.#remember(record, verdict);
  }

  #remember(record: SignedRecord, verdict: { readonly action: string; readonly reason: string }): void {
    if (verdict.action === "refuse") this.changes.push({ kind: "refused", id: record.id, reason: verdict.reason });
  }
}

/** A draft that was kept back until its trial, and may be passed on now. */
function provedItself(before: StoredLesson, after: StoredLesson): boolean {
  return after.consolidates !== undefined && before.standing.state === "held" && after.standing.state === "own";
}
