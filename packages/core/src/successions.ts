/**
 * Who follows whom: keys that were rotated, decided from rotation records and from nothing else.
 *
 * An author's first rotation that came here commits to the hash of the next key; who shows that key and says whom it follows is the successor. What is guaranteed: a key that is known to
 * be followed makes no new records, whatever date they bear, since the successor names those that stay by their digests; and peers that hold the same rotations take the
 * same records, in whatever order the two came. Whoever has stolen a key has not the next one, so cannot follow it. What is not: that two commitments by one key can be told
 * apart by anything but which came first; the later one is refused (see docs/decisions/0024-key-rotation.md).
 */
import { hash } from "node:crypto";
import { type AuthorId, publicKeyFromAuthor } from "./identity.ts";
import { isKept } from "./kept-digests.ts";
import type { RotationBody, SignedRecord } from "./records.ts";

/** The rotations that are known, found by both ends. All of one author name the same next key and the same predecessor. */
export interface Rotations {
  by(author: AuthorId): readonly SignedRecord<RotationBody>[];
  /** Those that say they follow the author, whether or not the author committed to their key. */
  following(author: AuthorId): readonly SignedRecord<RotationBody>[];
}

/** sha2-256 of the raw public key: what a rotation commits to. */
export function keyHashOf(author: AuthorId): Uint8Array {
  return Uint8Array.from(hash("sha256", publicKeyFromAuthor(author), "buffer"));
}

/** Is the key the one that the rotation commits to? */
export function commitsTo({ nextKeyHash }: Pick<RotationBody, "nextKeyHash">, author: AuthorId): boolean {
  return Buffer.compare(nextKeyHash, keyHashOf(author)) === 0;
}

/** The author's next key, once it has shown itself. */
export function successorOf(author: AuthorId, rotations: Rotations): AuthorId | undefined {
  const following = rotations.following(author);
  const [commitment] = following.length === 0 ? [] : rotations.by(author);
  if (commitment === undefined) return undefined;
  return following.find(({ body }) => commitsTo(commitment.body, body.author))?.body.author;
}

/** The key that the author followed, where that one committed to the author's. */
export function predecessorOf(author: AuthorId, rotations: Rotations): AuthorId | undefined {
  const follows = rotations.by(author)[0]?.body.follows;
  const [commitment] = follows === undefined ? [] : rotations.by(follows);
  return commitment !== undefined && commitsTo(commitment.body, author) ? follows : undefined;
}

/** All keys of whoever has this one: those before it, itself, those after it. */
export function keysOf(author: AuthorId, rotations: Rotations): ReadonlySet<AuthorId> {
  return new Set([...chain(author, predecessorOf, rotations), ...chain(author, successorOf, rotations)]);
}

/** The key with which the author began. */
export function firstKeyOf(author: AuthorId, rotations: Rotations): AuthorId {
  return lastOf(author, predecessorOf, rotations);
}

/** The key that the author has now. */
export function presentKeyOf(author: AuthorId, rotations: Rotations): AuthorId {
  return lastOf(author, successorOf, rotations);
}

/** The key itself, and those that have followed it one after the other. */
export function successorsOf(author: AuthorId, rotations: Rotations): ReadonlySet<AuthorId> {
  return chain(author, successorOf, rotations);
}

/** Do the rotations lead from one key to another: the first by that key, each further one by the key that followed, the last by the other? */
export function leadsFrom(first: AuthorId, steps: readonly SignedRecord<RotationBody>[], last: AuthorId): boolean {
  const follows = (body: RotationBody, before: RotationBody): boolean =>
    body.follows === before.author && commitsTo(before, body.author);
  const bodies = steps.map(({ body }) => body);
  const areInRow = bodies.every((body, index) => {
    const before = bodies[index - 1];
    return before === undefined || follows(body, before);
  });
  return areInRow && bodies[0]?.author === first && bodies.at(-1)?.author === last;
}

/** Those that are known, and after them some more: what an author committed to first stands. */
export function withMore(rotations: Rotations, more: readonly SignedRecord<RotationBody>[]): Rotations {
  return {
    by: (author) => [...rotations.by(author), ...more.filter(({ body }) => body.author === author)],
    following: (author) => [...rotations.following(author), ...more.filter(({ body }) => body.follows === author)],
  };
}

/** Where no key has been followed by another. */
export const noRotations: Rotations = { by: () => none, following: () => none };

/** Is the record by a key that was followed by another, which does not name it among those that stay? Rotations and memberships are always heard. */
export function isRotatedOut(record: SignedRecord, rotations: Rotations): boolean {
  const { author, type } = record.body;
  if (type === "rotation" || type === "membership") return false;
  const successor = successorOf(author, rotations);
  if (successor === undefined) return false;
  return !rotations.by(successor).some(({ body }) => isKept(record.id, body.keeps));
}

/** Of what is said by several keys of one person only what the latest of them says. */
export function latestWords<Said>(
  said: readonly Said[],
  authorOf: (each: Said) => AuthorId,
  rotations: Rotations,
): readonly Said[] {
  const authors = new Set(said.map(authorOf));
  const isOutdated = (author: AuthorId): boolean =>
    [...chain(author, successorOf, rotations)].some((key) => key !== author && authors.has(key));
  return said.filter((each) => !isOutdated(authorOf(each)));
}

/** Rotations in memory. */
export class RotationIndex implements Rotations {
  readonly #by = new Map<AuthorId, SignedRecord<RotationBody>[]>();
  readonly #following = new Map<AuthorId, SignedRecord<RotationBody>[]>();
  #size = 0;

  constructor(records: Iterable<SignedRecord<RotationBody>> = []) {
    for (const record of records) this.add(record);
  }

  get size(): number {
    return this.#size;
  }

  by(author: AuthorId): readonly SignedRecord<RotationBody>[] {
    return this.#by.get(author) ?? none;
  }

  following(author: AuthorId): readonly SignedRecord<RotationBody>[] {
    return this.#following.get(author) ?? none;
  }

  add(record: SignedRecord<RotationBody>): void {
    const { author, follows } = record.body;
    if (this.by(author).some(({ id }) => id === record.id)) return;
    this.#by.set(author, [...this.by(author), record]);
    if (follows !== undefined) this.#following.set(follows, [...this.following(follows), record]);
    this.#size += 1;
  }

  remove(record: SignedRecord<RotationBody>): void {
    const { author, follows } = record.body;
    if (!this.by(author).some(({ id }) => id === record.id)) return;
    drop(this.#by, author, record);
    if (follows !== undefined) drop(this.#following, follows, record);
    this.#size -= 1;
  }
}

type Step = (author: AuthorId, rotations: Rotations) => AuthorId | undefined;

/** The key itself and those that are reached from it. Two keys may follow one another in a ring, for somebody's amusement: each comes once. */
function chain(author: AuthorId, step: Step, rotations: Rotations): ReadonlySet<AuthorId> {
  const keys = new Set([author]);
  for (let key = step(author, rotations); key !== undefined && !keys.has(key); key = step(key, rotations)) keys.add(key);
  return keys;
}

function lastOf(author: AuthorId, step: Step, rotations: Rotations): AuthorId {
  return [...chain(author, step, rotations)].at(-1) ?? author;
}

const none: readonly SignedRecord<RotationBody>[] = [];

function drop(lists: Map<AuthorId, SignedRecord<RotationBody>[]>, key: AuthorId, record: SignedRecord<RotationBody>): void {
  const left = (lists.get(key) ?? []).filter(({ id }) => id !== record.id);
  if (left.length === 0) lists.delete(key);
  else lists.set(key, left);
}
