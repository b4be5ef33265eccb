/**
 * How long one side of a session waits for the other: so long in all, and so long for each turn.
 *
 * One signal serves the whole session: signals that are composed for each frame cost more than most frames do, and each leaves a timer behind until it would have fired. Whoever
 * made it ends it; then nothing of it is left.
 */
import type { Timer, Timers } from "@grapevine/core";

export interface PatienceInit {
  readonly timers: Timers;
  /** In all. */
  readonly sessionMs: number;
  /** Ends it before. */
  readonly stopped?: AbortSignal | undefined;
}

export class Patience {
  readonly #timers: Timers;
  readonly #controller = new AbortController();
  readonly #session: Timer;
  readonly #stopped: AbortSignal | undefined;
  readonly #onStopped = (): void => this.#controller.abort(this.#stopped?.reason);
  #turn: Timer | undefined;

  constructor({ timers, sessionMs, stopped }: PatienceInit) {
    this.#timers = timers;
    this.#stopped = stopped;
    this.#session = timers.after(sessionMs, this.#lost);
    stopped?.addEventListener("abort", this.#onStopped, { once: true });
    if (stopped?.aborted === true) this.#onStopped();
  }

  /** Fires once, with an error named `TimeoutError` or as `stopped` did. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The other side's turn begins; what was left of its last one is void. */
  forTurn(turnMs: number): AbortSignal {
    this.rest();
    this.#turn = this.#timers.after(turnMs, this.#lost);
    return this.signal;
  }

  /** It is not the other side that is waited for. */
  rest(): void {
    this.#turn?.cancel();
    this.#turn = undefined;
  }

  /** The session is over: the signal fires no more. */
  end(): void {
    this.rest();
    this.#session.cancel();
    this.#stopped?.removeEventListener("abort", this.#onStopped);
  }

  readonly #lost = (): void => this.#controller.abort(new DOMException("the other side took too long", "TimeoutError"));
}
