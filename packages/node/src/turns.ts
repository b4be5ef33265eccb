/** One piece of work after the other, in the order of asking. Whoever gives up waiting is let go at once; the next begins when the one before has ended. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** @throws what the work throws; the signal's reason when it fires before the work has ended */
  async take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const before = this.#last;
    const ended = Promise.withResolvers<void>();
    this.#last = ended.promise;
    const inTurn = async (): Promise<T> => {
      try {
        await before;
        signal.throwIfAborted();
        return await work();
      } finally {
        ended.resolve();
      }
    };
    return await Promise.race([inTurn(), aborted(signal)]);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
