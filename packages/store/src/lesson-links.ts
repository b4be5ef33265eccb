/**
 * What lessons say of others, found from the other end: which derive from a lesson, which supersede it, and which have passed their date. Derived from frames and
 * standings, written by the commit that changes the lesson.
 *
 * Guarantees: an answer is complete. A store that was written before there were links lacks a mark; the first question then goes through all lessons once, a small
 * commit at a time, and waits for that. Does not: hold anything in memory.
 */
import { type AuthorId, isRecordId, type LessonBody, type LessonState, type RecordId, type SignedRecord } from "@grapevine/core";
import type { Database, Write } from "./database.ts";
import { eachLesson, type RebuildComponents } from "./glance-rebuild.ts";
import {
  authoredKey,
  authorOfAuthoredKey,
  descendantKey,
  expiryKey,
  idOfExpiryKey,
  keyspaces,
  lastLessonOfKey,
  prefixRange,
  supersederKey,
  textKey,
} from "./keyspace.ts";
import { seal } from "./sealed-value.ts";
import type { Transaction } from "./transaction.ts";

const markKey: Buffer = textKey(keyspaces.meta, "links 2");
const nothing: Uint8Array = new Uint8Array(0);

/** For a store without lessons. */
export function linksMark(): Write {
  return { key: markKey, sealed: seal(markKey, nothing) };
}

/** Of a lesson that is new here. */
export function putLinks(transaction: Transaction, { id, body }: SignedRecord<LessonBody>): void {
  for (const ancestor of body.derivedFrom) {
    transaction.put(descendantKey(ancestor, id), Buffer.from(body.author, "latin1"));
  }
  if (body.supersedes !== undefined) transaction.put(supersederKey(body.supersedes, body.author, id), nothing);
}

export function removeLinks(transaction: Transaction, { id, body }: SignedRecord<LessonBody>): void {
  for (const ancestor of body.derivedFrom) transaction.delete(descendantKey(ancestor, id));
  if (body.supersedes !== undefined) transaction.delete(supersederKey(body.supersedes, body.author, id));
}

/** Of a lesson that is new here, or has another state. */
export function placeExpiry(
  transaction: Transaction,
  { id, expiresAt, state }: { id: RecordId; expiresAt: number | undefined; state: LessonState },
): void {
  if (expiresAt === undefined) return;
  if (state === "archived" || state === "retracted") transaction.delete(expiryKey(expiresAt, id));
  else transaction.put(expiryKey(expiresAt, id), nothing);
}

export interface Descendant {
  readonly id: RecordId;
  readonly author: AuthorId;
}

export class LessonLinks {
  readonly #components: RebuildComponents;
  #filling: Promise<void> | undefined;

  constructor(components: RebuildComponents) {
    this.#components = components;
  }

  /** At most `limit`, in the order of the ids. */
  async descendants(lesson: RecordId, limit?: number): Promise<Descendant[]> {
    if (!isRecordId(lesson)) return []; // a part of an id would be the prefix of others' keys
    const found: Descendant[] = [];
    for await (const { key, value } of this.#links(descendantKey(lesson, ""), limit)) {
      found.push({ id: lastLessonOfKey(key), author: value.toString("latin1") });
    }
    return found;
  }

  /** By the given author, whom nobody else can crowd out. At most `limit`, in the order of the ids. */
  async superseders(lesson: RecordId, author: AuthorId, limit?: number): Promise<RecordId[]> {
    if (!isRecordId(lesson)) return [];
    const found: RecordId[] = [];
    for await (const { key } of this.#links(supersederKey(lesson, author, ""), limit)) found.push(lastLessonOfKey(key));
    return found;
  }

  /** Those that passed their date first come first. `now` in milliseconds since the epoch. */
  async expiredBy(now: number): Promise<RecordId[]> {
    await this.complete();
    const expired: RecordId[] = [];
    const range = { gte: Buffer.of(keyspaces.expiry), lt: expiryKey(Math.max(0, Math.floor(now) + 1), "") };
    for await (const { key } of this.#components.database.entries(range)) expired.push(idOfExpiryKey(key));
    return expired;
  }

  /** Resolves when the links of all lessons are there. */
  async complete(): Promise<void> {
    this.#filling ??= this.#fill();
    try {
      await this.#filling;
    } catch (error) {
      this.#filling = undefined; // the next who asks tries again
      throw error;
    }
  }

  async *#links(prefix: Buffer, limit?: number): ReturnType<Database["entries"]> {
    await this.complete();
    yield* this.#components.database.entries(prefixRange(prefix), limit === undefined ? {} : { limit });
  }

  async #fill(): Promise<void> {
    const { database, commits } = this.#components;
    if ((await database.hasMany([markKey]))[0] === true) return;
    await eachLesson(this.#components, (transaction, record, { standing: { state } }) => {
      putLinks(transaction, record);
      placeExpiry(transaction, { id: record.id, expiresAt: record.body.expiresAt, state });
    });
    await commits.commit((transaction) => transaction.put(markKey, nothing));
  }
}

/** The authors of what is said of a lesson in a keyspace of that. */
export async function authorsAbout(
  database: Database,
  keyspace: typeof keyspaces.attestation | typeof keyspaces.tombstone,
  lesson: RecordId,
): Promise<AuthorId[]> {
  const authors: AuthorId[] = [];
  for await (const { key } of database.entries(prefixRange(authoredKey(keyspace, lesson, ""))))
    authors.push(authorOfAuthoredKey(key));
  return authors;
}
