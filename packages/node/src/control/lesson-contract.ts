/** What the control API says and takes of lessons. */
import type { LeftOutReason } from "@grapevine/agent";
import type { LessonKind, LessonState } from "@grapevine/core";

export interface UsedLesson {
  readonly id: string;
  readonly title: string;
  readonly author: string;
  /** What this node calls the author, when it knows a name. */
  readonly authorName?: string;
  readonly similarity: number;
  readonly trust: number;
  readonly own: boolean;
}

/** A lesson that may be used, was near the question, and is not in the prompt. */
export interface LeftOutLesson extends UsedLesson {
  readonly reason: LeftOutReason;
}

/** `POST /api/recall`: what the agent would be given for a task, without asking the model. */
export interface RecallRequest {
  readonly text: string;
  /** Most lessons, 1 to 8. Default 3. */
  readonly limit?: number;
}

export interface RecallReply {
  readonly lessons: readonly RecalledLessonSummary[];
}

/** A lesson with what it says, as it would stand in a prompt; best first. */
export interface RecalledLessonSummary extends UsedLesson {
  readonly kind: LessonKind;
  readonly situation: string;
  readonly guidance: string;
  readonly example?: { readonly task: string; readonly steps: readonly string[] };
  /** Lower bound, from 0 to 1. */
  readonly utility: number;
}

export interface TeachRequest {
  /** When the lesson applies. */
  readonly situation: string;
  /** What to do. */
  readonly guidance: string;
  /** Default: the beginning of the guidance. */
  readonly title?: string;
  /** Default `strategy`. */
  readonly kind?: LessonKind;
  readonly tags?: readonly string[];
}

/** `POST /api/teach`; also what `POST /api/lessons/:id/retract` answers, with `state: "retracted"`. */
export interface LessonReply {
  readonly id: string;
  readonly title: string;
  readonly state: string;
}

/** A line of `GET /api/lessons?state=…&limit=…`. */
export interface LessonSummary {
  readonly id: string;
  readonly state: LessonState;
  readonly kind: string;
  readonly title: string;
  readonly situation: string;
  readonly guidance: string;
  readonly author: string;
  readonly authorName?: string;
  readonly trust: number;
  readonly utility: number;
  readonly cluster: string;
  readonly createdAt: number;
}

/** A hit of `GET /api/lessons/search?q=…&limit=…`, nearest first. */
export interface LessonHit extends LessonSummary {
  readonly similarity: number;
}

/** `GET /api/lessons/:id`; the id may be abbreviated. */
export interface LessonDetails extends LessonSummary {
  readonly example?: { readonly task: string; readonly steps: readonly string[] };
  readonly evidence: { readonly worked: number; readonly changed: number; readonly failed: number; readonly verifiedBy: string };
  readonly tags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly model?: string;
  readonly derivedFrom: readonly string[];
  readonly supersedes?: string;
  readonly receivedAt: number;
  /** Own outcomes with it in the prompt. */
  readonly outcomes: { readonly worked: number; readonly changed: number; readonly failed: number };
  readonly attestations: readonly {
    readonly author: string;
    readonly worked: number;
    readonly changed: number;
    readonly failed: number;
  }[];
  /** Pinned lessons are never pruned. */
  readonly pinned: boolean;
  /** What this node's own trial of it showed, where there was one. */
  readonly trial?: TrialSummary;
  /** Lessons that give opposite guidance for the same situation. */
  readonly conflicts: readonly ConflictSide[];
  /** Its state in words, a sentence each: which rule, since when, on what evidence. */
  readonly explanation: readonly string[];
  /** Why it is in its state, and what came before: newest last. */
  readonly history: readonly { readonly state: string; readonly rule: string; readonly reason: string; readonly since: number }[];
}

export interface TrialSummary {
  /** Tasks done only with it, only without it, and either way. */
  readonly wins: number;
  readonly losses: number;
  readonly bothRight: number;
  readonly bothWrong: number;
  readonly generations: number;
  readonly verdict: "admitted" | "refused" | "undecided";
  /** The lesson that it was tried against, where it was one. */
  readonly against?: string;
  readonly model: string;
  readonly at: number;
}

/** One of two lessons that contradict each other. */
export interface ConflictSide {
  readonly id: string;
  readonly state: LessonState;
  readonly title: string;
  readonly situation: string;
  readonly guidance: string;
  readonly author: string;
  readonly authorName?: string;
  readonly utility: number;
  readonly outcomes: { readonly worked: number; readonly changed: number; readonly failed: number };
}

/** `GET /api/lessons/conflicts`: how many, and after how many. */
export interface ConflictQuery {
  readonly limit?: number;
  readonly offset?: number;
}

/** A line of `GET /api/lessons/conflicts`: two lessons of which at most one enters a prompt. */
export interface Conflict {
  /** `decided` as long as outcomes speak clearly for one side; open again when they no longer do. */
  readonly state: "open" | "decided";
  /** The side that outcomes speak for. */
  readonly winner?: string;
  readonly sides: readonly [ConflictSide, ConflictSide];
}

export interface RetractRequest {
  readonly reason?: string;
}

/** `POST /api/lessons/:id/forget`, `POST /api/experiences/:id/forget`: what is gone, and what was searched for traces of it. */
export interface ForgetReply {
  readonly id: string;
  /** Files of the node's home, and their size. */
  readonly files: number;
  readonly bytes: number;
  /** Always empty: where one is left the request is refused with FORGET_INCOMPLETE, which names it. */
  readonly traces: readonly string[];
  /** What is kept and holds some of the same words: they are its own. */
  readonly sameWords: { readonly lessons: readonly string[]; readonly experiences: readonly string[] };
  /** True for a lesson of one's own that was passed on and not retracted: peers keep their copies of it. */
  readonly peersKeepIt: boolean;
}

/** `POST /api/lessons/:id/pin`, `POST /api/lessons/:id/unpin` */
export interface PinReply extends LessonReply {
  /** Pinned lessons are never pruned. */
  readonly pinned: boolean;
}
