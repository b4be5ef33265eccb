/**
 * The room for what others wrote. It mirrors, in memory, what the store holds of foreign lessons that may be used or wait, and says which of them go when there are
 * too many; which these are is decided by `reconcile`. Derived from the store, and never ahead of it.
 */
import type { AuthorId, LessonGlance, LessonState, LessonStore, RecordId, StoreChange, StoredLesson } from "@grapevine/core";
import {
  Keeping,
  type KeepingLimits,
  type KeptLesson,
  type Overflow,
  prunedReason,
  trustOf,
  worthOf,
} from "@grapevine/reconcile";
import type { PrincipalBook } from "./principals.ts";

export interface RoomComponents {
  readonly store: Pick<LessonStore, "allGlances">;
  readonly principals: PrincipalBook;
  readonly self: AuthorId;
  readonly limits: KeepingLimits;
  /** Lower bounds of the lessons' utility, from 0 to 1, in order. */
  readonly utilitiesOf: (lessons: readonly LessonGlance[]) => Promise<readonly number[]>;
}

export interface PrunedLesson {
  readonly id: RecordId;
  readonly label: number;
}

export interface RoomUse {
  readonly foreign: number;
  readonly capacity: number;
  /** False until everything that is here was entered. */
  readonly complete: boolean;
}

export interface TakenOverflow {
  /** They archive what was taken out. */
  readonly changes: readonly StoreChange[];
  readonly pruned: readonly PrunedLesson[];
  /** Enters it again, where the changes could not be written: else nothing would ever prune it. */
  readonly putBack: () => void;
}

export interface Room {
  /** Enters everything that the store holds. */
  open(): Promise<void>;
  /** A lesson as it is from now on, and the lower bound of its utility. */
  note(lesson: StoredLesson, utility: number): void;
  forget(id: RecordId): void;
  /** Takes out what has to go, at most `limit` at once. */
  takeOverflow(limit: number, now: number): TakenOverflow;
  use(): RoomUse;
}

export function createRoom({ store, principals, self, limits, utilitiesOf }: RoomComponents): Room {
  const keeping = new Keeping(limits);
  let complete = false;

  const enter = (lesson: Enterable, utility: number): void => {
    const pool = pools.find((each) => each === lesson.state);
    if (pool === undefined || lesson.author === self || lesson.pinned) {
      keeping.delete(lesson.id);
      return;
    }
    const principal = principals.get(lesson.author);
    const kept: KeptLesson = {
      id: lesson.id,
      label: lesson.label,
      author: lesson.author,
      topic: lesson.topic,
      pool,
      limited: principal.standing !== "trusted",
      worth: worthOf({ ...lesson, utility, trust: trustOf(principal) }),
      utility,
    };
    keeping.set(kept);
  };

  return {
    open: async () => {
      let batch: LessonGlance[] = [];
      const enterBatch = async (): Promise<void> => {
        const utilities = await utilitiesOf(batch);
        for (const [position, glance] of batch.entries()) enter(glance, utilities[position] ?? 0);
        batch = [];
      };
      for await (const glance of store.allGlances({ states: pools })) {
        if (glance.author === self) continue;
        if (batch.push(glance) >= openingBatchSize) await enterBatch();
      }
      await enterBatch();
      complete = true;
    },
    note: (lesson, utility) => {
      const { id, body } = lesson.record;
      enter({ ...lesson, id, author: body.author, state: lesson.standing.state }, utility);
    },
    forget: (id) => keeping.delete(id),
    takeOverflow: (limit, now) => {
      const changes: StoreChange[] = [];
      const taken: KeptLesson[] = [];
      while (complete && taken.length < limit) {
        const overflow = keeping.overflow();
        if (overflow === undefined) break;
        const { id, utility } = overflow.lesson;
        keeping.delete(id);
        const standing = { state: "archived", rule: "pruned", reason: reasonOf(overflow), since: now } as const;
        changes.push({ kind: "archive", id, standing, prunedUtility: utility });
        taken.push(overflow.lesson);
      }
      return {
        changes,
        pruned: taken.map(({ id, label }) => ({ id, label })),
        putBack: () => {
          for (const lesson of taken) keeping.set(lesson);
        },
      };
    },
    use: () => ({ foreign: keeping.size, capacity: limits.capacity, complete }),
  };
}

/** States of the lessons that take room. */
const pools = ["held", "admitted"] as const;

/** Their glances are in memory together, a kilobyte or two each. */
const openingBatchSize = 256;

interface Enterable {
  readonly id: RecordId;
  readonly label: number;
  readonly author: AuthorId;
  readonly state: LessonState;
  readonly pinned: boolean;
  readonly topic: number;
  readonly usedAt: number;
  readonly receivedAt: number;
}

function reasonOf({ over }: Overflow): string {
  if (over === "author-quota") return "its author had more lessons here than a stranger may, and the least was lost with it";
  return over === "held-share" ? "too many lessons were held, and the least was lost with it" : prunedReason;
}
