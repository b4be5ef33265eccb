/**
 * What happens in a node, gathered for those who watch it: lessons that come and change, who is connected, how much waits. While nobody watches nothing is gathered and
 * nothing is asked. What comes in a burst is told together, and of each lesson only what it is in the end.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { AuthorId, LessonStore, RecordId, SignedRecord } from "@grapevine/core";
import type { Logger } from "pino";
import type { Status } from "./control/contract.ts";
import type { LiveEvent, MovedLesson } from "./control/dashboard-contract.ts";
import type { LedgerChange } from "./ledger.ts";
import { lessonSummaries, type ViewComponents } from "./views.ts";

export interface WatchingComponents extends ViewComponents {
  readonly store: Pick<LessonStore, "getMany">;
  readonly status: () => Promise<Status>;
  /** Anything that is another text when another peer is connected, or one stands otherwise. */
  readonly peersNow: () => string;
  /** Another number after every change of any experience. */
  readonly experiencesRevision: () => number;
  readonly log: Pick<Logger, "error">;
}

/** What the stages tell of; costs nothing while nobody watches. */
export interface WatchedStages {
  /** Records that a neighbour has brought. */
  arrived(records: readonly SignedRecord[], from: AuthorId): void;
  decided(change: LedgerChange): void;
  /** The lesson is no more. */
  forgotten(id: RecordId): void;
}

export interface Watching extends WatchedStages {
  /** Calls the listener until the returned function is called. It is told the status at once. */
  watch(listener: (event: LiveEvent) => void): () => void;
}

/** A burst of lessons is told together: four times a second is as often as anybody can follow. */
const gatherMs = 250;
const pollMs = 1_000;
/** Lessons that one event names; of more it gives the number, and whoever wants them reads the list. */
export const maxMovedLessons = 100;
/** The revision of the store begins at none. */
const untold = { status: "", peers: "", revision: -1 };
/** Records whose bringer is remembered until they are decided on. */
const maxBringers = 8_192;

export function createWatching(components: () => WatchingComponents): Watching {
  const listeners = new Set<(event: LiveEvent) => void>();
  const moved = new Map<RecordId, MovedLesson["moved"]>();
  const bringers = new Map<RecordId, AuthorId>();
  let gathering: NodeJS.Timeout | undefined;
  let isPolling = false;
  let told = untold;

  const tell = (event: LiveEvent): void => {
    for (const listener of listeners) listener(event);
  };

  const note = (ids: Iterable<RecordId>, how: MovedLesson["moved"]): void => {
    for (const id of ids) if (how !== "changed" || !moved.has(id)) moved.set(id, how);
    if (moved.size > 0) gathering ??= setTimeout(() => void flush(), gatherMs).unref();
  };

  const flush = async (): Promise<void> => {
    gathering = undefined;
    const all = [...moved];
    moved.clear();
    const named = all.slice(0, maxMovedLessons);
    try {
      const { store, ...views } = components();
      const found = await store.getMany(named.map(([id]) => id));
      const kept = found.filter((lesson) => lesson !== undefined);
      const summaries = await lessonSummaries(kept, views);
      const how = new Map(named);
      const lessons = summaries.map((summary) => {
        const from = bringers.get(summary.id);
        return { ...summary, moved: how.get(summary.id) ?? "changed", ...(from === undefined ? {} : { from }) };
      });
      for (const [id] of all) bringers.delete(id);
      const gone = named.flatMap(([id], position) => (found[position] === undefined ? [id] : []));
      tell({ type: "lessons", lessons, gone, more: all.length - named.length });
    } catch (error) {
      components().log.error({ err: error }, "what has moved could not be told to those who watch");
      tell({ type: "lessons", lessons: [], gone: [], more: all.length });
    }
  };

  const poll = async (): Promise<void> => {
    const { status, peersNow, experiencesRevision, log } = components();
    try {
      const current = await status();
      const now = { status: JSON.stringify(current), peers: peersNow(), revision: experiencesRevision() };
      const before = told;
      told = now;
      if (now.status !== before.status) tell({ type: "status", status: current });
      if (now.peers !== before.peers) tell({ type: "peers" });
      if (now.revision !== before.revision) tell({ type: "experiences" });
    } catch (error) {
      log.error({ err: error }, "the status could not be told to those who watch");
    }
  };

  const keepPolling = async (): Promise<void> => {
    if (isPolling) return;
    isPolling = true;
    while (listeners.size > 0) {
      await poll();
      await wait(pollMs, undefined, { ref: false });
    }
    isPolling = false;
  };

  const rest = (): void => {
    clearTimeout(gathering);
    gathering = undefined;
    moved.clear();
    bringers.clear();
  };

  return {
    arrived: (records, from) => {
      if (listeners.size === 0 || bringers.size > maxBringers) return;
      for (const { id, body } of records) if (body.type === "lesson") bringers.set(id, from);
    },
    decided: ({ added, changed, attested, pruned }) => {
      if (listeners.size === 0) return;
      const made = added.filter(({ standing }) => standing.state === "own");
      note(idsOf(made), "made");
      note(idsOf(added.filter(({ standing }) => standing.state !== "own")), "arrived");
      note(idsOf(changed), "changed");
      note(attested, "changed");
      note(
        pruned.map(({ id }) => id),
        "changed",
      );
    },
    forgotten: (id) => {
      if (listeners.size > 0) note([id], "changed");
    },
    watch: (listener) => {
      listeners.add(listener);
      // Whoever is new is told everything; the others hear it once more.
      told = untold;
      void keepPolling();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) rest();
      };
    },
  };
}

function idsOf(lessons: readonly { readonly record: { readonly id: RecordId } }[]): RecordId[] {
  return lessons.map(({ record }) => record.id);
}
