/**
 * Refinement: what a node does with what it knows while nobody asks anything of it. Lessons whose date has passed are judged again, held lessons are tried,
 * clusters are consolidated, and where the user wants it, it practises; one piece of work at a time, and after each a rest, so that it takes at most its share of the idle time.
 *
 * Whoever asks something interrupts it at once. Whatever goes wrong is logged and tried again later, more and more seldom; it never ends the node.
 */
import { type Clock, messageOf, type RecordId } from "@grapevine/core";
import type { Logger } from "pino";
import type { Activity } from "./activity.ts";
import type { Consolidating, ConsolidationTotals } from "./consolidating.ts";
import type { IdlePractice, PracticeTotals } from "./idle-practice.ts";
import type { Trials, TrialTotals } from "./trials.ts";

export interface RefiningInit {
  /** Largest part of the idle time that is worked, above 0 and up to 1. Default: a quarter. */
  readonly share?: number;
}

export interface RefiningComponents {
  readonly trials: Trials;
  readonly consolidating: Consolidating;
  /** Where the user wants it. */
  readonly practice?: IdlePractice | undefined;
  /** Lessons whose date has passed and that were not judged by it yet. */
  readonly expired: (now: number) => Promise<readonly RecordId[]>;
  readonly review: (ids: readonly RecordId[]) => Promise<void>;
  /** Resolves when nothing that is more urgent is left to be done in the background. */
  readonly quiet: () => Promise<void>;
  readonly activity: Pick<Activity, "background">;
  readonly timer: Timer;
  readonly clock: Clock;
  readonly log: Pick<Logger, "warn">;
}

/** Calls once, after so many milliseconds; what comes back takes the call back. */
export type Timer = (delayMs: number, call: () => void) => () => void;

export const systemTimer: Timer = (delayMs, call) => {
  const timeout = setTimeout(call, delayMs).unref();
  return () => clearTimeout(timeout);
};

export interface RefiningTotals {
  readonly trials: TrialTotals;
  readonly consolidations: ConsolidationTotals;
  readonly practice: PracticeTotals | undefined;
  /** Time that went into all of it. */
  readonly workedMs: number;
  readonly failures: number;
}

export interface Refining {
  /** Idempotent; ignored after `stop`. */
  start(): void;
  /** Something new has come: a held lesson, an experience. Ends a wait for news, never a rest. */
  wake(): void;
  totals(): RefiningTotals;
  /** Idempotent. Ends after the piece of work in hand; close the activity first, or it is waited for. */
  stop(): Promise<void>;
}

const defaultShare = 0.25;
/** Even the shortest piece of work, and one that was interrupted at once, is followed by so much rest. */
const minRestMs = 100;
/** Without news, everything is looked at again after so long. */
const lookIntervalMs = 5 * 60 * 1000;
/** After a failure, doubled with each that follows. */
const firstBackoffMs = 30 * 1000;
const maxBackoffMs = 60 * 60 * 1000;

/** @throws RangeError for a share that is none: a defect of the caller */
export function createRefining(components: RefiningComponents, { share = defaultShare }: RefiningInit = {}): Refining {
  if (!(share > 0 && share <= 1)) throw new RangeError(`${share} is no share of the idle time`);
  return new RunningRefinement(components, share);
}

class RunningRefinement implements Refining {
  readonly #components: RefiningComponents;
  readonly #share: number;
  #running: Promise<void> | undefined;
  #stopped = false;
  readonly #stopping = Promise.withResolvers<void>();
  #hasNews = false;
  #workedMs = 0;
  #failures = 0;
  #failuresInRow = 0;
  /** Ends the present wait; `wake` may end only a wait for news. */
  #endWait: (() => void) | undefined;
  #waitsForNews = false;

  constructor(components: RefiningComponents, share: number) {
    this.#components = components;
    this.#share = share;
  }

  start(): void {
    if (!this.#stopped) this.#running ??= this.#run();
  }

  wake(): void {
    this.#hasNews = true;
    if (this.#waitsForNews) this.#endWait?.();
  }

  totals(): RefiningTotals {
    const { trials, consolidating, practice } = this.#components;
    return {
      trials: trials.totals(),
      consolidations: consolidating.totals(),
      practice: practice?.totals(),
      workedMs: this.#workedMs,
      failures: this.#failures,
    };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopping.resolve();
    this.#endWait?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const { worked, workedMs } = await this.#turn();
      this.#workedMs += workedMs;
      if (this.#stopped) return;
      if (this.#failuresInRow > 0) await this.#wait(backoffMs(this.#failuresInRow));
      else {
        // Also after looking in vain, or a flood of news would keep it looking.
        await this.#wait(Math.max(worked ? minRestMs : 0, (workedMs * (1 - this.#share)) / this.#share));
        if (!worked) await this.#waitForNews();
      }
    }
  }

  /** One piece of work. What was interrupted counts as worked: it is gone on with after a rest. */
  async #turn(): Promise<{ readonly worked: boolean; readonly workedMs: number }> {
    const { activity, clock, quiet, log } = this.#components;
    let startedAt = clock.now();
    try {
      // What is more urgent may take an hour, where an index is filled: whoever stops the node does not wait for it.
      await Promise.race([quiet(), this.#stopping.promise]);
      if (this.#stopped) return { worked: false, workedMs: 0 };
      this.#hasNews = false;
      const worked = await activity.background(async (signal) => {
        startedAt = clock.now();
        try {
          return await this.#work(signal);
        } catch (error) {
          if (signal.aborted) return true;
          throw error;
        }
      });
      this.#failuresInRow = 0;
      return { worked, workedMs: clock.now() - startedAt };
    } catch (error) {
      this.#failures += 1;
      this.#failuresInRow += 1;
      log.warn(
        { reason: messageOf(error), inRow: this.#failuresInRow },
        "what is known could not be refined; it is tried again later",
      );
      return { worked: false, workedMs: clock.now() - startedAt };
    }
  }

  async #work(signal: AbortSignal): Promise<boolean> {
    const { expired, review, clock, trials, consolidating, practice } = this.#components;
    signal.throwIfAborted();
    const past = await expired(clock.now());
    if (past.length > 0) await review(past);
    if ((await trials.next(signal)) !== undefined || (await consolidating.next(signal))) return true;
    return (await practice?.next(signal)) ?? false;
  }

  async #waitForNews(): Promise<void> {
    if (this.#hasNews) return;
    this.#waitsForNews = true;
    await this.#wait(lookIntervalMs);
    this.#waitsForNews = false;
  }

  async #wait(delayMs: number): Promise<void> {
    if (delayMs <= 0 || this.#stopped) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#components.timer(delayMs, resolve);
      this.#endWait = () => {
        cancel();
        resolve();
      };
    });
    this.#endWait = undefined;
  }
}

function backoffMs(failuresInRow: number): number {
  return Math.min(maxBackoffMs, firstBackoffMs * 2 ** (failuresInRow - 1));
}
