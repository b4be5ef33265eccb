/** How the mutable things about lessons lie on the disk. Positions in the lists of states and types are on the disk: add at their ends only. */
import {
  type LessonState,
  lessonStates,
  type Principal,
  type RecordId,
  type RecordType,
  type SignedRecord,
  type StoredLesson,
  strangerCalled,
} from "@grapevine/core";
import { z } from "zod";
import { storeErrors } from "./errors.ts";
import { numberBytes } from "./keyspace.ts";

const whole = z.int().nonnegative();
const outcomes = z.object({ worked: z.number(), changed: z.number(), failed: z.number() });
const standing = z.object({ state: z.enum(lessonStates), rule: z.string(), reason: z.string(), since: z.number() });

const trial = z.object({
  wins: whole,
  losses: whole,
  bothRight: whole,
  bothWrong: whole,
  generations: whole,
  verdict: z.enum(["admitted", "refused", "undecided"]),
  tasks: z.array(z.string()).optional(),
  against: z.string().optional(),
  model: z.string(),
  at: z.number(),
});

/** A stored lesson without its record, and its number in the order of receipt. */
export type LessonStanding = Omit<StoredLesson, "record"> & { readonly order: number };

const lessonStandingSchema: z.ZodType<LessonStanding> = z.object({
  order: whole,
  standing,
  history: z.array(standing),
  cluster: z.string(),
  label: whole,
  pinned: z.boolean(),
  receivedAt: z.number(),
  outcomes,
  usedAt: z.number(),
  conflicts: z.array(z.string()),
  topic: whole,
  trial: trial.optional(),
  consolidates: z.string().optional(),
  prunedUtility: z.number().optional(),
});

const principalSchema: z.ZodType<Principal> = z.object({
  author: z.string(),
  name: z.string().optional(),
  standing: z.enum(["trusted", "blocked", "stranger"]),
  outcomes,
  word: z.object({ agreed: whole, disagreed: whole }),
  failuresInRow: whole,
  failingSince: z.number().optional(),
});

export function encodeStanding(lesson: StoredLesson, order: number): Buffer {
  const { record, ...kept } = lesson;
  return encodeKept(record.id, { ...kept, order });
}

/** @throws STORE_CHANGE_INVALID */
export function encodeKept(id: RecordId, kept: LessonStanding): Buffer {
  return encodeJson(lessonStandingSchema, kept, `lesson ${id}`);
}

/** Earlier formats had no conflicts and no topics. */
export function decodeStanding(value: Buffer): LessonStanding {
  const standing = JSON.parse(value.toString());
  standing.conflicts ??= [];
  standing.topic ??= standing.label;
  return standing;
}

export function encodePrincipal(principal: Principal): Buffer {
  return encodeJson(principalSchema, principal, `principal ${principal.author}`);
}

/** Earlier formats had no counts of an author's word. */
export function decodePrincipal(value: Buffer): Principal {
  const principal = JSON.parse(value.toString());
  return { ...strangerCalled(principal.author), ...principal };
}

/** Checked when it is written; when it is read, its checksum shows that it is what was checked. @throws STORE_CHANGE_INVALID */
function encodeJson<T>(schema: z.ZodType<T>, input: T, what: string): Buffer {
  const result = schema.safeParse(input);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw storeErrors.create("STORE_CHANGE_INVALID", `${what}: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  return Buffer.from(JSON.stringify(result.data));
}

/** What the order of receipt holds of each lesson, so that a list finds those of a state or an author without reading the others. */
export interface ReceivedPlace {
  readonly id: RecordId;
  readonly state: LessonState;
  readonly author: string;
}

export function encodeReceived({ id, state, author }: ReceivedPlace): Buffer {
  return Buffer.concat([Buffer.of(lessonStates.indexOf(state), author.length), Buffer.from(author + id, "latin1")]);
}

export function decodeReceived(value: Buffer): ReceivedPlace {
  const authorEnd = 2 + value.readUInt8(1);
  return {
    state: lessonStates[value.readUInt8(0)] as LessonState,
    author: value.toString("latin1", 2, authorEnd),
    id: value.toString("latin1", authorEnd),
  };
}

/** Which record holds what one author says of one lesson, and what decides whether another replaces it. */
export interface AuthoredPointer {
  readonly seq: number;
  readonly createdAt: number;
  readonly id: RecordId;
}

export function pointerTo(record: SignedRecord): AuthoredPointer {
  return { seq: record.body.seq, createdAt: record.body.createdAt, id: record.id };
}

export function encodePointer({ seq, createdAt, id }: AuthoredPointer): Buffer {
  const value = Buffer.allocUnsafe(16 + id.length);
  value.writeBigUInt64BE(BigInt(seq), 0);
  value.writeBigUInt64BE(BigInt(createdAt), 8);
  value.write(id, 16, "latin1");
  return value;
}

export function decodePointer(value: Buffer): AuthoredPointer {
  return { seq: Number(value.readBigUInt64BE(0)), createdAt: Number(value.readBigUInt64BE(8)), id: value.toString("latin1", 16) };
}

const recordTypes: readonly RecordType[] = ["lesson", "attestation", "retraction", "rotation", "membership"];

export function encodeType(type: RecordType): Buffer {
  return Buffer.of(recordTypes.indexOf(type));
}

export function decodeType(value: Buffer): RecordType {
  return recordTypes[value.readUInt8(0)] as RecordType;
}

/** Undefined where it stands for none. */
export function typeOfCode(code: number): RecordType | undefined {
  return recordTypes[code];
}

export function encodeNumber(number: number): Buffer {
  const value = Buffer.allocUnsafe(numberBytes);
  value.writeUIntBE(number, 0, numberBytes);
  return value;
}

export function decodeNumber(value: Buffer): number {
  return value.readUIntBE(0, numberBytes);
}

/** Vectors lie on the disk as this machine holds them; a store is not moved between byte orders. */
export function encodeVector(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

export function decodeVector(value: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(value).buffer);
}
