/** What a person does about a node's keys: look at them, and replace the present one by the next. The node must not run while its key changes. */
import {
  type AuthorId,
  commitsTo,
  GrapevineError,
  type Identity,
  keptDigests,
  keyHashOf,
  type LessonStore,
  limits,
  ownersOf,
  type RecordId,
  type RotationBody,
  RotationIndex,
  type SignedRecord,
  signRecord,
  systemClock,
} from "@grapevine/core";
import { openStore, type Store } from "@grapevine/store";
import { nodeErrors } from "./errors.ts";
import { homeOf, loadIdentity, type NodeHome, readIdentityNote, readKey, readOrMakeKey, writePrivately } from "./home.ts";
import { type KeyChange, keyFilesOf, noteIdentity, settleKeys } from "./key-files.ts";
import { recordsOf } from "./membership.ts";
import { onlyName } from "./only-name.ts";
import { restateMemberships } from "./restating.ts";
import { loadSettings } from "./settings.ts";

export interface IdentityInit {
  /** The folder of all nodes of this user. */
  readonly home: string;
  /** Default: the home's only node. */
  readonly name?: string;
}

export interface IdentityReport {
  readonly node: string;
  readonly author: AuthorId;
  readonly keyFile: string;
  /** Where the next key is, or belongs. */
  readonly nextKeyFile: string;
  /** `here`: the file holds the key that was committed to. `elsewhere`: there is no such file. `wrong`: it holds another key. `none`: nothing was committed to yet. */
  readonly nextKey: "here" | "elsewhere" | "wrong" | "none";
  /** sha2-256 of the next public key, in hexadecimal: what others hold this node to. */
  readonly nextKeyHash?: string;
  /** Milliseconds since the epoch. */
  readonly rotatedAt?: number | undefined;
  /** The key before this one. */
  readonly follows?: AuthorId | undefined;
}

export interface RotateInit extends IdentityInit {
  /** Where the next key is; default: in the node's home. */
  readonly nextKeyFile?: string;
  /** The key was stolen then, milliseconds since the epoch: of what came here later by that key nothing stays. */
  readonly since?: number;
}

export interface RotateReply extends KeyChange {
  readonly node: string;
  /** Records of the old key that stay, and that go. Absent: it was decided by an earlier call that was broken off. */
  readonly records?: { readonly kept: number; readonly dropped: number };
  readonly nextKeyFile: string;
  /** The closed swarm that the key owns, where it does: how many members the new key has said again as they stood, itself included, and how many it has revoked. */
  readonly owned?: { readonly swarm: string; readonly said: number; readonly revoked: number };
}

/** Works whether or not the node runs. @throws NODE_NAME_INVALID, NODE_AMBIGUOUS, KEY_MISSING, KEY_MALFORMED, SETTINGS_MALFORMED, HOME_UNUSABLE */
export async function showIdentity(init: IdentityInit): Promise<IdentityReport> {
  const home = homeOf(init.home, init.name ?? (await onlyName(init.home)));
  const files = keyFilesOf(home);
  const { author } = await loadIdentity(home, { mayCreate: false });
  const [note, next] = await Promise.all([readIdentityNote(home), readKey(files.next)]);
  const where = { node: home.name, author, keyFile: files.key, nextKeyFile: files.next };
  // A note on another key is from before a rotation that was broken off: the next start, or the next rotation, ends it.
  if (note === undefined || note.author !== author) return { ...where, nextKey: "none" };
  const { nextKeyHash, rotatedAt, follows } = note;
  const isRight = next !== undefined && Buffer.from(keyHashOf(next.author)).toString("hex") === nextKeyHash;
  return { ...where, nextKey: next === undefined ? "elsewhere" : isRight ? "here" : "wrong", nextKeyHash, rotatedAt, follows };
}

/**
 * Ends a rotation that was broken off, or else makes one: the next key names the old one's records that stay, and its own next.
 * @throws KEY_NOT_COMMITTED, KEY_NEXT_MISSING, KEY_NEXT_WRONG, KEY_SUCCESSION_FULL, KEY_IN_USE, KEY_MISSING, KEY_MALFORMED, HOME_UNUSABLE, and what the
 * store throws when it is opened
 */
export async function rotateKey(init: RotateInit): Promise<RotateReply> {
  return await withStore(init, async (home, { lessons }) => {
    const files = keyFilesOf(home);
    const ended = await settleKeys(home, lessons);
    if (ended !== undefined) await noteIdentity(home, ended.to, new RotationIndex(await lessons.rotations()));
    if (ended !== undefined) return { node: home.name, ...ended, nextKeyFile: files.next };
    const present = await loadIdentity(home, { mayCreate: false });
    const { swarm = "" } = await loadSettings(home);
    const next = await committedKey(init.nextKeyFile ?? files.next, present, lessons);
    if (init.nextKeyFile !== undefined) await writePrivately(files.next, next.exportSeed());
    const afterNext = await readOrMakeKey(files.afterNext);
    const { staying, leaving } = await recordsOf(present.author, init.since, { store: lessons });
    const kept = staying.slice(0, limits.maxKeptRecords * (limits.maxRotationsOfAuthor - 1));
    const known = await lessons.rotations();
    const records = [
      ...shortRotationOf(present, known, lessons),
      ...rotationsOf(next, { follows: present.author, afterNext, kept, lessons }),
    ];
    const rotations = new RotationIndex([...known, ...records]);
    const owners = ownersOf({ swarm, rotations });
    if (owners.at(-1) === next.author && owners.length > limits.maxSuccession) {
      throw nodeErrors.create("KEY_SUCCESSION_FULL", `the owner's key of ${swarm} has been replaced ${owners.length - 2} times`);
    }
    const restating = { store: lessons, identity: next, clock: systemClock };
    const { changes, said, revoked } = await restateMemberships({ swarm, rotations, since: init.since }, restating);
    await lessons.apply([
      ...records.flatMap((record) => [{ kind: "rotation", record } as const, { kind: "outbox-add", id: record.id } as const]),
      ...changes,
      { kind: "review-begin", author: present.author },
    ]);
    await settleKeys(home, lessons);
    await noteIdentity(home, next.author, rotations);
    return {
      node: home.name,
      from: present.author,
      to: next.author,
      records: { kept: kept.length, dropped: leaving + staying.length - kept.length },
      nextKeyFile: files.next,
      ...(changes.length > 0 && { owned: { swarm, said, revoked } }),
    };
  });
}

/** A rotation of the present key that names nothing, where there is none yet: it is what members of a swarm show of an owner whose keys have followed one another. */
function shortRotationOf(
  present: Identity,
  known: readonly SignedRecord<RotationBody>[],
  lessons: Pick<LessonStore, "nextSequence">,
): SignedRecord<RotationBody>[] {
  const own = new RotationIndex(known).by(present.author);
  const [{ body } = { body: undefined }] = own;
  if (body === undefined || own.some((record) => record.body.keeps === undefined)) return [];
  const { nextKeyHash, follows } = body;
  const draft = { type: "rotation", createdAt: systemClock.now(), nextKeyHash, follows } as const;
  return [signRecord<RotationBody>(present, { ...draft, seq: lessons.nextSequence() })];
}

/** The first name what stays; the last names nothing, and is short. */
function rotationsOf(
  next: Identity,
  parts: {
    readonly follows: AuthorId;
    readonly afterNext: Identity;
    readonly kept: readonly RecordId[];
    readonly lessons: Pick<LessonStore, "nextSequence">;
  },
): SignedRecord<RotationBody>[] {
  const { follows, afterNext, kept, lessons } = parts;
  const count = Math.ceil(kept.length / limits.maxKeptRecords) + 1;
  const createdAt = systemClock.now();
  return Array.from({ length: count }, (_, index) => {
    const named = kept.slice(index * limits.maxKeptRecords, (index + 1) * limits.maxKeptRecords);
    return signRecord<RotationBody>(next, {
      type: "rotation",
      seq: lessons.nextSequence(),
      createdAt,
      nextKeyHash: keyHashOf(afterNext.author),
      follows,
      keeps: named.length === 0 ? undefined : keptDigests(named),
    });
  });
}

async function committedKey(file: string, { author }: Identity, lessons: Pick<LessonStore, "rotations">): Promise<Identity> {
  const [commitment] = new RotationIndex(await lessons.rotations()).by(author);
  if (commitment === undefined) throw nodeErrors.create("KEY_NOT_COMMITTED", `${author} has not committed to a next key`);
  const next = await readKey(file);
  if (next === undefined) throw nodeErrors.create("KEY_NEXT_MISSING", `there is no next key in ${file}`);
  if (!commitsTo(commitment.body, next.author)) {
    throw nodeErrors.create("KEY_NEXT_WRONG", `the key in ${file} is not the one that ${author} committed to`);
  }
  return next;
}

async function withStore<T>(init: IdentityInit, action: (home: NodeHome, store: Store) => Promise<T>): Promise<T> {
  const home = homeOf(init.home, init.name ?? (await onlyName(init.home)));
  const store = await openStore({ path: home.storeFolder, clock: systemClock, createIfMissing: false }).catch(
    (error: unknown) => {
      if (!GrapevineError.is(error, "STORE_LOCKED")) throw error;
      throw nodeErrors.create("KEY_IN_USE", `the node ${home.name} runs`, { cause: error });
    },
  );
  try {
    return await action(home, store);
  } finally {
    await store.close();
  }
}
