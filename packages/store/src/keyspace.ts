/**
 * Where everything lies in the one LevelDB. A key is the number of its keyspace, one byte, and then the parts named here.
 *
 * Numbers are never reused: a retired one stays as a comment, so that an old store cannot be misread. Record ids and authors stand in keys as
 * ASCII texts: ids of records have 59 characters, of which LevelDB stores the shared ones once, an abbreviation is a prefix of them, and
 * reading millions of them needs no base32. Numbers are big-endian, so that keys sort as the numbers do.
 */
import { hash } from "node:crypto";
import type { AuthorId, RecordId } from "@grapevine/core";

export const keyspaces = {
  /** name → JSON. `state` (see state.ts), and the marks of complete glances and links, which hold nothing (see glance-rebuild.ts, lesson-links.ts). */
  meta: 0,
  /** commit number → nothing: one key a commit, to find out whether one is missing in the middle (see commit-queue.ts). */
  journal: 1,

  /** experience id → order number, JSON */
  experience: 10,
  /** order number → distillation state, id */
  experienceOrder: 11,

  /** record id → frame, of all five types */
  frame: 20,
  /** record id → type: small, so that presence can be counted without reading frames */
  recordType: 21,
  /** createdAt, record id → type: what is passed on, in the order of anti-entropy */
  recordKey: 22,
  /** lesson id → JSON: the mutable part of a lesson */
  standing: 23,
  /** order number → lesson state, author, id: the order of receipt */
  received: 24,
  /** label → lesson id */
  label: 25,
  /** hash of the normalised text, lesson id → nothing */
  text: 26,
  /** lesson id, author → seq, createdAt, record id of the latest attestation */
  attestation: 27,
  /** lesson id, author → seq, createdAt, record id of the first retraction */
  tombstone: 28,
  /** lesson id, author → nothing: the author has a lesson that derives from it */
  derived: 29,
  /** label → glance (see glance-encoding.ts): derived from `frame` and `standing` */
  glance: 30,
  /** lesson id, author → counts of the latest attestation: derived from `attestation` and `frame` */
  testimony: 31,
  // 32 was superseded lesson id, superseding lesson id → nothing: anybody could make it long. See 35.
  /** ancestor's lesson id, derived lesson id → author of the derived lesson: of the lessons that are here */
  descendant: 33,
  /** expiresAt, lesson id → nothing: of the lessons that are here, are neither archived nor retracted, and expire */
  expiry: 34,
  /** superseded lesson id, author, superseding lesson id → nothing: of the lessons that are here (see lesson-links.ts) */
  superseder: 35,
  /** lesson id → nothing: its frame could not be read, and has not come again yet */
  damaged: 36,

  /** author → JSON */
  principal: 40,
  /** record id → reason */
  refused: 41,
  /** number of the refusal → record id: the oldest is forgotten first */
  refusedOrder: 42,
  /** record id → order number */
  outbox: 43,
  /** author → nothing: the author's lessons are being judged again */
  review: 44,
  /** lesson id → reason: what was deleted at the user's word and must not come back; never forgotten for others */
  forgotten: 45,
  /** any key → nothing: its value was deleted or replaced by forgetting, and may lie in LevelDB's tables still (see scrub.ts) */
  erased: 46,
  /** swarm, member → seq, createdAt, record id of the latest membership record */
  membership: 47,

  /** embedder's id → its number in this store */
  embedder: 50,
  /** embedder's number, label → Float32, little-endian */
  embedding: 51,
} as const;
export type Keyspace = (typeof keyspaces)[keyof typeof keyspaces];

/** A half-open range of keys. */
export interface KeyRange {
  readonly gte: Buffer;
  readonly lt: Buffer;
}

export const stateKey: Buffer = textKey(keyspaces.meta, "state");

/** The key of a text in a keyspace of texts. */
export function textKey(keyspace: Keyspace, text: string): Buffer {
  const key = Buffer.allocUnsafe(1 + Buffer.byteLength(text));
  key.writeUInt8(keyspace, 0);
  key.write(text, 1, "utf8");
  return key;
}

/** The text of a key that `textKey` made. */
export function textOfKey(key: Buffer): string {
  return key.toString("utf8", 1);
}

/** The key of a number below 2^48 in a keyspace of numbers. */
export function numberKey(keyspace: Keyspace, number: number): Buffer {
  const key = Buffer.allocUnsafe(1 + numberBytes);
  key.writeUInt8(keyspace, 0);
  key.writeUIntBE(number, 1, numberBytes);
  return key;
}

/** How many bytes a number takes in a key or at the head of a value. */
export const numberBytes = 6;

/** The number of a key that `numberKey` made. */
export function numberOfKey(key: Buffer): number {
  return key.readUIntBE(1, numberBytes);
}

export function labelKey(label: number): Buffer {
  return uint32Key(keyspaces.label, label);
}

export function glanceKey(label: number): Buffer {
  return uint32Key(keyspaces.glance, label);
}

/** The label of a key that `glanceKey` made. */
export function labelOfGlanceKey(key: Buffer): number {
  return key.readUInt32BE(1);
}

function uint32Key(keyspace: Keyspace, number: number): Buffer {
  const key = Buffer.allocUnsafe(5);
  key.writeUInt8(keyspace, 0);
  key.writeUInt32BE(number, 1);
  return key;
}

/** The key of what one author says of one lesson. */
export function authoredKey(keyspace: Keyspace, lesson: RecordId, author: AuthorId): Buffer {
  return textKey(keyspace, lesson + author);
}

/** The key of what is said of one member of a swarm. */
export function membershipKey(swarm: string, member: AuthorId): Buffer {
  return textKey(keyspaces.membership, membersOf(swarm) + member);
}

/** What the keys of all members of a swarm begin with. No name of a swarm holds a slash. */
export function membersOf(swarm: string): string {
  return `${swarm}/`;
}

/** The lesson of a key that `authoredKey` made. */
export function lessonOfAuthoredKey(key: Buffer): RecordId {
  return key.toString("latin1", 1, 1 + recordIdLength);
}

/** The author of a key that `authoredKey` made. */
export function authorOfAuthoredKey(key: Buffer): AuthorId {
  return key.toString("latin1", 1 + recordIdLength);
}

const recordIdLength = 59;

export function descendantKey(ancestor: RecordId, derived: RecordId): Buffer {
  return textKey(keyspaces.descendant, ancestor + derived);
}

export function supersederKey(superseded: RecordId, author: AuthorId, superseding: RecordId): Buffer {
  return textKey(keyspaces.superseder, superseded + author + superseding);
}

/** The last lesson of a key that ends with one. */
export function lastLessonOfKey(key: Buffer): RecordId {
  return key.toString("latin1", key.length - recordIdLength);
}

/** The key of the note that another key's value is to leave the disk. */
export function erasedKey(key: Buffer): Buffer {
  return Buffer.concat([Buffer.of(keyspaces.erased), key]);
}

/** The other key of a key that `erasedKey` made. */
export function keyOfErased(key: Buffer): Buffer {
  return key.subarray(1);
}

export function recordKeyKey(createdAt: number, id: RecordId): Buffer {
  return timedKey(keyspaces.recordKey, createdAt, id);
}

export function expiryKey(expiresAt: number, id: RecordId): Buffer {
  return timedKey(keyspaces.expiry, expiresAt, id);
}

/** The id of a key that `expiryKey` made. */
export function idOfExpiryKey(key: Buffer): RecordId {
  return recordKeyParts(key).id;
}

function timedKey(keyspace: Keyspace, time: number, id: RecordId): Buffer {
  const key = Buffer.allocUnsafe(9 + id.length);
  key.writeUInt8(keyspace, 0);
  key.writeBigUInt64BE(BigInt(time), 1);
  key.write(id, 9, "latin1");
  return key;
}

export function recordKeyParts(key: Buffer): { readonly createdAt: number; readonly id: RecordId } {
  return { createdAt: Number(key.readBigUInt64BE(1)), id: key.toString("latin1", 9) };
}

/** The start of the keys of all lessons with one normalised text. */
export function textHashPrefix(normalised: string): Buffer {
  return Buffer.concat([Buffer.of(keyspaces.text), hash("sha256", normalised, "buffer").subarray(0, textHashBytes)]);
}

export function textHashKey(normalised: string, id: RecordId): Buffer {
  return Buffer.concat([textHashPrefix(normalised), Buffer.from(id, "latin1")]);
}

export function idOfTextHashKey(key: Buffer): RecordId {
  return key.toString("latin1", 1 + textHashBytes);
}

const textHashBytes = 16;

export function embeddingKey(embedder: number, label: number): Buffer {
  const key = Buffer.allocUnsafe(7);
  key.writeUInt8(keyspaces.embedding, 0);
  key.writeUInt16BE(embedder, 1);
  key.writeUInt32BE(label, 3);
  return key;
}

export function embeddingPrefix(embedder: number): Buffer {
  return embeddingKey(embedder, 0).subarray(0, 3);
}

export function labelOfEmbeddingKey(key: Buffer): number {
  return key.readUInt32BE(3);
}

export function keyspaceRange(keyspace: Keyspace): KeyRange {
  return prefixRange(Buffer.of(keyspace));
}

/** Every key that starts with the prefix. No keyspace is numbered 255, so the prefix has a successor. */
export function prefixRange(prefix: Buffer): KeyRange {
  const lt = Buffer.from(prefix);
  let last = lt.length - 1;
  while (lt[last] === 0xff) last--;
  lt.writeUInt8(lt.readUInt8(last) + 1, last);
  return { gte: prefix, lt: lt.subarray(0, last + 1) };
}
