import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { type Activity, createActivity } from "../src/activity.ts";
import type { Consolidating } from "../src/consolidating.ts";
import { createRefining, type Refining, type RefiningInit } from "../src/refining.ts";
import type { FinishedTrial, Trials } from "../src/trials.ts";

const log = pino({ level: "silent" });
const finished: FinishedTrial = {
  lesson: "a lesson",
  evidence: { wins: 3, losses: 0, bothRight: 0, bothWrong: 0, generations: 3, verdict: "admitted", model: "m", at: 1 },
};
const noTotals = { tried: 0, admitted: 0, refused: 0, undecided: 0, generations: 0 };

/** A clock that only work moves, and a timer that only the test lets run out. */
class Time {
  now = 1_000;
  readonly waits: number[] = [];
  #asked: (() => void)[] = [];
  #pending: (() => void) | undefined;

  readonly timer = (delayMs: number, call: () => void): (() => void) => {
    this.waits.push(delayMs);
    this.#pending = call;
    for (const tell of this.#asked.splice(0)) tell();
    return () => {
      this.#pending = undefined;
    };
  };

  /** Resolves when somebody waits for the timer. */
  async asked(): Promise<void> {
    if (this.#pending === undefined) await new Promise<void>((resolve) => this.#asked.push(resolve));
  }

  runOut(): void {
    const call = this.#pending;
    this.#pending = undefined;
    call?.();
  }
}

interface Scene {
  readonly refining: Refining;
  readonly time: Time;
  readonly activity: Activity;
  readonly done: string[];
}

interface Script {
  readonly tryOut?: (signal: AbortSignal, time: Time) => Promise<FinishedTrial | undefined>;
  readonly consolidate?: () => Promise<boolean>;
  readonly expired?: string[];
  readonly quiet?: () => Promise<void>;
}

function scene(script: Script, init: RefiningInit = {}): Scene {
  const time = new Time();
  const activity = createActivity();
  const done: string[] = [];
  const expired = script.expired ?? [];
  const trials: Trials = {
    next: async (signal) => {
      done.push("trial");
      return await script.tryOut?.(signal, time);
    },
    totals: () => noTotals,
  };
  const consolidating: Consolidating = {
    next: async () => {
      done.push("consolidation");
      return (await script.consolidate?.()) ?? false;
    },
    totals: () => ({ drafted: 0, refused: 0 }),
  };
  const refining = createRefining(
    {
      trials,
      consolidating,
      expired: async () => expired,
      review: async (ids) => {
        done.push(`review ${ids.join(" ")}`);
        expired.length = 0;
      },
      quiet: script.quiet ?? (async () => undefined),
      activity,
      timer: time.timer,
      clock: { now: () => time.now },
      log,
    },
    init,
  );
  return { refining, time, activity, done };
}

describe("refinement", () => {
  it("rests three times as long as it worked, and longer or shorter for another share", async () => {
    const working = async (_signal: AbortSignal, time: Time): Promise<FinishedTrial> => {
      time.now += 2_000;
      return finished;
    };
    for (const [share, restMs] of [
      [undefined, 6_000],
      [0.5, 2_000],
      [0.1, 18_000],
    ] as const) {
      const { refining, time } = scene({ tryOut: working }, share === undefined ? {} : { share });
      refining.start();
      await time.asked();
      time.runOut();
      await time.asked();
      expect(time.waits.map(Math.round)).toEqual([restMs, restMs]);
      await refining.stop();
    }
  });

  it("looks first for what has expired, then for a trial, and consolidates when there is none", async () => {
    const { refining, time, done } = scene({ expired: ["an old one"] });
    refining.start();
    await time.asked();
    expect(done).toEqual(["review an old one", "trial", "consolidation"]);
    await refining.stop();
  });

  it("waits for news where there is nothing to do, and looks again by itself after a while", async () => {
    const { refining, time, done } = scene({});
    refining.start();
    await time.asked();
    expect(time.waits).toEqual([300_000]);
    refining.wake();
    await expect.poll(() => done.length).toBe(4);
    await time.asked();
    time.runOut();
    await expect.poll(() => done.length).toBe(6);
    await refining.stop();
  });

  it("rests also after looking in vain, whatever news comes", async () => {
    const { refining, time, done } = scene({
      tryOut: async (_signal, { now: before }) => {
        time.now = before + 1_000;
        return undefined;
      },
    });
    refining.start();
    await time.asked();
    refining.wake();
    expect(time.waits).toEqual([3_000]);
    expect(done).toEqual(["trial", "consolidation"]);
    time.runOut();
    await time.asked();
    expect(time.waits).toEqual([3_000, 3_000]);
    await refining.stop();
  });

  it("does not let news shorten a rest", async () => {
    const { refining, time, done } = scene({ tryOut: async () => finished });
    refining.start();
    await time.asked();
    refining.wake();
    await Promise.resolve();
    expect(done).toEqual(["trial"]);
    time.runOut();
    await time.asked();
    expect(done).toEqual(["trial", "trial"]);
    await refining.stop();
  });

  it("is interrupted at once by whoever asks, and goes on afterwards", async () => {
    const interrupted = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    let round = 0;
    const { refining, time, activity, done } = scene({
      tryOut: async (signal) => {
        round += 1;
        if (round > 1) return finished;
        begun.resolve();
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        interrupted.resolve();
        throw signal.reason;
      },
    });
    refining.start();
    await begun.promise;
    const answer = activity.during(async () => {
      await interrupted.promise;
      return "answered";
    });
    expect(await answer).toBe("answered");
    await time.asked();
    expect(refining.totals().failures).toBe(0);
    time.runOut();
    await time.asked();
    expect(done).toEqual(["trial", "trial"]);
    await refining.stop();
  });

  it("begins nothing while something more urgent is to be done", async () => {
    const urgent = Promise.withResolvers<void>();
    const { refining, time, done } = scene({ quiet: () => urgent.promise });
    refining.start();
    await Promise.resolve();
    expect(done).toEqual([]);
    urgent.resolve();
    await time.asked();
    expect(done[0]).toBe("trial");
    await refining.stop();
  });

  it("stops at once while it waits for something more urgent", async () => {
    const { refining, done } = scene({ quiet: () => new Promise(() => undefined) });
    refining.start();
    await refining.stop();
    expect(done).toEqual([]);
  });

  it("survives a model that fails, and asks it more and more seldom", async () => {
    let failures = 3;
    const { refining, time } = scene({
      tryOut: async () => {
        failures -= 1;
        if (failures >= 0) throw new Error("no model answers");
        return finished;
      },
    });
    refining.start();
    for (let round = 0; round < 3; round++) {
      await time.asked();
      time.runOut();
    }
    await time.asked();
    expect(time.waits).toEqual([30_000, 60_000, 120_000, 100]);
    expect(refining.totals().failures).toBe(3);
    await refining.stop();
  });

  it("starts once, stops once, and leaves the event loop its turns when the activity was closed before", async () => {
    const { refining, activity, done } = scene({ tryOut: async () => finished });
    refining.start();
    refining.start();
    activity.close();
    await refining.stop();
    await refining.stop();
    refining.start();
    await new Promise((resolve) => setImmediate(resolve));
    expect(done.length).toBeLessThanOrEqual(1);
  });

  it("refuses a share that is none", () => {
    for (const share of [0, -1, 1.01, Number.NaN]) expect(() => scene({}, { share })).toThrow(RangeError);
  });
});
