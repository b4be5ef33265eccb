/** Calls in one process, one after the other, in the order in which they were made. */
import { throwIfAborted } from "../abort.ts";

export class SerialQueue {
  #last: Promise<void> = Promise.resolve();

  /** Runs the work when all earlier work has ended, well or badly. @throws MODEL_ABORTED while waiting, or what the work throws. */
  async run<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const earlier = this.#last;
    const own = Promise.withResolvers<void>();
    this.#last = Promise.all([earlier, own.promise]).then(() => undefined);
    try {
      await untilAborted(earlier, signal);
      throwIfAborted(signal);
      return await work();
    } finally {
      own.resolve();
    }
  }
}

/** Resolves when the promise has, or at once when the signal is given. */
async function untilAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise;
  const given = Promise.withResolvers<void>();
  const onAbort = (): void => given.resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) given.resolve();
  await Promise.race([promise, given.promise]);
  signal.removeEventListener("abort", onAbort);
}
