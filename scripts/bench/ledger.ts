/**
 * Pruning and admission by the whole ledger, on a real store: the rules, the room, and one synced batch after the other. Beside the pruning: the same number of
 * lessons archived in the store alone. Beside an admission into a full large store: one into a full small store.
 */
import { rm } from "node:fs/promises";
import { decodeRecord, type RecordId, type StoreChange, systemClock } from "@grapevine/core";
import { openStore, type Store } from "@grapevine/store";
import { createLedger, type Ledger } from "../../packages/node/src/ledger.ts";
import { createMerits } from "../../packages/node/src/merits.ts";
import { openPrincipalBook } from "../../packages/node/src/principals.ts";
import { createRoom, type Room } from "../../packages/node/src/room.ts";
import { newLesson } from "../../packages/reconcile/src/index.ts";
import { benchLesson, benchPrincipals, temporaryFolder } from "./data.ts";
import { type Bench, elapsedMs, type Figure, figure, interleaved } from "./measure.ts";

const capacity = 100_000;
const surplus = 20_000;
const smallCapacity = 1_000;
const fillBatch = 2_000;
/** As many as the ledger prunes at once. */
const pruneBatch = 4_096;
const admissionRounds = 9;
const admissionsPerRound = 100;

export const ledger: Bench = {
  name: "ledger",
  summary: "pruning 120,000 lessons to 100,000 and admitting into a full store, by the whole ledger",
  measure: async ({ say }) => {
    const large = await openFull(capacity + 2 * surplus, capacity, say);
    const small = await openFull(smallCapacity, smallCapacity, say);
    try {
      say(`pruning ${surplus} lessons`);
      const pruning = await measurePruning(large);
      await small.ledger.openRoom();
      say("admissions");
      return [pruning, await measureAdmission(large, small)];
    } finally {
      await large.close();
      await small.close();
    }
  },
};

interface FullLedger {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly room: Room;
  readonly close: () => Promise<void>;
}

/** A store that holds so many foreign lessons, in fifty of a topic, and a ledger on it that has room for `limit`. */
async function openFull(lessons: number, limit: number, say: (text: string) => void): Promise<FullLedger> {
  say(`filling a store with ${lessons} lessons`);
  const folder = await temporaryFolder();
  const store = await openStore({ path: folder, clock: systemClock });
  await store.lessons.apply(benchPrincipals());
  for (let from = 0; from < lessons; from += fillBatch) {
    await store.lessons.apply(
      Array.from({ length: Math.min(fillBatch, lessons - from) }, (_, place) => stored(from + place, store)),
    );
  }
  const principals = await openPrincipalBook(store.lessons);
  const merits = createMerits({ store: store.lessons, principals, self: "", clock: systemClock });
  const limits = { capacity: limit, heldShare: 0.5, authorShare: 1 };
  const room = createRoom({ store: store.lessons, principals, self: "", limits, utilitiesOf: merits.glancedUtilitiesOf });
  const unheard = (): void => undefined;
  const made = createLedger({
    store: store.lessons,
    principals,
    self: "",
    clock: systemClock,
    room,
    onLessons: unheard,
    onOutbox: unheard,
  });
  const close = async (): Promise<void> => {
    await made.settled();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { store, ledger: made, room, close };
}

const lessonsPerTopic = 50;

function stored(number: number, { lessons }: Store): StoreChange {
  const record = benchLesson(number);
  const verdict = {
    action: "hold",
    state: "held",
    rule: "stranger",
    code: "STRANGER_HELD",
    reason: "not known",
    cluster: record.id,
  } as const;
  const lesson = newLesson(record, verdict, { label: lessons.nextLabel(), now: systemClock.now() });
  const topic = lesson.label - (lesson.label % lessonsPerTopic);
  const isHeld = number % 5 === 1;
  const standing = isHeld ? lesson.standing : { ...lesson.standing, state: "admitted" as const };
  return { kind: "lesson", lesson: { ...lesson, topic, standing } };
}

/** One pass each: what was pruned once cannot be pruned again. The room is filled before, as when a node has started. */
async function measurePruning({ store, ledger: pruning, room }: FullLedger): Promise<Figure> {
  const reference = await elapsedMs(() => archiveAlone(store));
  await room.open();
  const value = await elapsedMs(() => pruning.receive([benchLesson(capacity + 2 * surplus)]));
  const measured = { value, reference };
  const bar = { of: "value", most: 2_000 } as const;
  return figure({ name: "ledger-pruning", unit: "ms", measured, referenceName: "archived in the store alone", bar });
}

async function archiveAlone({ lessons }: Store): Promise<void> {
  const standing = { state: "archived", rule: "pruned", reason: "for a bench", since: systemClock.now() } as const;
  const ids: RecordId[] = [];
  for await (const { id } of lessons.allGlances()) if (ids.push(id) === surplus) break;
  for (let from = 0; from < ids.length; from += pruneBatch) {
    await lessons.apply(ids.slice(from, from + pruneBatch).map((id) => ({ kind: "archive", id, standing, prunedUtility: 0 })));
  }
}

async function measureAdmission(large: FullLedger, small: FullLedger): Promise<Figure> {
  const first = capacity + 2 * surplus + 1;
  const admit = async ({ ledger: admitting }: FullLedger, round: number): Promise<number> => {
    const frames = Array.from(
      { length: admissionsPerRound },
      (_, place) => benchLesson(first + round * admissionsPerRound + place).frame,
    );
    return (await elapsedMs(() => admitting.receive(frames.map(decodeRecord)))) / admissionsPerRound;
  };
  const measured = await interleaved(
    admissionRounds,
    (round) => admit(large, round),
    (round) => admit(small, round),
  );
  const referenceName = `the same with ${smallCapacity.toLocaleString("en-GB")} lessons`;
  return figure({ name: "ledger-admission-growth", unit: "ms", measured, referenceName, bar: { of: "ratio", most: 2 } });
}
