/** Sends pieces of text as frames, in order, as fast as the stream takes them; pieces that wait are joined. */
import { networkErrors } from "./errors.ts";

/** Characters a frame: at most three bytes each in UTF-8, and a pair of surrogates four. */
const maxCharactersPerFrame = 16_384;

export class TextSender {
  readonly #send: (text: string) => Promise<void>;
  readonly #maxBytes: number;
  readonly #failure = new AbortController();
  #pushedBytes = 0;
  #waiting = "";
  #busy = false;
  #sending: Promise<void> = Promise.resolve();

  constructor(send: (text: string) => Promise<void>, maxBytes: number) {
    this.#send = send;
    this.#maxBytes = maxBytes;
  }

  /** Fires when the text became too long or could not be sent. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  push(piece: string): void {
    this.#pushedBytes += Buffer.byteLength(piece, "utf8");
    if (this.#pushedBytes > this.#maxBytes) {
      this.#failure.abort(networkErrors.create("ASK_FAILED", `the answer is longer than ${this.#maxBytes} bytes`));
      return;
    }
    this.#waiting += piece;
    if (this.#busy) return;
    this.#busy = true;
    this.#sending = this.#drain();
  }

  /** Resolves when everything is on its way. @throws what stopped it */
  async flush(): Promise<void> {
    await this.#sending;
    this.#failure.signal.throwIfAborted();
    if (this.#waiting !== "") await this.#send(this.#waiting.toWellFormed());
  }

  async #drain(): Promise<void> {
    try {
      for (let piece = this.#take(); piece !== "" && !this.failed.aborted; piece = this.#take()) await this.#send(piece);
    } catch (error) {
      this.#failure.abort(error);
    }
    this.#busy = false;
  }

  /** A pair of surrogates is never cut: its first half waits for the second. */
  #take(): string {
    const cut = this.#waiting.slice(0, maxCharactersPerFrame);
    const piece = /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
    this.#waiting = this.#waiting.slice(piece.length);
    return piece;
  }
}
