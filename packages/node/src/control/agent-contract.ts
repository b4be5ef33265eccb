/** What the control API says and takes of the agent's work: questions, outcomes, practice, and the experiences that are kept of them. */
import type { Verdict } from "@grapevine/core";
import type { ErrorReply } from "./contract.ts";
import type { LeftOutLesson, UsedLesson } from "./lesson-contract.ts";

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
  /** Id of the experience whose answer it is, where it was given again. */
  readonly reusedFrom?: string;
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
  /** True: the model is asked even where a verified answer is known. Default false. */
  readonly fresh?: boolean;
}

/** `POST /api/experiences`: what another agent lived through, with tools of its own. */
export interface RecordRequest {
  readonly task: string;
  /** What it ended with. */
  readonly answer: string;
  readonly steps?: readonly {
    readonly action: string;
    readonly observation?: string;
    /** False where it was refused with an error. Default true. */
    readonly accepted?: boolean;
  }[];
  /** Left out while it is not known. */
  readonly verdict?: Verdict;
  readonly comment?: string;
  /** Ids of the lessons that it used, or enough of their beginnings. */
  readonly lessons?: readonly string[];
  /** What acted, for people. Default `other`. */
  readonly model?: string;
}

export interface RecordReply {
  readonly experienceId: string;
  /** Lessons that it is counted for, by their whole ids. */
  readonly lessons: readonly string[];
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

export interface PractiseRequest {
  /** `tools[:SEED]`, or `questions:FILE` with an absolute path. */
  readonly environment: string;
  /** How many tasks, 1 to 1,000. Default 5, or all where there are fewer. */
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
  /** The experience whose answer was given again. */
  readonly reusedFrom?: string;
  readonly steps: readonly { readonly action: string; readonly observation: string; readonly accepted: boolean }[];
  readonly comment?: string;
  readonly usedLessons: readonly UsedLesson[];
  readonly model: string;
  readonly ms: number;
}
