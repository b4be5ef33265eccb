/** A running digest of what happened: two runs that did the same have the same. FNV-1a (Fowler, Noll, Vo, 1991) over 32-bit words, in two lanes. */
export class EventTrace {
  #first = 0x811c9dc5;
  #second = 0x01000193;
  count = 0;

  add(...numbers: readonly number[]): void {
    this.count++;
    for (const number of numbers) {
      this.#first = Math.imul(this.#first ^ number, 0x01000193);
      this.#second = Math.imul(this.#second ^ (number + this.#first), 0x01000193);
    }
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return [this.#first, this.#second].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
  }
}
