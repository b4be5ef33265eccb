/**
 * Time that passes as fast as the work in it can be done: what is due next is called, everything that follows from it at that moment ends, and then the clock goes on to
 * what is due after it. The same calls give the same order, every time: what is due at the same moment is called in the order in which it was asked for.
 *
 * It works for code that waits for nothing but these timers and promises. Whoever waits for a socket, a file or the system's own timers is not waited for.
 */
import type { Clock, Timer, Timers } from "@grapevine/core";

interface Appointment {
  readonly atMs: number;
  readonly order: number;
  readonly call: () => void;
  cancelled: boolean;
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
    const appointment = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, call, cancelled: false };
    this.#appointments.push(appointment);
    this.#rise(this.#appointments.length - 1);
    return {
      cancel: () => {
        appointment.cancelled = true;
      },
    };
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
  async pass(durationMs: number, isMet: () => boolean = () => false): Promise<boolean> {
    const endMs = this.#nowMs + durationMs;
    await promisesSettled();
    while (!isMet()) {
      const next = this.#appointments[0];
      if (next === undefined || next.atMs > endMs) {
        this.#nowMs = endMs;
        return false;
      }
      this.#takeFirst();
      if (next.cancelled) continue;
      this.#nowMs = next.atMs;
      next.call();
      await promisesSettled();
    }
    return true;
  }

  #takeFirst(): void {
    const last = this.#appointments.pop();
    if (last === undefined || this.#appointments.length === 0) return;
    this.#appointments[0] = last;
    this.#sink();
  }

  #rise(from: number): void {
    const heap = this.#appointments;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (isBefore(heap[parent] as Appointment, heap[at] as Appointment)) return;
      swap(heap, parent, at);
      at = parent;
    }
  }

  #sink(): void {
    const heap = this.#appointments;
    let at = 0;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && isBefore(heap[child] as Appointment, heap[least] as Appointment)) least = child;
      }
      if (least === at) return;
      swap(heap, least, at);
      at = least;
    }
  }
}

/** One for all: nobody reads its stack, and to make one takes longer than what it ends. */
const timedOut = new DOMException("The operation was aborted due to timeout", "TimeoutError");

/** The system calls this when no promise is left to settle. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(first: Appointment, second: Appointment): boolean {
  return first.atMs < second.atMs || (first.atMs === second.atMs && first.order < second.order);
}

function swap(heap: Appointment[], first: number, second: number): void {
  const moved = heap[first] as Appointment;
  heap[first] = heap[second] as Appointment;
  heap[second] = moved;
}
