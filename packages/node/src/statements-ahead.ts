/**
 * What others say of lessons that are not here: how much of it waits, so that the rules can bound it, and what was left aside because of that, so that it is not fetched
 * again and again.
 *
 * Guarantees: the counts are those of what is on the disk, read when they are first asked for; what was left aside is wanted again as soon as its lesson is here. Does
 * not: remember beyond the process what was left aside, nor more of it than `maxPassedOver`; the rest is fetched, and left aside, once more.
 */
import type { AuthorId, LessonStore, RecordId, SignedRecord, StatementAhead } from "@grapevine/core";

/** Ids of statements that were left aside: some 4 MB. */
export const maxPassedOver = 16_384;

export interface AheadCounts {
  readonly ofAuthor: number;
  readonly inAll: number;
}

export class StatementsAhead {
  readonly #store: Pick<LessonStore, "statementsAhead">;
  #counts: Counts | undefined;
  /** The lesson of each, oldest first; and each by its lesson. */
  readonly #passedOver = new Map<RecordId, RecordId>();
  readonly #passedOverOf = new Map<RecordId, Set<RecordId>>();

  constructor(store: Pick<LessonStore, "statementsAhead">) {
    this.#store = store;
  }

  async countsOf(author: AuthorId): Promise<AheadCounts> {
    this.#counts ??= await this.#read();
    return this.#counts.of(author);
  }

  /** What became durable: first what is said of lessons that were not here, then the lessons that came. Was anything left aside that is said of those? */
  follow(statements: readonly StatementAhead[], came: readonly RecordId[]): boolean {
    for (const statement of statements) this.#counts?.add(statement);
    let isAwaited = false;
    for (const lesson of came) {
      this.#counts?.remove(lesson);
      for (const id of this.#passedOverOf.get(lesson) ?? []) isAwaited = this.#passedOver.delete(id) || isAwaited;
      this.#passedOverOf.delete(lesson);
    }
    return isAwaited;
  }

  passOver({ id }: SignedRecord, lesson: RecordId): void {
    this.#passedOver.set(id, lesson);
    const of = this.#passedOverOf.get(lesson) ?? new Set();
    this.#passedOverOf.set(lesson, of.add(id));
    const [oldest] = this.#passedOver;
    if (this.#passedOver.size <= maxPassedOver || oldest === undefined) return;
    this.#passedOver.delete(oldest[0]);
    const rest = this.#passedOverOf.get(oldest[1]);
    rest?.delete(oldest[0]);
    if (rest?.size === 0) this.#passedOverOf.delete(oldest[1]);
  }

  isPassedOver(id: RecordId): boolean {
    return this.#passedOver.has(id);
  }

  async #read(): Promise<Counts> {
    const counts = new Counts();
    for await (const statement of this.#store.statementsAhead()) counts.add(statement);
    return counts;
  }
}

class Counts {
  readonly #byLesson = new Map<RecordId, AuthorId[]>();
  readonly #byAuthor = new Map<AuthorId, number>();
  #inAll = 0;

  of(author: AuthorId): AheadCounts {
    return { ofAuthor: this.#byAuthor.get(author) ?? 0, inAll: this.#inAll };
  }

  add({ lesson, author }: StatementAhead): void {
    const authors = this.#byLesson.get(lesson);
    if (authors === undefined) this.#byLesson.set(lesson, [author]);
    else authors.push(author);
    this.#byAuthor.set(author, (this.#byAuthor.get(author) ?? 0) + 1);
    this.#inAll += 1;
  }

  remove(lesson: RecordId): void {
    for (const author of this.#byLesson.get(lesson) ?? []) {
      const left = (this.#byAuthor.get(author) ?? 1) - 1;
      if (left === 0) this.#byAuthor.delete(author);
      else this.#byAuthor.set(author, left);
      this.#inAll -= 1;
    }
    this.#byLesson.delete(lesson);
  }
}
