/**
 * What the control API says and takes: the face of a running node for the CLI, the cluster launcher and other programs on this machine. Fields may be
 * added, none removed. Every request carries the bearer token of the node's home; every refusal is `{error: {code, message, hint}}`.
 */
import type { LessonKind, LessonState, Verdict } from "@grapevine/core";

/** `GET /api/status` */
export interface Status {
  readonly name: string;
  readonly peerId: string;
  readonly swarm: string;
  readonly addresses: readonly string[];
  /** URL of this API. */
  readonly api: string;
  readonly model: string;
  readonly embedder: string;
  /** Peers connected now. */
  readonly peers: number;
  readonly lessons: { readonly own: number; readonly admitted: number; readonly held: number; readonly archived: number };
  readonly experiences: number;
  readonly queues: {
    /** Records that arrived and wait for their verdict. */
    readonly admission: number;
    /** Lessons that wait for their vector. */
    readonly embedding: number;
    /** Experiences that wait to be distilled. */
    readonly distillation: number;
    /** Own records that no peer has taken yet. */
    readonly outbox: number;
  };
  /** The index while it is filled again: lessons done and to do. Absent when it is whole. */
  readonly rebuilding?: { readonly done: number; readonly total: number };
  /** What became of finished experiences since the start. */
  readonly distilled: { readonly lessons: number; readonly refused: number; readonly failed: number };
  readonly version: string;
  readonly startedAt: number;
}

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

/** `POST /api/ask`; the last line of its stream. */
export interface Answer {
  readonly experienceId: string;
  readonly answer: string;
  /** Peer id of who answered, and its name where one is known. */
  readonly answeredBy: { readonly peerId: string; readonly name?: string };
  readonly lessons: readonly UsedLesson[];
  /** True when a verified answer was given again without the model. */
  readonly reused: boolean;
  readonly model: string;
  readonly ms: number;
}

export interface ErrorReply {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

/** `POST /api/ask` answers with a stream of JSON lines (`application/x-ndjson`). */
export type AskEvent =
  | { readonly type: "text"; readonly text: string }
  | ({ readonly type: "answer" } & Answer)
  | ({ readonly type: "error" } & ErrorReply);

/** `POST /api/ask` */
export interface AskRequest {
  readonly question: string;
  /** Name or peer id of the peer to ask instead of this node. */
  readonly peer?: string;
  /** False: answer without lessons. Default true. */
  readonly lessons?: boolean;
}

export interface FeedbackRequest {
  /** Id of an experience, or enough of its beginning or end. */
  readonly experience: string;
  readonly verdict: Verdict;
  readonly comment?: string;
}

/** `POST /api/feedback` */
export interface FeedbackReply {
  readonly experienceId: string;
  readonly verdict: string;
  /** Lessons whose utility the verdict moved. */
  readonly lessons: readonly string[];
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

export interface PractiseRequest {
  /** `tools[:SEED]`, or `questions:FILE` with an absolute path. */
  readonly environment: string;
  /** How many tasks, 1 to 1,000. Default 5. */
  readonly tasks?: number;
  /** Other seeds give other tasks. Default 1. */
  readonly seed?: number;
  /** Tasks of the two splits never coincide. Default: any task. */
  readonly split?: "practice" | "test";
  /** Most actions a task, 1 to 20. Default 4; 1 scores the first action alone. */
  readonly maxSteps?: number;
  /** False: no lessons in the prompts. Default true. */
  readonly lessons?: boolean;
  /** False: a test, nothing is distilled from it. Default true. */
  readonly learn?: boolean;
}

/** One finished task of `POST /api/practise`. */
export interface PractisedTask {
  /** From 0 to `total` - 1: its place among the tasks of the request. */
  readonly index: number;
  readonly total: number;
  readonly taskId: string;
  readonly family: string;
  readonly prompt: string;
  readonly solved: boolean;
  readonly actions: readonly string[];
  readonly experienceId: string;
  readonly lessons: readonly UsedLesson[];
  readonly ms: number;
}

/** `POST /api/practise` answers with a stream of JSON lines: a `task` each, then one `summary`. */
export type PractiseEvent =
  | ({ readonly type: "task" } & PractisedTask)
  | {
      readonly type: "summary";
      readonly environment: string;
      readonly right: number;
      readonly total: number;
      readonly ms: number;
    }
  | ({ readonly type: "error" } & ErrorReply);

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
  /** Why it is in its state, and what came before: newest last. */
  readonly history: readonly { readonly state: string; readonly rule: string; readonly reason: string; readonly since: number }[];
}

export interface RetractRequest {
  readonly reason?: string;
}

/** A line of `GET /api/experiences?limit=…`, newest first. */
export interface ExperienceSummary {
  readonly id: string;
  readonly createdAt: number;
  readonly prompt: string;
  readonly answer: string;
  readonly verdict: Verdict | "unknown";
  readonly lessons: number;
  readonly distillation: string;
}

/** `GET /api/experiences/:id`; the id may be abbreviated. */
export interface ExperienceDetails extends ExperienceSummary {
  readonly task?: { readonly environment: string; readonly id: string; readonly family: string };
  readonly askedBy?: string;
  readonly steps: readonly { readonly action: string; readonly observation: string; readonly accepted: boolean }[];
  readonly comment?: string;
  readonly usedLessons: readonly UsedLesson[];
  readonly model: string;
  readonly ms: number;
}

/** A line of `GET /api/peers`. */
export interface PeerSummary {
  readonly peerId: string;
  readonly name?: string;
  readonly connected: boolean;
  readonly standing: "trusted" | "blocked" | "stranger";
  /** Lower bound of the trust in it as an author, from 0 to 1. */
  readonly trust: number;
  readonly addresses: readonly string[];
  /** Lessons by it that are kept here. */
  readonly lessons: number;
  readonly roundTripMs?: number;
}

export interface TrustRequest {
  /** What to call the peer from now on. */
  readonly name?: string;
}

/** `GET /api/invite` */
export interface InviteReply {
  readonly invite: string;
  readonly swarm: string;
  readonly addresses: readonly string[];
}

export interface JoinRequest {
  readonly invite: string;
  /** True: the inviter becomes a principal that this node trusts. Default false. */
  readonly trust?: boolean;
}

/** `POST /api/join` */
export interface JoinReply {
  readonly swarm: string;
  readonly peerId: string;
  readonly name?: string;
  readonly trusted: boolean;
}

/** A line of `GET /api/models`. */
export interface ModelSummary {
  /** The specification to give to `--model`. */
  readonly spec: string;
  readonly description: string;
  readonly bytes?: number;
  /** True for the one this node uses. */
  readonly used: boolean;
}
