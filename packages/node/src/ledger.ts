/**
 * The ledger: the one place where what a node believes changes. Records that arrive, lessons that are made here, outcomes, retractions and the user's word on
 * authors all pass through it, one batch after another, so that no two decisions rest on the same outdated knowledge.
 *
 * It guarantees that a batch is decided by `reconcile` alone, becomes durable as a whole or not at all, and is on the disk when its call resolves; what is in memory
 * follows the disk and is never ahead of it. The same records in any order and any number of copies leave the same records accepted: whose a retraction is to
 * decide on is known when its lesson is kept, so that is when those by others are given up; and of what strangers attest the same is kept in any order (see
 * `reconcile`'s statements.ts). It does not guarantee that of what is said of lessons that never come, nor, beyond the limit of what may wait for a lesson, before peers
 * were asked once more.
 */
import {
  type AuthorId,
  type Clock,
  GrapevineError,
  type LessonState,
  type LessonStore,
  type Principal,
  type RecordId,
  RotationIndex,
  type SignedRecord,
  type StoreChange,
  type StoredLesson,
  successorOf,
} from "@grapevine/core";
import { crowdedOutReason, maxFailuresInRow, mayVouch, revokedAuthorRule, rotatedAuthorRule } from "@grapevine/reconcile";
import PQueue from "p-queue";
import { type Arrival, Batch } from "./batch.ts";
import type { PlacedLesson } from "./indexing.ts";
import { Knowledge, type KnowledgeStore } from "./knowledge.ts";
import type { MemberBook } from "./members.ts";
import type { PrincipalBook } from "./principals.ts";
import { readAhead } from "./read-ahead.ts";
import { takeOutRevokedWords } from "./revoked-words.ts";
import type { PrunedLesson, Room } from "./room.ts";
import { StatementsAhead } from "./statements-ahead.ts";
import { topicAmong } from "./topics.ts";

export interface LedgerComponents {
  readonly store: LessonStore;
  readonly principals: PrincipalBook;
  readonly self: AuthorId;
  /** Who is in the swarm. Absent: it is open, and no record says so. */
  readonly members?: MemberBook | undefined;
  /** Who followed whom, as the store has it; the ledger keeps it so. Absent: nobody is known to have followed anybody. */
  readonly rotations?: RotationIndex | undefined;
  /** Earlier keys of this node's author. */
  readonly formerSelves?: ReadonlySet<AuthorId> | undefined;
  readonly clock: Clock;
  /** How much is kept of what others wrote. */
  readonly room: Room;
  /** Told after each batch which lessons are new, and which have changed their state. */
  readonly onLessons: (change: LedgerChange) => void;
  /** Told when something was added to the outbox. */
  readonly onOutbox: () => void;
  /** Told once of a stored lesson that cannot be read. It is taken from a peer again; until then it is as if it were not here. */
  readonly onDamaged?: (id: RecordId, error: GrapevineError) => void;
  /** Told when something has come for which other things had been left aside: peers may have them. */
  readonly onAwaited?: () => void;
}

export interface LedgerChange {
  readonly added: readonly StoredLesson[];
  readonly changed: readonly StoredLesson[];
  /** Lessons that somebody attested. */
  readonly attested: readonly RecordId[];
  /** Lessons for which there was no room. */
  readonly pruned: readonly PrunedLesson[];
  /** How many records were refused. */
  readonly refused: number;
}

export interface PublishOptions {
  /** The record is a draft for a whole cluster, and this the member that it has to beat: until then it is held, and not passed on. */
  readonly consolidates?: RecordId;
}

export interface Ledger {
  /** Foreign records, already verified; resolves when what is kept of them is durable. */
  receive(records: readonly SignedRecord[]): Promise<void>;
  /** A record of one's own: judged like any other, and put into the outbox. */
  publish(record: SignedRecord, options?: PublishOptions): Promise<void>;
  /** Lessons whose vectors and neighbours are known. */
  place(placed: readonly PlacedLesson[]): Promise<void>;
  /**
   * A change that is computed from the present state: `change` runs alone and gives what is to be written; the lessons it writes are judged
   * again afterwards, and so are those of an author whom it makes, or no longer makes, one that fails.
   */
  revise(change: () => Promise<readonly StoreChange[]>): Promise<void>;
  /** Sets what is known of an author, and judges the author's lessons again. Should the process end in between, `resumeReviews` does the rest. */
  setPrincipal(change: (current: Principal) => Principal, author: AuthorId): Promise<Principal>;
  /** Judges lessons that are here again, since time has passed. */
  review(ids: readonly RecordId[]): Promise<void>;
  /** Enters what is here into the room, and prunes what is too much. To be called once, at the start; until then nothing is pruned. */
  openRoom(): Promise<void>;
  /** Ends the reviews of authors that an earlier process began. To be called once, at the start; costs nothing where there is none. */
  resumeReviews(): Promise<void>;
  /** For each id: is it stored or refused, or left aside as long as its lesson is not here, so that it need not be fetched? */
  knows(ids: readonly RecordId[]): Promise<boolean[]>;
  /** Records that wait for their verdict. */
  waiting(): number;
  /** Resolves when nothing waits. */
  settled(): Promise<void>;
}

/** A record that waits for its verdict, and who waits with it. */
interface Incoming {
  readonly arrival: Omit<Arrival, "known">;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Records that are decided on together: one synced write for all of them. */
const batchSize = 512;
/** Lessons that are pruned together: nobody waits for one of them, and a disk is synced three times for each batch. */
const pruneBatchSize = 4_096;
/** Retracted ones, too: those that a closed swarm's owner took out may come back. One's own change in no review. */
const reviewedStates: readonly LessonState[] = ["admitted", "held", "archived", "retracted"];
/** Lessons of an author that are judged again together. */
const reviewBatchSize = 256;

export function createLedger(components: LedgerComponents): Ledger {
  const { store, principals, self, formerSelves, members, clock, room, rotations = new RotationIndex() } = components;
  const desk = new PQueue({ concurrency: 1 });
  let incoming: Incoming[] = [];
  /** Lessons that were found unreadable since the start, and have not come again. */
  const reported = new Set<RecordId>();

  const ahead = new StatementsAhead(store);
  const newBatch = (read: KnowledgeStore = store): Batch =>
    new Batch(new Knowledge({ store: read, principals, self, formerSelves, members, rotations, ahead }, clock.now()), {
      ...components,
      ahead,
    });

  const take = (arrivals: readonly Omit<Arrival, "known">[]): Promise<void> => {
    if (arrivals.length === 0) return Promise.resolve();
    const all = arrivals.map((arrival) => new Promise<void>((done, failed) => enter({ arrival, done, failed })));
    void desk.add(decideIncoming);
    return Promise.all(all).then(() => undefined);
  };

  /** One's own go before what others wrote: their author waits for them, and they are few. */
  const enter = (entry: Incoming): void => {
    if (!entry.arrival.own) incoming.push(entry);
    else incoming.splice(incoming.findLastIndex(({ arrival }) => arrival.own) + 1, 0, entry);
  };

  /** Whatever has come in until its turn is one batch: under load batches grow, and the disk is synced less often. */
  const decideIncoming = async (): Promise<void> => {
    const turn = incoming.slice(0, batchSize);
    if (turn.length === 0) return;
    incoming = incoming.slice(turn.length);
    if (incoming.length > 0) void desk.add(decideIncoming);
    await decideTurn(turn);
  };

  /** Where something that is stored cannot be read, what does not need it is decided all the same: half by half, until it is found which do. */
  const decideTurn = async (turn: readonly Incoming[]): Promise<void> => {
    try {
      await decide(turn.map(({ arrival }) => arrival));
      for (const { done } of turn) done();
    } catch (error) {
      if (turn.length === 1 || !GrapevineError.is(error, "STORE_DAMAGED")) {
        for (const { failed } of turn) failed(error);
        return;
      }
      const half = turn.length >> 1;
      await decideTurn(turn.slice(0, half));
      await decideTurn(turn.slice(half));
    }
  };

  const decide = async (arrivals: readonly Omit<Arrival, "known">[]): Promise<void> => {
    const records = arrivals.map(({ record }) => record);
    const [known, read] = await Promise.all([store.knows(records.map(({ id }) => id)), readAhead(store, records)]);
    const work = newBatch(read);
    for (const [position, arrival] of arrivals.entries()) {
      await work.arrive({ ...arrival, known: known[position] ?? false });
    }
    await writeAndReview(work);
  };

  /** Lessons that rest on an author who has turned by what was decided are judged again; the store remembers it until that is done. */
  const writeAndReview = async (work: Batch): Promise<void> => {
    const turned = new Set([...work.changes.flatMap(turnedBy), ...work.replaced]);
    for (const author of turned) work.changes.push({ kind: "review-begin", author });
    await write(work);
    for (const author of turned) await reviewAuthor(author);
    // While they could not be read, nothing that came about them could be judged by.
    await review(restoredBy(work));
    // What the next key names may have been left aside when it came.
    if (work.replaced.size > 0) components.onAwaited?.();
  };

  const write = async (work: Batch): Promise<void> => {
    const damaged = [...work.knowledge.damaged].filter(([id]) => !reported.has(id));
    for (const [id] of damaged) work.changes.push({ kind: "damaged", id });
    await commitWithRoom(work);
    for (const [id, error] of damaged) {
      reported.add(id);
      components.onDamaged?.(id, error);
    }
    for (const id of restoredBy(work)) reported.delete(id);
    if (ahead.follow(work.knowledge.statementsAhead, [...work.added.keys(), ...restoredBy(work)])) components.onAwaited?.();
    await makeRoom();
  };

  /** What there is no room for is archived by the commit that brings it: of a flood nothing is placed in the index, and the disk is synced once. */
  const commitWithRoom = async (work: Batch): Promise<void> => {
    for (const { lesson, utility } of work.judged.values()) room.note(lesson, utility);
    const { changes, pruned, putBack } = room.takeOverflow(pruneBatchSize, clock.now());
    try {
      const [added, changed] = [[...work.added.values()], [...work.changed.values()]];
      await commit([...work.changes, ...changes], { added, changed, pruned });
    } catch (error) {
      putBack();
      for (const id of work.added.keys()) room.forget(id);
      throw error;
    }
  };

  const commit = async (changes: readonly StoreChange[], told: Partial<LedgerChange>): Promise<void> => {
    if (changes.length > 0) await store.apply(changes);
    for (const change of changes) {
      if (change.kind === "principal") principals.set(change.principal);
      if (change.kind === "membership") members?.note(change.record);
      if (change.kind === "membership-remove") members?.drop(change.record);
      if (change.kind === "rotation") rotations.add(change.record);
      if (change.kind === "rotation-remove") rotations.remove(change.record);
    }
    const attested = changes.flatMap(attestedLessons);
    const refused = changes.filter(({ kind }) => kind === "refused").length;
    components.onLessons({ added: [], changed: [], pruned: [], attested, refused, ...told });
    if (changes.some(({ kind }) => kind === "outbox-add")) components.onOutbox();
  };

  const makeRoom = async (): Promise<void> => {
    for (;;) {
      const { changes, pruned, putBack } = room.takeOverflow(pruneBatchSize, clock.now());
      if (pruned.length === 0) return;
      try {
        await commit(changes, { pruned });
      } catch (error) {
        putBack();
        throw error;
      }
    }
  };

  const place = async (placed: readonly PlacedLesson[]): Promise<void> => {
    const work = newBatch();
    const vectors = new Map(placed.map(({ lesson, vector }) => [lesson.label, vector]));
    for (const { lesson, vector, neighbours, embedder } of placed) {
      const current = await work.knowledge.lesson(lesson.record.id);
      if (current === undefined) continue; // forgotten meanwhile
      work.changes.push({ kind: "embedding", label: lesson.label, embedder, vector });
      const stored = await readable(
        neighbours.map(({ label }) => label),
        work,
      );
      const near: { lesson: StoredLesson; similarity: number }[] = [];
      for (const [position, { similarity }] of neighbours.entries()) {
        const id = stored[position]?.record.id;
        // What an earlier lesson of the batch has changed about it is what counts.
        const neighbour = id === undefined ? undefined : await work.knowledge.lesson(id);
        if (neighbour !== undefined) near.push({ lesson: neighbour, similarity });
      }
      const leaderOf = async (topic: number): Promise<Float32Array | undefined> =>
        vectors.get(topic) ?? (await store.embedding(embedder, topic));
      const topic = await topicAmong(current, { vector, near: near.map((each) => each.lesson), leaderOf });
      if (topic !== current.topic) work.note({ ...current, topic });
      await work.review(lesson.record, near);
    }
    await write(work);
  };

  /** The lessons of the labels, undefined where there is none or it cannot be read. */
  const readable = async (labels: readonly number[], work: Batch): Promise<(StoredLesson | undefined)[]> => {
    try {
      return await store.byLabels(labels);
    } catch (error) {
      if (!GrapevineError.is(error, "STORE_DAMAGED")) throw error;
      const glances = await store.glances(labels);
      return await Promise.all(
        glances.map(async (glance) => (glance === undefined ? undefined : await work.knowledge.lesson(glance.id))),
      );
    }
  };

  const revise = async (changes: readonly StoreChange[]): Promise<void> => {
    const work = newBatch();
    for (const change of changes) {
      if (change.kind === "lesson") work.note(change.lesson);
      else if (change.kind === "principal") work.notePrincipal(change.principal);
      else if (change.kind === "forget") await work.forget(change);
      else work.changes.push(change);
    }
    // A review may change further lessons, which it reviews itself.
    const revised = Array.from(work.changed.values());
    for (const { record } of revised) await work.review(record, []);
    await writeAndReview(work);
    for (const change of changes) if (change.kind === "forget") room.forget(change.id);
  };

  /** Authors whose lessons are to be judged again when the change is durable. */
  const turnedBy = (change: StoreChange): readonly AuthorId[] => {
    if (change.kind === "principal" && turns(change.principal)) return [change.principal.author];
    if (change.kind === "membership-remove") return change.record.body.state === "revoked" ? [change.record.body.member] : [];
    if (change.kind !== "membership") return [];
    const { member, state } = change.record.body;
    const wasRevoked = members?.of(member)?.body.state === "revoked";
    return state === "revoked" || wasRevoked ? [member] : [];
  };

  /** Does the change make the author one whose lessons fail, or whose word admits lessons, or end that? */
  const turns = (principal: Principal): boolean => {
    const before = principals.get(principal.author);
    const isFailing = ({ failuresInRow }: Principal): boolean => failuresInRow >= maxFailuresInRow;
    return isFailing(principal) !== isFailing(before) || mayVouch(principal) !== mayVouch(before);
  };

  const setPrincipal = async (change: (current: Principal) => Principal, author: AuthorId): Promise<Principal> => {
    const principal = change(principals.get(author));
    const work = newBatch();
    // Before any lesson is read: one that is damaged must not keep its author from being blocked.
    work.changes.push({ kind: "principal", principal }, { kind: "review-begin", author });
    if (principal.standing === "trusted") await allowCrowdedOut(author, work);
    await write(work);
    await reviewAuthor(author);
    return principal;
  };

  /** What the author attested, and found no place as a stranger's, is taken when it comes again. */
  const allowCrowdedOut = async (author: AuthorId, work: Batch): Promise<void> => {
    for await (const id of store.refusedFor(crowdedOutReason(author))) work.changes.push({ kind: "refused-remove", id });
  };

  /**
   * The author's lessons, and those that the author attested. Batch by batch, since there may be as many as fit: the store remembers the review until the
   * last batch is durable.
   */
  const reviewAuthor = async (author: AuthorId): Promise<void> => {
    const lessAttested = await takeOutWords(author);
    let work = newBatch();
    let reviewed = 0;
    for await (const lesson of store.list({ author, states: reviewedStates })) {
      await work.review(lesson.record, []);
      reviewed += 1;
      if (reviewed % reviewBatchSize > 0) continue;
      await write(work);
      work = newBatch();
    }
    await write(work);
    await review([...lessAttested, ...(await attestedBy(author))]);
    work = newBatch();
    work.changes.push({ kind: "review-end", author });
    await write(work);
  };

  const takeOutWords = async (author: AuthorId): Promise<readonly RecordId[]> => {
    const isRevoked = members?.of(author)?.body.state === "revoked";
    if (!isRevoked && successorOf(author, rotations) === undefined) return [];
    const work = newBatch();
    const rule = isRevoked ? revokedAuthorRule : rotatedAuthorRule;
    const attested = await takeOutRevokedWords(author, work, { store, rule });
    await write(work);
    return attested;
  };

  const attestedBy = async (author: AuthorId): Promise<RecordId[]> => {
    const ids: RecordId[] = [];
    for await (const { id, state, attestations } of store.allGlances()) {
      const mayChange = state === "admitted" || state === "held" || state === "archived";
      if (mayChange && attestations.some((said) => said.author === author)) ids.push(id);
    }
    return ids;
  };

  const review = async (ids: readonly RecordId[]): Promise<void> => {
    for (let from = 0; from < ids.length; from += reviewBatchSize) {
      const work = newBatch();
      for (const id of ids.slice(from, from + reviewBatchSize)) {
        const lesson = await work.knowledge.lesson(id);
        if (lesson !== undefined) await work.review(lesson.record, []);
      }
      await write(work);
    }
  };

  const resumeReviews = async (): Promise<void> => {
    for (const author of await store.underReview()) await reviewAuthor(author);
  };

  const openRoom = async (): Promise<void> => {
    await room.open();
    await makeRoom();
  };

  return {
    receive: (records) => take(records.map((record) => ({ record, own: false }))),
    publish: (record, { consolidates } = {}) =>
      take([{ record, own: true, ...(consolidates !== undefined && { consolidates }) }]),
    place: (placed) => desk.add(() => place(placed)),
    revise: (change) => desk.add(async () => revise(await change())),
    setPrincipal: (change, author) => desk.add(() => setPrincipal(change, author)),
    review: (ids) => desk.add(() => review(ids)),
    openRoom: () => desk.add(openRoom),
    resumeReviews: () => desk.add(resumeReviews),
    knows: async (ids) => (await store.knows(ids)).map((known, position) => known || ahead.isPassedOver(ids[position] ?? "")),
    waiting: () => incoming.length,
    settled: () => desk.onIdle(),
  };
}

/** The lesson of which more or less is attested by the change. */
function attestedLessons(change: StoreChange): readonly RecordId[] {
  if (change.kind === "attestation") return [change.record.body.lesson];
  return change.kind === "attestation-remove" ? [change.lesson] : [];
}

/** Lessons that could not be read, and of which the batch brings the records again. */
function restoredBy({ changes }: Batch): RecordId[] {
  return changes.flatMap((change) => (change.kind === "restore" ? [change.record.id] : []));
}
