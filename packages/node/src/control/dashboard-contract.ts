/** What the control API says and takes for the dashboard: how a browser is let in, and what it is told while it watches. */
import type { Status } from "./contract.ts";
import type { LessonSummary } from "./lesson-contract.ts";

/** `POST /api/session/links`: an address that lets one browser in, once. */
export interface DashboardLink {
  /** The code is behind the `#`, so that no server and no log sees it. */
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** `POST /api/session`, the only request beside `/healthz` that needs no token: the code is what lets in. */
export interface SessionRequest {
  readonly code: string;
}

export interface SessionReply {
  /** To be sent as `x-grapevine-session` beside the cookie: cookies are shared by all ports of a machine, what a page keeps is not. */
  readonly proof: string;
}

/** `POST /api/session/end` */
export interface SessionEnded {
  readonly ended: true;
}

/** A lesson that has come or changed, as it is now. */
export interface MovedLesson extends LessonSummary {
  /** `made` here, `arrived` from a peer, or `changed` in state or worth. */
  readonly moved: "made" | "arrived" | "changed";
  /** Peer id of the neighbour that brought it, where it has arrived by one. */
  readonly from?: string;
}

/** `GET /api/live`: server-sent events, each with its JSON as data. The first is the status. */
export type LiveEvent =
  /** Whenever it has changed, once a second at most. */
  | { readonly type: "status"; readonly status: Status }
  /** What has moved since the last of these; `more` beyond those that are named: read the list again. */
  | {
      readonly type: "lessons";
      readonly lessons: readonly MovedLesson[];
      readonly gone: readonly string[];
      readonly more: number;
    }
  /** Experiences, or what came of them, have changed: read them again. */
  | { readonly type: "experiences" }
  /** Who is connected, or how one stands to them, has changed: read them again. */
  | { readonly type: "peers" };

/** `GET /api/swarm/map`: who is there, and who learned from whom, as far as this node knows. */
export interface SwarmMap {
  /** Peer id of this node. */
  readonly self: string;
  /** This node first, then the connected ones, then those of whom lessons or words are here, the busiest first; bounded. */
  readonly peers: readonly MapPeer[];
  /** Of the peers above alone; the strongest first; bounded. */
  readonly learned: readonly LearnedLink[];
}

export interface MapPeer {
  readonly peerId: string;
  readonly name?: string;
  readonly connected: boolean;
  readonly standing: "self" | "trusted" | "blocked" | "stranger";
  /** Lower bound of the trust in it as an author, from 0 to 1; 1 for this node. */
  readonly trust: number;
  /** Lessons by it that are kept here and may be used. */
  readonly lessons: number;
  readonly roundTripMs?: number;
}

/** `by` has used lessons of `from`, and said how it went: by outcomes here, or by attestations. */
export interface LearnedLink {
  readonly from: string;
  readonly by: string;
  /** How many different lessons. */
  readonly lessons: number;
  readonly worked: number;
  readonly changed: number;
  readonly failed: number;
}

/** `GET /api/growth`: how tasks and questions ended over time, with lessons in the prompt and without, and what became of lessons. */
export interface GrowthReport {
  /** Of equal length, oldest first, without a gap; empty where nothing was lived through or learned yet. */
  readonly periods: readonly GrowthPeriod[];
  readonly periodMs: number;
  /** Medians of the time to an answer, in milliseconds; absent where there was none. */
  readonly time: { readonly withLessonsMs?: number; readonly withoutLessonsMs?: number };
  /** Answers that were given again without the model, and what it took and cost when they were given first, as far as those are among what was looked at. */
  readonly reused: { readonly answers: number; readonly savedMs: number; readonly savedTokens: number };
  /** Experiences that were looked at: the newest, at most `maxGrowthExperiences`. */
  readonly experiences: number;
  /** Why lessons that are here are not used: by rule, the most frequent first. */
  readonly unused: readonly {
    readonly state: string;
    readonly rule: string;
    readonly example: string;
    readonly lessons: number;
  }[];
}

export interface GrowthPeriod {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly withLessons: EndedCounts;
  readonly withoutLessons: EndedCounts;
  /** Lessons made here, and received. */
  readonly made: number;
  readonly received: number;
}

export interface EndedCounts {
  readonly worked: number;
  readonly changed: number;
  readonly failed: number;
}

/** `GET /api/health` */
export interface HealthReport {
  /** Of the node's home, in bytes, and what its file system has left. */
  readonly disk: { readonly usedBytes: number; readonly freeBytes: number };
  readonly memoryBytes: number;
  /** The end of the log, newest last. */
  readonly log: readonly LogLine[];
}

export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
}

/** `GET /api/lessons/:id/experiences`: where a lesson comes from, and where it was used; newest first, at most `maxExperiencesOfLesson` of each. */
export interface ExperiencesOfLesson {
  /** Distilled experiences of this node whose task is the lesson's example. */
  readonly source: readonly ExperienceOfLesson[];
  readonly used: readonly ExperienceOfLesson[];
}

export interface ExperienceOfLesson {
  readonly id: string;
  readonly createdAt: number;
  readonly prompt: string;
  readonly verdict: "worked" | "changed" | "failed" | "unknown";
}
