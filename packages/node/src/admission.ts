/**
 * The way of a record into what this node believes, and back out of it into a prompt: ledger, index, room, merits and recall, joined. Everything between the network
 * on one side and the agent on the other; it works without either.
 */
import { PostingIndex, type RecallComponents, type RecallQuery, recall } from "@grapevine/agent";
import {
  type AuthorId,
  type Clock,
  type Embedder,
  firstKeyOf,
  keysOf,
  type LessonStore,
  type RecalledLesson,
  RotationIndex,
  type Rotations,
  type VectorIndex,
  type WordIndex,
} from "@grapevine/core";
import { areInConflict, defaultKeepingLimits, type KeepingLimits } from "@grapevine/reconcile";
import type { Logger } from "pino";
import { type Behind, belongsInIndex, createIndexing, type Indexing } from "./indexing.ts";
import { createLedger, type Ledger, type LedgerChange } from "./ledger.ts";
import type { MemberBook } from "./members.ts";
import { createMerits, type Merits } from "./merits.ts";
import { openPrincipalBook, type PrincipalBook } from "./principals.ts";
import { createRoom, type Room } from "./room.ts";
import { fillWordIndex, followWords } from "./word-indexing.ts";

export interface AdmissionComponents {
  readonly lessons: LessonStore;
  readonly index: VectorIndex;
  readonly embedder: Embedder;
  readonly self: AuthorId;
  /** Who is in the swarm. Absent: it is open, and no record says so. */
  readonly members?: MemberBook | undefined;
  /** Who has followed whom, as the store has it. Default: it is read. */
  readonly rotations?: RotationIndex;
  readonly clock: Clock;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  /** Remembers across restarts that the saved index is behind the store. */
  readonly behind: Behind;
  /** Told when something was added to the outbox. */
  readonly onOutbox: () => void;
  /** Told when something has come for which other things had been left aside: peers may have them. */
  readonly onAwaited?: () => void;
  /** Told when lessons have come that are held, and may be tried. */
  readonly onHeld?: () => void;
  /** Told after each batch what has come of lessons. */
  readonly onLessons?: (change: LedgerChange) => void;
  readonly limits?: Partial<KeepingLimits>;
}

export interface Admission {
  readonly ledger: Ledger;
  readonly indexing: Indexing;
  readonly merits: Merits;
  readonly room: Room;
  readonly principals: PrincipalBook;
  readonly rotations: Rotations;
  readonly recall: (query: RecallQuery) => Promise<RecalledLesson[]>;
  /** Begins with what an earlier run left undone: the index is compared with the store, reviews end, the room is filled. */
  begin(): void;
  /** Waits for everything that came in, and ends. */
  end(): Promise<void>;
}

export async function createAdmission(components: AdmissionComponents): Promise<Admission> {
  const { lessons, index, embedder, self, members, clock, log } = components;
  const principals = await openPrincipalBook(lessons);
  const rotations = components.rotations ?? new RotationIndex(await lessons.rotations());
  // What follows this node's own key is not here yet, or the node would have it for its key.
  const formerSelves = new Set([...keysOf(self, rotations)].filter((author) => author !== self));
  const merits = createMerits({ store: lessons, principals, self, formerSelves, rotations, clock });
  const room = createRoom({
    store: lessons,
    principals,
    self,
    formerSelves,
    holderOf: (author) => firstKeyOf(author, rotations),
    limits: { ...defaultKeepingLimits, ...components.limits },
    utilitiesOf: merits.glancedUtilitiesOf,
  });
  const words = new PostingIndex();
  const ledger = createLedger({
    store: lessons,
    principals,
    self,
    formerSelves,
    members,
    rotations,
    clock,
    room,
    onLessons: (change) => {
      followWords(words, change);
      follow(change, { indexing, index, merits });
      components.onLessons?.(change);
      if (change.added.some(({ standing }) => standing.state === "held")) components.onHeld?.();
    },
    onOutbox: components.onOutbox,
    onDamaged: (lesson, error) =>
      log.error({ lesson, err: error }, "a stored lesson cannot be read; it is taken from a peer again, when one brings it"),
    ...(components.onAwaited !== undefined && { onAwaited: components.onAwaited }),
  });
  const indexing = createIndexing({
    lessons,
    index,
    words,
    embedder,
    place: (placed) => ledger.place(placed),
    behind: components.behind,
    clock,
    log,
  });
  return {
    ledger,
    indexing,
    merits,
    room,
    principals,
    rotations,
    recall: recalling(components, { formerSelves, principals, merits, words }),
    begin: () => {
      const { own, admitted, held } = lessons.counts();
      indexing.start(own + admitted + held);
      ledger.resumeReviews().catch(failed(log, "lessons could not be judged again; it is tried again at the next start"));
      fillWordIndex(words, lessons).catch(
        failed(log, "the words of lessons could not be read; they are found by meaning alone, and less where much is held"),
      );
      ledger.openRoom().catch(failed(log, "what is here could not be counted; nothing is pruned until the next start"));
    },
    end: async () => {
      await ledger.settled();
      await indexing.stop();
      await ledger.settled();
    },
  };
}

function failed(log: AdmissionComponents["log"], message: string): (error: unknown) => void {
  return (error) => log.error({ err: error }, message);
}

interface RecallSources {
  readonly formerSelves: ReadonlySet<AuthorId>;
  readonly principals: PrincipalBook;
  readonly merits: Merits;
  readonly words: WordIndex;
}

function recalling(
  { lessons, index, embedder, clock, self }: AdmissionComponents,
  { formerSelves, principals, merits, words }: RecallSources,
): (query: RecallQuery) => Promise<RecalledLesson[]> {
  const components: RecallComponents = {
    lessons,
    index: () => index,
    words,
    embedder,
    clock,
    utilitiesOf: merits.glancedUtilitiesOf,
    authorOf: (author) => ({
      trust: merits.trustOf(author),
      known: author === self || formerSelves.has(author) || principals.get(author).standing === "trusted",
    }),
    mayBeUsed: (label) => words.has(label),
    areInConflict,
  };
  return (query) => recall(query, components);
}

/** The index follows what the ledger has decided. */
function follow(
  { added, changed, attested, pruned }: LedgerChange,
  { indexing, index, merits }: { indexing: Indexing; index: VectorIndex; merits: Merits },
): void {
  merits.forget(attested);
  merits.arrived(added);
  const out = new Set(pruned.map(({ id }) => id));
  const wanted = added.filter(({ record, standing }) => belongsInIndex(standing.state) && !out.has(record.id));
  if (wanted.length > 0) indexing.add(wanted);
  for (const lesson of changed) if (!belongsInIndex(lesson.standing.state)) indexing.remove(lesson.label);
  // One that came back out of the archive is not there any more.
  const returned = changed.filter(
    ({ record, standing, label }) => belongsInIndex(standing.state) && !index.has(label) && !out.has(record.id),
  );
  if (returned.length > 0) indexing.add(returned);
  for (const { label } of pruned) indexing.remove(label);
}
