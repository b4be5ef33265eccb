/**
 * Distillation in the background: one experience at a time, oldest first, never while somebody waits for an answer. The queue is the store's own
 * (`distillation: "queued"`), so that a crash loses nothing; what comes out goes through the same admission as foreign lessons.
 */
import {
  type DistillationState,
  type Experience,
  type ExperienceStore,
  GrapevineError,
  type LessonDraft,
  messageOf,
} from "@grapevine/core";
import type { Distiller } from "@grapevine/distill";
import type { Logger } from "pino";
import type { Activity } from "./activity.ts";

export interface LearningComponents {
  readonly experiences: Pick<ExperienceStore, "get" | "list" | "update">;
  readonly distiller: Distiller;
  /** Signs and admits a draft. */
  readonly teach: (draft: LessonDraft) => Promise<unknown>;
  readonly activity: Activity;
  readonly log: Logger;
}

export interface LearningCounts {
  readonly lessons: number;
  readonly refused: number;
  readonly failed: number;
}

export interface Learning {
  /** Begins with what an earlier run left in the queue. */
  start(): void;
  /** Says that an experience was queued. */
  wake(): void;
  /** Experiences in the queue. */
  waiting(): number;
  counts(): LearningCounts;
  /** Resolves when nothing is queued any more. */
  settled(): Promise<void>;
  /** Ends; what was interrupted stays queued. Close the activity first, or it waits for the distillation in hand. */
  stop(): Promise<void>;
}

export function createLearning(components: LearningComponents): Learning {
  const { experiences, activity, log } = components;
  const counts = { lessons: 0, refused: 0, failed: 0 };
  let waiting = 0;
  let running: Promise<void> | undefined;
  let stopped = false;
  let wokenWhileRunning = false;

  const drain = async (): Promise<void> => {
    for (;;) {
      const queued: Experience[] = [];
      for await (const experience of experiences.list({ distillation: "queued", oldestFirst: true })) queued.push(experience);
      waiting = queued.length;
      if (queued.length === 0) return;
      for (const experience of queued) {
        if (stopped) return;
        const state = await activity.background((signal) => digest(experience, signal));
        if (state === "queued" || (await isSettledElsewhere(experience))) continue;
        await experiences.update(experience.id, { distillation: state });
        waiting -= 1;
      }
    }
  };

  /** The user has forgotten it meanwhile, or said something else of it: then it stays in the queue and is distilled again, with the new outcome. */
  const isSettledElsewhere = async ({ id, outcome }: Experience): Promise<boolean> => {
    const current = await experiences.get(id);
    return current === undefined || current.outcome?.at !== outcome?.at || current.outcome?.verdict !== outcome?.verdict;
  };

  /** What became of it; `queued` when it was interrupted. */
  const digest = async (experience: Experience, signal: AbortSignal): Promise<DistillationState> => {
    if (signal.aborted) return "queued";
    try {
      const { drafts, refusals, failure } = await components.distiller.distil(experience, signal);
      // Forgotten while the model wrote: its words must not come back, and leave this node, in a lesson.
      if ((await experiences.get(experience.id)) === undefined) return "queued";
      counts.refused += refusals.length;
      if (failure !== undefined) counts.failed += 1;
      const made = await teachAll(drafts);
      if (made > 0) return "distilled";
      return failure === undefined ? "nothing-new" : "failed";
    } catch (error) {
      if (signal.aborted) return "queued";
      counts.failed += 1;
      log.warn({ experience: experience.id, reason: messageOf(error) }, "an experience could not be distilled");
      return "failed";
    }
  };

  const teachAll = async (drafts: readonly LessonDraft[]): Promise<number> => {
    let made = 0;
    for (const draft of drafts) {
      try {
        await components.teach(draft);
        made += 1;
        counts.lessons += 1;
      } catch (error) {
        if (!GrapevineError.is(error)) throw error;
        counts.refused += 1;
        log.info({ reason: error.message }, "a draft was refused");
      }
    }
    return made;
  };

  const run = (): void => {
    wokenWhileRunning = running !== undefined;
    if (wokenWhileRunning || stopped) return;
    running = drain()
      .catch((error: unknown) => log.error({ err: error }, "distillation stopped unexpectedly"))
      .finally(() => {
        running = undefined;
        if (wokenWhileRunning) run();
      });
  };

  return {
    start: run,
    wake: () => {
      waiting += 1;
      run();
    },
    waiting: () => waiting,
    counts: () => ({ ...counts }),
    settled: async () => {
      while (running !== undefined) await running;
    },
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}
