/** Text as it grows: found out where it ends, and passed on as soon as it is sure to belong to the answer. */

export interface AnswerTextInit {
  readonly stop: readonly string[];
  readonly onText?: (piece: string) => void;
}

export class AnswerText {
  readonly #stop: readonly string[];
  readonly #onText: ((piece: string) => void) | undefined;
  #text = "";
  #passedOn = 0;

  constructor(init: AnswerTextInit) {
    this.#stop = init.stop.filter((text) => text !== "");
    this.#onText = init.onText;
  }

  /** Takes the whole text so far. True when it holds a stop text, before which the answer then ends. */
  grow(text: string): boolean {
    const ends = this.#stop.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    const stopped = ends.length > 0;
    this.#text = stopped ? text.slice(0, Math.min(...ends)) : text;
    this.#passOn(stopped ? this.#text.length : this.#text.length - this.#uncertain());
    return stopped;
  }

  /** The answer, once no more comes. */
  finish(): string {
    this.#passOn(this.#text.length);
    return this.#text;
  }

  /** How many characters at the end may still turn out to begin a stop text, or are a part of a character. */
  #uncertain(): number {
    const broken = /\uFFFD*$/.exec(this.#text)?.[0].length ?? 0;
    const longest = Math.max(0, ...this.#stop.map((stop) => stop.length - 1));
    for (let length = Math.min(longest, this.#text.length); length > broken; length--) {
      const end = this.#text.slice(-length);
      if (this.#stop.some((stop) => stop.startsWith(end))) return length;
    }
    return broken;
  }

  #passOn(until: number): void {
    if (until <= this.#passedOn) return;
    const piece = this.#text.slice(this.#passedOn, until);
    this.#passedOn = until;
    this.#onText?.(piece);
  }
}
