/**
 * What the control API says and takes: the face of a running node for the CLI, the cluster launcher and other programs on this machine. Fields may be
 * added, none removed. Every request carries the bearer token of the node's home; every refusal is `{error: {code, message, hint}}`.
 */
import type { LeftOutReason } from "@grapevine/agent";
import type { LessonKind, LessonState, Verdict } from "@grapevine/core";

/** Whose questions a node answers: nobody's, those of peers whom its user trusts, or of everybody in the swarm. */
export const answerPolicies = ["nobody", "trusted", "swarm"] as const;
export type AnswerPolicy = (typeof answerPolicies)[number];

export type Reachability = "public" | "relayed" | "lan" | "loopback" | "nowhere" | "unknown";

export const reachWays = ["lan", "exchange", "dht", "nat", "relay"] as const;
/** What talks to peers whom nobody named, and is off unless it is turned on; see `grapevine up --help`. */
export type ReachSettings = Readonly<Record<(typeof reachWays)[number], boolean>>;

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
  /**
   * Whether others can reach this node, by what it has seen. `public`: they have; `relayed`: through a relay; `lan`: from the local network; `loopback`: it
   * listens on this machine alone; `nowhere`: it does not listen; `unknown`: nobody has come yet.
   */
  readonly reachability: Reachability;
  /** Ways of finding and reaching peers that are turned on. */
  readonly reach: ReachSettings;
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
  /** Lessons of others that may be used or wait, and how many there may be. */
  readonly room: { readonly foreign: number; readonly capacity: number };
  /** Whose questions it answers. */
  /** What the node did while it was idle, since the start: trials of held lessons, and drafts for clusters. */
  readonly refined: {
    readonly trials: {
      readonly admitted: number;
      readonly refused: number;
      readonly undecided: number;
      readonly generations: number;
    };
    readonly consolidations: { readonly drafted: number; readonly refused: number };
  };
  readonly answers: AnswerPolicy;
  /** True when it keeps the questions of peers, and its answers, as experiences. */
  readonly keepsAsked: boolean;
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

/** A lesson that may be used, was near the question, and is not in the prompt. */
export interface LeftOutLesson extends UsedLesson {
  readonly reason: LeftOutReason;
}

/** `POST /api/ask`; the last line of its stream. */
export interface Answer {
  readonly experienceId: string;
  readonly answer: string;
  /** Peer id of who answered, and its name where one is known. */
  readonly answeredBy: { readonly peerId: string; readonly name?: string };
  readonly lessons: readonly UsedLesson[];
  /** What was considered and left out, closest to the question first, the closest few; absent where nothing was recalled here. */
  readonly leftOut?: readonly LeftOutLesson[];
  /** True when a verified answer was given again without the model. */
  readonly reused: boolean;
  readonly model: string;
  readonly ms: number;
  /** With `best`: who was considered, in the order in which they were or would be asked. */
  readonly chosen?: readonly Choice[];
  /** With `force`: what the redaction gate saw in the question that was sent all the same. */
  readonly sentDespite?: readonly QuestionFinding[];
}

/** Somebody who might have answered, this node itself among them. */
export interface Choice {
  readonly peerId: string;
  readonly name?: string;
  /** Trust × similarity × (1 + utility) / 2, from 0 to 1; 0 where there are no figures. */
  readonly score: number;
  /** Of the lesson that comes first for the question there; absent where there is none near it, or nothing was heard. */
  readonly similarity?: number;
  readonly utility?: number;
  /** This node's trust in it, from 0 to 1; 1 for itself. */
  readonly trust: number;
  /** What became of it, with the figures, for people. */
  readonly reason: string;
}

/** What the redaction gate sees, and where: a half-open range of UTF-16 units. */
export interface QuestionFinding {
  readonly kind: string;
  readonly rule: string;
  readonly start: number;
  readonly end: number;
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
  /** True: ask whichever is surest of this node and the connected peers that it has a reason to trust, all of whom see the question. Not with `peer`. */
  readonly best?: boolean;
  /** True: a question that the redaction gate objects to is sent to peers all the same. */
  readonly force?: boolean;
  /** How long peers may take, in milliseconds. Default and most: five minutes. */
  readonly timeoutMs?: number;
  /** False: answer without lessons. Default true. A peer decides that for itself. */
  readonly lessons?: boolean;
  /** True: lessons that contradict each other may both be in the prompt. Default false: the better one alone. */
  readonly bothSides?: boolean;
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
  /** Who answered, when it was another peer. */
  readonly answeredBy?: string;
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
  /** How it is reached while it is connected: over loopback, by a private address, by a public one, or through a relay. */
  readonly path?: "machine" | "lan" | "direct" | "relayed";
  /** gossipsub's score of it in a word: `new` at about nothing, `unheard` where it was so low that nothing is heard of the peer. */
  readonly conduct?: "good" | "new" | "poor" | "unheard";
}

export interface TrustRequest {
  /** What to call the peer from now on. */
  readonly name?: string;
}

/** `GET /api/swarm` */
export interface SwarmReply {
  /** The whole name. */
  readonly swarm: string;
  readonly closed: boolean;
  /** Peer id of whoever admits and revokes; absent where the swarm is open. */
  readonly owner?: string;
  /** Is this node the owner? */
  readonly owned: boolean;
  /** The owner first. Empty where the swarm is open. */
  readonly members: readonly MemberSummary[];
}

export interface MemberSummary {
  readonly peerId: string;
  readonly name?: string;
  readonly connected: boolean;
  /** `ended`: admitted for a time that is over. */
  readonly state: "owner" | "admitted" | "ended" | "revoked";
  /** Milliseconds since the epoch. */
  readonly until?: number;
  /** When the owner said so, by the owner's clock. Of the owner there is none. */
  readonly since?: number;
}

/** `POST /api/swarm/members/:id/admit` */
export interface AdmitRequest {
  /** Milliseconds since the epoch. Absent: until revoked. */
  readonly until?: number;
}

/** `POST /api/swarm/members/:id/revoke` */
export interface RevokeRequest {
  /** Milliseconds since the epoch: of the member's lessons only those stay that came here before. Absent: all that are here stay. */
  readonly since?: number;
}

export interface RevokeReply extends MemberSummary {
  /** Records of the member that stay, and that are here and do not. */
  readonly kept: number;
  readonly dropped: number;
}

/** `POST /api/invites`; `GET /api/invite` makes one of the usual terms. */
export interface InviteRequest {
  /** From a minute to a year. Default: a week. */
  readonly expiresInMs?: number;
  /** How many peers may join by it, 1 to 1,000. Default: any number. */
  readonly uses?: number;
}

export interface InviteReply {
  readonly invite: string;
  readonly swarm: string;
  readonly addresses: readonly string[];
  /** By which it is revoked. */
  readonly id?: string;
  readonly expiresAt?: number;
  readonly uses?: number;
}

/** A line of `GET /api/invites`, newest first; also what `POST /api/invites/:id/revoke` answers. */
export interface InviteSummary {
  readonly id: string;
  readonly state: "open" | "used-up" | "expired" | "revoked";
  readonly createdAt: number;
  readonly expiresAt: number;
  /** How many peers may join by it. Absent: any number. */
  readonly uses?: number;
  readonly usedBy: readonly { readonly peerId: string; readonly name?: string }[];
  readonly revokedAt?: number;
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
