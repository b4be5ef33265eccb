/**
 * A text on its way out while it is still being made.
 *
 * It guarantees that a piece leaves only when the redaction gate has passed everything up to it and `heldBack` characters beyond: a secret that begins in what
 * would leave has then been seen, unless it is longer than that and looks like plain words for so long. What does not pass stays, and with the whole text the gate
 * has the last word.
 */
import type { Gate } from "@grapevine/distill";
import { nodeErrors } from "./errors.ts";

/** Longer than any form of secret that is one line, and three lines of a key that has many. */
const heldBack = 256;
/** New characters after which the gate looks again: a check takes about a millisecond. */
const checkedEvery = 128;

export class GatedText {
  readonly #gate: Gate;
  readonly #send: (piece: string) => void;
  #text = "";
  #left = 0;
  #checked = 0;
  #checking: Promise<void> = Promise.resolve();
  #busy = false;

  constructor(gate: Gate, send: (piece: string) => void) {
    this.#gate = gate;
    this.#send = send;
  }

  get hasLeft(): boolean {
    return this.#left > 0;
  }

  push(piece: string): void {
    this.#text = (this.#text + piece).trimStart();
    if (this.#busy || this.#text.length - Math.max(this.#checked, heldBack) < checkedEvery) return;
    this.#busy = true;
    this.#checking = this.#check().finally(() => {
      this.#busy = false;
    });
    // A gate that cannot work is `end`'s to report: nothing leaves meanwhile.
    this.#checking.catch(() => undefined);
  }

  /** Sends what has not left yet. @throws ANSWER_WITHHELD when the gate stops the whole text */
  async end(whole: string): Promise<void> {
    await this.#checking;
    const { passes, findings } = await this.#gate.check(whole);
    if (!passes) {
      const rules = [...new Set(findings.map(({ rule }) => rule))].join(", ");
      throw nodeErrors.create("ANSWER_WITHHELD", `the redaction gate of the answering node stopped the answer: ${rules}`);
    }
    if (whole.length > this.#left) this.#send(whole.slice(this.#left));
  }

  /** Looks at what is there; lets out whole words only, since half a secret may look like none. */
  async #check(): Promise<void> {
    const text = this.#text;
    this.#checked = text.length;
    const { passes } = await this.#gate.check(text);
    if (!passes) return;
    const end = text.slice(0, text.length - heldBack).search(/\s\S*$/);
    if (end <= this.#left) return;
    this.#send(text.slice(this.#left, end));
    this.#left = end;
  }
}
