/** What is judged, on what knowledge, and what comes of it: values only. */
import type {
  AttestationBody,
  AuthorId,
  LessonState,
  MembershipBody,
  MembershipRefusal,
  OutcomeCounts,
  Principal,
  RecordBody,
  RecordId,
  RetractionBody,
  SignedRecord,
  StoredLesson,
} from "@grapevine/core";

/** `everybody`: there are more than one can look through, so that nobody is known not to be one. */
export type Relatives = ReadonlySet<AuthorId> | "everybody";

/** What is known of the people behind a lesson, and what they say of it. */
export interface Testimony {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** This node's own author. */
  readonly self: AuthorId;
  /** Everybody this node knows something of; who is missing is a stranger without outcomes. */
  readonly principals: ReadonlyMap<AuthorId, Principal>;
  /** Attestations of the lesson concerned, one an author. */
  readonly attestations: readonly { readonly body: OutcomeCounts & { readonly author: AuthorId } }[];
  /**
   * Authors whose word on the lesson is not independent: those of the lessons it derives from, and those of lessons that derive from it. The
   * lesson's own author need not be named.
   */
  readonly relatives: Relatives;
}

/** Everything the node knows that bears on a record. `stored` and the rest of it concern the lesson that the record is, or is about. */
export interface KnownState extends Testimony {
  readonly attestations: readonly SignedRecord<AttestationBody>[];
  /**
   * `arrival`: a record came in, or was made here. `review`: a lesson that is here is judged again, since something about it has changed. `pressure`: of all
   * lessons that could be pruned, the least would be lost with this one.
   */
  readonly occasion: "arrival" | "review" | "pressure";
  /** The lesson as it is kept, when it is. */
  readonly stored?: StoredLesson;
  /** The record's id is remembered as one that is not wanted here. */
  readonly refused: boolean;
  /** Where an attestation is judged: the authors of all attestations of the lesson that are here. */
  readonly attesters: readonly AuthorId[];
  /** Where an attestation or a retraction is judged whose lesson is not here: how many such are here already. */
  readonly ahead: { readonly ofAuthor: number; readonly inAll: number };
  /** Retractions of the lesson, by whomsoever. */
  readonly tombstones: readonly SignedRecord<RetractionBody>[];
  /** Lessons that are here with the same normalised text. */
  readonly sameText: readonly StoredLesson[];
  /** Lessons of the same author, not taken back, that say they supersede it. */
  readonly supersededBy: readonly RecordId[];
  /** Lessons that it derives from, at any remove, and that their authors took back. */
  readonly retractedAncestors: readonly RecordId[];
  /** Why the record has no place in the swarm, where it has none. */
  readonly membershipRefusal?: MembershipRefusal | undefined;
  /** Of a membership record: the one about the same member that is here. */
  readonly membership?: SignedRecord<MembershipBody> | undefined;
  /** A draft of one's own for a whole cluster that arrives: the member that it has to beat. */
  readonly consolidates?: RecordId;
}

/** A lesson that is here and lies near the judged one. */
export interface LessonNeighbour {
  readonly lesson: StoredLesson;
  /** Cosine of their embeddings, from −1 to 1. */
  readonly similarity: number;
}

export interface JudgeInput<Body extends RecordBody = RecordBody> {
  readonly record: SignedRecord<Body>;
  /** Nearest first. Empty as long as the lesson is not embedded, and for every other type of record. */
  readonly neighbours: readonly LessonNeighbour[];
  readonly state: KnownState;
}

/** Which rule decided, and why. */
export interface Finding {
  /** The rule's name in the table. */
  readonly rule: string;
  /** Stable, for machines. */
  readonly code: string;
  /** One sentence for people, without a full stop. */
  readonly reason: string;
}

/** The judged lesson says what another says, and joins its cluster. */
export interface Joining extends Finding {
  readonly with: RecordId;
  readonly cluster: RecordId;
}

/** The judged lesson gives opposite guidance for the situation of others. */
export interface Contradicting extends Finding {
  readonly with: readonly RecordId[];
}

/** The lesson concerned is kept, in this state. */
export interface LessonVerdict extends Finding {
  /**
   * `admit`: believed, or one's own. `hold`: kept and not used. `archive`: kept, not used, not judged again. `retract`: its author took it back, for
   * good; where the record was the retraction, that is to be kept as well.
   */
  readonly action: "admit" | "hold" | "archive" | "retract";
  readonly state: LessonState;
  readonly cluster: RecordId;
  readonly joined?: Joining;
  /** Conflicts that were not known before. */
  readonly contradicts?: Contradicting;
}

/** No lesson changes its state. */
export interface RecordVerdict extends Finding {
  /**
   * `accept`: the record is kept and passed on. `refuse`: it is not kept, and its id is remembered so that nobody's copy is fetched again.
   * `ignore`: it is not kept, and nothing is remembered; the same record may be judged otherwise another time.
   */
  readonly action: "accept" | "refuse" | "ignore";
}

export type Verdict = LessonVerdict | RecordVerdict;

export function isLessonVerdict(verdict: Verdict): verdict is LessonVerdict {
  return "state" in verdict;
}
