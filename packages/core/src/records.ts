/**
 * The five records that peers exchange (docs/ARCHITECTURE.md, "Records"). These are their bodies as the program sees them: ids and authors are
 * texts. `record-schema.ts` holds them to their limits; `codec.ts` turns them into bytes and back.
 */
import type { AuthorId } from "./identity.ts";

export const recordVersion = 1;

/** CIDv1 (dag-cbor, sha2-256) of a body, in base32: `bafyrei…`. */
export type RecordId = string;

interface CommonBody {
  readonly v: typeof recordVersion;
  /** The key that signs. */
  readonly author: AuthorId;
  /** Grows with each record of an author; orders them where clocks cannot. */
  readonly seq: number;
  /** Milliseconds since the epoch, by the author's clock. Shown, checked against the future, never used to decide which of two wins. */
  readonly createdAt: number;
  /** Milliseconds since the epoch; past it the record is no longer used or passed on. */
  readonly expiresAt?: number;
}

export const lessonKinds = ["strategy", "pitfall", "fact", "procedure"] as const;
export type LessonKind = (typeof lessonKinds)[number];

/** A worked example: one task of the kind, and the steps that were seen to do it. Taken from a trajectory, never invented. */
export interface LessonExample {
  readonly task: string;
  readonly steps: readonly string[];
}

/** How often following the lesson's source worked, and who said so. */
export interface LessonEvidence {
  readonly worked: number;
  readonly changed: number;
  readonly failed: number;
  /** `environment`: a checker saw it. `feedback`: the user said so. `author`: taught by hand, without a trial. */
  readonly verifiedBy: "environment" | "feedback" | "author";
}

export interface LessonBody extends CommonBody {
  readonly type: "lesson";
  readonly kind: LessonKind;
  readonly title: string;
  /** When it applies. */
  readonly situation: string;
  /** What to do, in the imperative. */
  readonly guidance: string;
  readonly example?: LessonExample;
  readonly evidence: LessonEvidence;
  readonly tags: readonly string[];
  /** Tool and version facts that the lesson depends on. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The model that drafted it; lessons carry over between models with losses. */
  readonly model?: string;
  /** Remote lessons that were in the prompt when the experience was made: what this lesson cannot corroborate. */
  readonly derivedFrom: readonly RecordId[];
  readonly supersedes?: RecordId;
}

/** Running counts of one author for one lesson; a later attestation (by `seq`) replaces an earlier. */
export interface AttestationBody extends CommonBody {
  readonly type: "attestation";
  readonly lesson: RecordId;
  readonly worked: number;
  readonly changed: number;
  readonly failed: number;
}

/** An author's tombstone for a lesson of their own. */
export interface RetractionBody extends CommonBody {
  readonly type: "retraction";
  readonly lesson: RecordId;
  readonly reason?: string;
}

/**
 * Pre-rotation: an author's first rotation commits to the hash of the key that will follow; the record that reveals that key is signed by it, names
 * the author it follows, and commits to the next. Who steals a key cannot name its successor.
 */
export interface RotationBody extends CommonBody {
  readonly type: "rotation";
  /** sha2-256 of the next raw public key. */
  readonly nextKeyHash: Uint8Array;
  /** The author whose commitment this record's key fulfils; absent in an author's first rotation. */
  readonly follows?: AuthorId;
  /** Of one that follows: digests of those of the predecessor's records that stay (see `keptDigests`); where it takes several records to name them, each names some. Absent: none does. */
  readonly keeps?: Uint8Array;
}

export const membershipStates = ["admitted", "revoked"] as const;

/**
 * The owner of a closed swarm says who is in it. Of the records about one member the one with the largest sequence number counts, so that a member may be admitted, revoked, and
 * admitted again. It has no `expiresAt`: a record that peers drop by its date would take with it what made its member's lessons welcome.
 */
export interface MembershipBody extends CommonBody {
  readonly type: "membership";
  /** The full name of the swarm, which names the author, or a key that the author has followed, as its owner. */
  readonly swarm: string;
  readonly member: AuthorId;
  readonly state: (typeof membershipStates)[number];
  /** Of one who is admitted: milliseconds since the epoch; later than that, the member is none. Absent: until revoked. */
  readonly until?: number;
  /** Of one who is revoked: digests of those of the member's records that stay (see `keptDigests`). Absent: none does. */
  readonly keeps?: Uint8Array;
  /**
   * Where the author is not the key that the swarm's name names: frames of rotations by which the author has followed it. The first is by that key, each further one by the key that
   * followed, the last by the author. So whoever gets the record needs to have heard of none of them.
   */
  readonly succession?: readonly Uint8Array[];
}

export type RecordBody = LessonBody | AttestationBody | RetractionBody | RotationBody | MembershipBody;
export type RecordType = RecordBody["type"];

/** A record whose signature and id were checked. `frame` is exactly what goes over the wire. */
export interface SignedRecord<Body extends RecordBody = RecordBody> {
  readonly id: RecordId;
  readonly body: Body;
  readonly frame: Uint8Array;
}

export function isLesson(record: SignedRecord): record is SignedRecord<LessonBody> {
  return record.body.type === "lesson";
}

export function isAttestation(record: SignedRecord): record is SignedRecord<AttestationBody> {
  return record.body.type === "attestation";
}

export function isRetraction(record: SignedRecord): record is SignedRecord<RetractionBody> {
  return record.body.type === "retraction";
}

export function isRotation(record: SignedRecord): record is SignedRecord<RotationBody> {
  return record.body.type === "rotation";
}

export function isMembership(record: SignedRecord): record is SignedRecord<MembershipBody> {
  return record.body.type === "membership";
}

/** What a lesson's text is compared and embedded by. Provenance and evidence are left out: they do not say what it is about. */
export function lessonText(lesson: Pick<LessonBody, "title" | "situation" | "guidance">): string {
  return `${lesson.title}. ${lesson.situation}. ${lesson.guidance}`;
}
