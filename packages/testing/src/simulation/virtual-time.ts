/**
 * Time that passes as fast as the work in it can be done: what is due next is called, everything that follows from it at that moment ends, and then the clock goes on to
 * what is due after it. The same calls give the same order, every time: what is due at the same moment is called in the order in which it was asked for.
 *
 * It works for code that waits for nothing but these timers and promises. Whoever waits for a socket, a file or the system's own timers is not waited for.
 */
import type { Clock, Timer, Timers } from "@grapevine/core";

class Appointment implements Timer {
  readonly atMs: number;
  readonly order: number;
  readonly call: () => void;
  cancelled = false;

  constructor(atMs: number, order: number, call: () => void) {
    this.atMs = atMs;
    this.order = order;
    this.call = call;
  }

  cancel(): void {
    this.cancelled = true;
  }
}

export class VirtualTime implements Clock, Timers {
  /** A heap: the children of i are 2i + 1 and 2i + 2, and none is due before its parent. */
  readonly #appointments: Appointment[] = [];
  #nowMs: number;
  #order = 0;

  /** Milliseconds since the epoch. */
  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  /** Whole milliseconds, as a system's clock. */
  now(): number {
    return Math.floor(this.#nowMs);
  }

  after(delayMs: number, call: () => void): Timer {
    const appointment = new Appointment(this.#nowMs + Math.max(0, delayMs), this.#order++, call);
    this.#appointments.push(appointment);
    this.#rise(this.#appointments.length - 1);
    return appointment;
  }

  timeoutSignal(delayMs: number): AbortSignal {
    const controller = new AbortController();
    this.after(delayMs, () => controller.abort(timedOut));
    return controller.signal;
  }

  wait(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const stop = (): void => {
        timer.cancel();
        reject(signal?.reason);
      };
      const timer = this.after(delayMs, () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      });
      signal?.addEventListener("abort", stop, { once: true });
    });
  }

  turn(): Promise<void> {
    return this.wait(0);
  }

  /** Lets so much time pass, or less when the condition is met, which is looked at after each moment at which something happened. True when it was met. */
  pass(durationMs: number, isMet: () => boolean = () => false): Promise<boolean> {
    const endMs = this.#nowMs + durationMs;
    return new Promise((resolve, reject) => {
      let isOver = false;
      const goOn = (): void => {
        if (isOver) return;
        try {
          const met = this.#goOn(endMs, isMet);
          if (met === undefined) return;
          isOver = true;
          resolve(met);
        } catch (error) {
          isOver = true;
          reject(error);
        }
      };
      // The system settles all promises between two of these calls, and does the rest of its work after a round of them: that takes longer than most calls do.
      const round = (): void => {
        if (isOver) return;
        for (let call = 0; call < callsPerRound; call++) setImmediate(goOn);
        setImmediate(round);
      };
      round();
    });
  }

  /** Calls what is due next. Gives how it ended where nothing more is to be called until then. */
  #goOn(endMs: number, isMet: () => boolean): boolean | undefined {
    if (isMet()) return true;
    let next = this.#appointments[0];
    for (; next?.cancelled === true && next.atMs <= endMs; next = this.#appointments[0]) this.#takeFirst();
    if (next === undefined || next.atMs > endMs) {
      this.#nowMs = endMs;
      return false;
    }
    this.#takeFirst();
    this.#nowMs = next.atMs;
    next.call();
    return undefined;
  }

  #takeFirst(): void {
    const last = this.#appointments.pop();
    if (last === undefined || this.#appointments.length === 0) return;
    this.#appointments[0] = last;
    this.#sink();
  }

  #rise(from: number): void {
    const heap = this.#appointments;
    const rising = heap[from] as Appointment;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent] as Appointment;
      if (isBefore(above, rising)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = rising;
  }

  #sink(): void {
    const heap = this.#appointments;
    const sinking = heap[0] as Appointment;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      const right = child + 1;
      const least = right < heap.length && isBefore(heap[right] as Appointment, heap[child] as Appointment) ? right : child;
      if (!isBefore(heap[least] as Appointment, sinking)) break;
      heap[at] = heap[least] as Appointment;
      at = least;
    }
    heap[at] = sinking;
  }
}

/** One for all: nobody reads its stack, and to make one takes longer than what it ends. */
const timedOut = new DOMException("The operation was aborted due to timeout", "TimeoutError");

const callsPerRound = 64;

function isBefore(first: Appointment, second: Appointment): boolean {
  return first.atMs < second.atMs || (first.atMs === second.atMs && first.order < second.order);
}
