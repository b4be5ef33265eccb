/**
 * Practice by itself: one task at a time while nobody asks anything, chosen where something is to be learnt. Simulated environments alone, since nobody watches.
 * Who asks something breaks it off at once, and nothing is kept of a task that was broken off.
 */
import type { Agent } from "@grapevine/agent";
import {
  type Environment,
  type Experience,
  type ExperienceStore,
  GrapevineError,
  publicSpecification,
  type Task,
} from "@grapevine/core";
import type { Logger } from "pino";
import { type PastTry, taskToPractise } from "./choosing-practice.ts";
import { nodeErrors } from "./errors.ts";
import type { Learning } from "./learning.ts";

export interface IdlePracticeComponents {
  readonly agent: Pick<Agent, "attempt">;
  readonly experiences: Pick<ExperienceStore, "list">;
  readonly learning: Pick<Learning, "wake">;
  readonly log: Pick<Logger, "info">;
}

export interface IdlePractice {
  /** Does one task; false when there is nothing to be learnt from any. @throws what the signal gives as its reason, and what environment, agent and model throw */
  next(signal: AbortSignal): Promise<boolean>;
  totals(): PracticeTotals;
}

/** Since the start. */
export interface PracticeTotals {
  readonly environment: string;
  /** Done to the end, and those of them that were solved. */
  readonly tasks: number;
  readonly solved: number;
  /** Begun, and given up for somebody who asked something. */
  readonly brokenOff: number;
}

/** Tasks that it chooses from: several of each kind, and as many as even a small set has. */
const poolSizes: readonly number[] = [96, 48, 24, 12, 6];
const poolSeed = 1;
/** Newest experiences that it looks back on. */
const maxLookedAt = 500;
/** Actions for a task, as in practice by hand. */
const maxSteps = 4;

/** @throws PRACTICE_NOT_SIMULATED */
export function createIdlePractice(environment: Environment, components: IdlePracticeComponents): IdlePractice {
  refuseUnsimulated(environment);
  const { agent, experiences, learning, log } = components;
  let pool: readonly Task[] | undefined;
  const counts = { tasks: 0, solved: 0, brokenOff: 0 };
  const attemptCounting = async (task: Task, signal: AbortSignal): Promise<Experience> => {
    try {
      const experience = await agent.attempt(environment, task, { lessons: true, maxSteps, learn: true, signal });
      counts.tasks += 1;
      if (experience.outcome?.verdict === "worked") counts.solved += 1;
      return experience;
    } catch (error) {
      if (signal.aborted) counts.brokenOff += 1;
      throw error;
    }
  };
  return {
    totals: () => ({ environment: publicSpecification(environment.id), ...counts }),
    next: async (signal) => {
      pool ??= await tasksOf(environment);
      const task = taskToPractise(pool, await pastTries(environment, experiences));
      signal.throwIfAborted();
      if (task === undefined) return false;
      const { outcome, steps } = await attemptCounting(task, signal);
      log.info({ task: task.id, family: task.family, verdict: outcome?.verdict, actions: steps.length }, "practised by itself");
      learning.wake();
      return true;
    },
  };
}

/** @throws PRACTICE_NOT_SIMULATED */
export function refuseUnsimulated({ id, simulated }: Pick<Environment, "id" | "simulated">): void {
  if (!simulated) throw nodeErrors.create("PRACTICE_NOT_SIMULATED", `what is done in ${id} touches the world outside`);
}

/** As many as there are, of the sizes that are tried. */
async function tasksOf(environment: Environment): Promise<readonly Task[]> {
  for (const count of poolSizes) {
    try {
      return await environment.tasks({ count, seed: poolSeed, split: "practice" });
    } catch (error) {
      if (!GrapevineError.is(error, "TASKS_EXHAUSTED")) throw error;
    }
  }
  return [];
}

async function pastTries(environment: Environment, experiences: Pick<ExperienceStore, "list">): Promise<PastTry[]> {
  const past: PastTry[] = [];
  for await (const experience of experiences.list({ limit: maxLookedAt })) {
    if (experience.task?.environment === environment.id && experience.distillation !== "waiting") past.push(experience);
  }
  return past;
}
