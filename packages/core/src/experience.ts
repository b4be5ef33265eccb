/** What a node has lived through. Experiences never leave the node; only lessons drawn from them do. */
import type { AuthorId } from "./identity.ts";
import type { RecordId } from "./records.ts";

/** How it ended: as asked, after changes, or not. */
export type Verdict = "worked" | "changed" | "failed";
export const verdicts: readonly Verdict[] = ["worked", "changed", "failed"];

export interface Outcome {
  readonly verdict: Verdict;
  /** `environment`: a checker saw it. `feedback`: the user said so. */
  readonly verifiedBy: "environment" | "feedback";
  readonly comment?: string;
  /** True: the answer is not given again without the model, since that turned out wrong once. */
  readonly reuseEnded?: true;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** One turn in an environment: what was done, and what came of it. */
export interface Step {
  readonly action: string;
  readonly observation: string;
  /** False when the environment refused the action with an error. */
  readonly accepted: boolean;
}

/** A lesson as it stood when it was put into a prompt. */
export interface LessonUse {
  readonly id: RecordId;
  readonly title: string;
  readonly author: AuthorId;
  /** Cosine of question and lesson, from −1 to 1. */
  readonly similarity: number;
  /** The lower bound of one's trust in the author, from 0 to 1. */
  readonly trust: number;
  readonly own: boolean;
}

/** Where an experience stands on its way to lessons. `waiting`: no outcome known. `queued`: to be distilled. */
export type DistillationState = "waiting" | "queued" | "distilled" | "nothing-new" | "failed";

/** A task that was set in an environment. */
export interface TaskReference {
  /** The environment's specification, for example `tools:7`. */
  readonly environment: string;
  readonly id: string;
  readonly family: string;
}

/** A stored trajectory and its outcome. */
export interface Experience {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** The question or the task, as it was put. */
  readonly prompt: string;
  /** Absent for a plain question. */
  readonly task?: TaskReference;
  /** Who asked, when it was another peer. */
  readonly askedBy?: AuthorId;
  /** Who answered, when it was another peer. Its lessons are then that peer's claim: they count for nothing here, and nothing is distilled from it. */
  readonly answeredBy?: AuthorId;
  /** Id of the experience whose verified answer was given again, without the model. Counts for no lesson, and nothing is distilled from it. */
  readonly reusedFrom?: string;
  /**
   * True: a turn of a conversation, or of another agent's work, and the prompt does not say all that the answer is about or must be: what was said before, a form, files.
   */
  readonly withinConversation?: true;
  readonly steps: readonly Step[];
  readonly answer: string;
  readonly outcome?: Outcome;
  readonly lessons: readonly LessonUse[];
  readonly model: string;
  /** From the question to the answer, milliseconds. */
  readonly ms: number;
  /** What the model read and wrote for it. Absent where no model of this node was asked, and in what earlier versions kept. */
  readonly tokens?: { readonly prompt: number; readonly generated: number };
  readonly distillation: DistillationState;
}
