/**
 * Which lessons have anything in a keyspace whose keys begin with a lesson's id. Few of all lessons are attested or derived from, and a search that finds nothing
 * costs as much as one that finds something. Guarantees: what was noted before a commit, or was on the disk at the first question, is known. Does not: forget.
 */
import type { RecordId } from "@grapevine/core";
import type { Database } from "./database.ts";
import { type Keyspace, keyspaceRange, lessonOfAuthoredKey } from "./keyspace.ts";

export class MentionedLessons {
  readonly #database: Database;
  readonly #keyspace: Keyspace;
  readonly #lessons: Set<RecordId> = new Set();
  #reading: Promise<void> | undefined;

  constructor(database: Database, keyspace: Keyspace) {
    this.#database = database;
    this.#keyspace = keyspace;
  }

  /** Before the commit that mentions it. */
  note(lesson: RecordId): void {
    this.#lessons.add(lesson);
  }

  /** The first call reads the keys of the keyspace: some tens of milliseconds for 100,000. */
  async has(lesson: RecordId): Promise<boolean> {
    this.#reading ??= this.#read();
    await this.#reading;
    return this.#lessons.has(lesson);
  }

  async #read(): Promise<void> {
    try {
      for await (const keys of this.#database.keyChunks(keyspaceRange(this.#keyspace))) {
        for (const key of keys) this.#lessons.add(lessonOfAuthoredKey(key));
      }
    } catch (error) {
      this.#reading = undefined; // the next who asks tries again
      throw error;
    }
  }
}
