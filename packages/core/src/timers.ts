import { setTimeout as sleep } from "node:timers/promises";

/** The passing of time as a parameter: a simulation gives its own, in which nobody waits. */
export interface Timers {
  /** Calls once when the time has passed, unless it is cancelled before. */
  after(delayMs: number, call: () => void): Timer;
  /** Fires when the time has passed, with an error named `TimeoutError`. */
  timeoutSignal(delayMs: number): AbortSignal;
  /** Resolves when the time has passed. Rejects when the signal fires before. */
  wait(delayMs: number, signal: AbortSignal): Promise<void>;
  /** Resolves when other work has had its turn: for what would otherwise hold up everything for long. */
  turn(): Promise<void>;
}

export interface Timer {
  cancel(): void;
}

export const systemTimers: Timers = {
  after: (delayMs, call) => {
    const timeout = setTimeout(call, delayMs);
    return { cancel: () => clearTimeout(timeout) };
  },
  timeoutSignal: (delayMs) => AbortSignal.timeout(delayMs),
  wait: (delayMs, signal) => sleep(delayMs, undefined, { signal }),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};
