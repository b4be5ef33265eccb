/**
 * A node's keys on the disk, and how the next takes the place of the present one.
 *
 * A rotation is decided when its records are in the store; the files follow, by renaming. Whatever a kill leaves behind, `settleKeys` ends it by what the store says, so that the key with
 * which a node starts is always the one that it has told others it would start with.
 */
import { join } from "node:path";
import {
  type AuthorId,
  type Clock,
  commitsTo,
  type Identity,
  keyHashOf,
  type LessonStore,
  type RotationBody,
  RotationIndex,
  type Rotations,
  signRecord,
} from "@grapevine/core";
import { type NodeHome, readKey, readOrMakeKey, replaceFile, writeIdentityNote } from "./home.ts";

export interface KeyFiles {
  readonly key: string;
  /** What the present key's commitment names. It may be kept elsewhere. */
  readonly next: string;
  /** What the next key's commitment will name; there while a rotation is under way. */
  readonly afterNext: string;
}

type KeyStore = Pick<LessonStore, "apply" | "nextSequence" | "rotations">;

/** Who was replaced by whom. */
export interface KeyChange {
  readonly from: AuthorId;
  readonly to: AuthorId;
}

export function keyFilesOf({ folder }: NodeHome): KeyFiles {
  return { key: join(folder, "key"), next: join(folder, "next-key"), afterNext: join(folder, "next-key-but-one") };
}

/**
 * Makes the files what the store says, where a rotation was broken off; gives the change of key, where there was one. For whoever holds the store's lock.
 * @throws KEY_MALFORMED, HOME_UNUSABLE
 */
export async function settleKeys(home: NodeHome, store: Pick<LessonStore, "rotations">): Promise<KeyChange | undefined> {
  const files = keyFilesOf(home);
  const afterNext = await readKey(files.afterNext);
  if (afterNext === undefined) return undefined;
  const rotations = new RotationIndex(await store.rotations());
  const [present, next] = await Promise.all([readKey(files.key), readKey(files.next)]);
  if (present === undefined) return undefined;
  const follows = next === undefined ? undefined : rotations.by(next.author)[0]?.body.follows;
  if (next !== undefined && follows === present.author) {
    await replaceFile(files.next, files.key);
    await replaceFile(files.afterNext, files.next);
    return { from: present.author, to: next.author };
  }
  const [own] = rotations.by(present.author);
  if (own?.body.follows === undefined || !commitsTo(own.body, afterNext.author)) return undefined;
  await replaceFile(files.afterNext, files.next);
  return { from: own.body.follows, to: present.author };
}

/**
 * Commits to a next key, once in a key's life: at its first start, or at the first start of a home from before. What a start writes is published when the network is there.
 * @throws KEY_MALFORMED, HOME_UNUSABLE
 */
export async function commitNextKey(home: NodeHome, identity: Identity, store: KeyStore, clock: Clock): Promise<void> {
  const rotations = new RotationIndex(await store.rotations());
  if (rotations.by(identity.author).length === 0) {
    const next = await readOrMakeKey(keyFilesOf(home).next);
    const record = signRecord<RotationBody>(identity, {
      type: "rotation",
      seq: store.nextSequence(),
      createdAt: clock.now(),
      nextKeyHash: keyHashOf(next.author),
    });
    const publish = { kind: "outbox-add", id: record.id } as const;
    await store.apply([{ kind: "rotation", record }, publish]);
    rotations.add(record);
  }
  await noteIdentity(home, identity.author, rotations);
}

/** Writes down what `rotations` say of the author. */
export async function noteIdentity(home: NodeHome, author: AuthorId, rotations: Rotations): Promise<void> {
  const [own] = rotations.by(author);
  if (own === undefined) return;
  const { nextKeyHash, follows, createdAt } = own.body;
  const rotated = follows === undefined ? {} : { follows, rotatedAt: createdAt };
  await writeIdentityNote(home, { author, nextKeyHash: Buffer.from(nextKeyHash).toString("hex"), ...rotated });
}
