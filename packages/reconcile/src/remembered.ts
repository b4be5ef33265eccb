/** What a pure function of a word gave, kept for the next time. It changes no result, only how soon it is there. */
export class Remembered<Result> {
  readonly #known = new Map<string, Result>();
  readonly #make: (word: string) => Result;

  constructor(make: (word: string) => Result) {
    this.#make = make;
  }

  of(word: string): Result {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    const made = this.#make(word);
    // A longer one is no word, and would not come again.
    if (word.length > maxRememberedLength) return made;
    if (this.#known.size >= maxRemembered) this.#known.clear();
    this.#known.set(word, made);
    return made;
  }
}

/** More words than the lessons of a swarm are made of; a bound, since anybody may write lessons. */
const maxRemembered = 20_000;
const maxRememberedLength = 40;
