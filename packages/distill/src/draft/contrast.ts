/**
 * What changed between a failure and a success. A task that failed is tried again with what is known by now: the lessons of neighbouring tasks, and the forms that the
 * environment itself named. The one with which it is solved says what was missing, and the try is the trajectory that the failure did not have.
 */
import type { Experience, LessonDraft, Outcome, Step, StoredLesson } from "@grapevine/core";
import { readTrajectory, type Trajectory } from "../trajectory.ts";
import { assembleDraft } from "./assemble.ts";
import { formsKnown } from "./further-wording.ts";
import { formInOwnWords } from "./own-words.ts";

/** One more try at the task of an experience. */
export interface DraftTrial {
  readonly solved: boolean;
  readonly steps: readonly Step[];
}

/** Tries the task of an experience again with one lesson in the prompt; undefined where a node may try nothing by itself. */
export type TryOut = (
  lesson: Pick<LessonDraft, "situation" | "guidance" | "example">,
  experience: Experience,
  options: { readonly maxSteps: number; readonly signal?: AbortSignal | undefined },
) => Promise<DraftTrial | undefined>;

export interface ContrastInput {
  readonly experience: Experience;
  readonly outcome: Outcome;
  readonly trajectory: Trajectory;
  /** Lessons that may be used, most like the task first. */
  readonly familiar: readonly StoredLesson[];
  readonly tryOut: TryOut;
  readonly signal: AbortSignal | undefined;
}

/** Lessons and forms that one failure is tried again with, each once: what it costs at most. */
export const maxRetries = 5;

/** `untried`: nothing may be tried there. `unsolved`: nothing that is known solves it. Else the failed experience as it should have gone. */
export type Contrast = "untried" | "unsolved" | { readonly solved: Experience; readonly trajectory: Trajectory };

export async function contrast(input: ContrastInput): Promise<Contrast> {
  const { experience, outcome, familiar, tryOut, signal } = input;
  const used = new Set(experience.lessons.map(({ id }) => id));
  const known = familiar.filter(({ record }) => record.body.example !== undefined && !used.has(record.id));
  const lessons = [...known.map(({ record }) => record.body), ...formLessons(input)];
  for (const lesson of lessons.slice(0, maxRetries)) {
    const tried = await tryOut(lesson, experience, { maxSteps: lesson.example?.steps.length ?? 1, signal });
    if (tried === undefined) return "untried";
    if (!tried.solved) continue;
    // The manual's pages come from the failure, and what did it from the try.
    const steps = [...experience.steps.filter(({ accepted }) => !accepted), ...tried.steps];
    const solved: Experience = { ...experience, steps, outcome: { ...outcome, verdict: "worked" } };
    return { solved, trajectory: readTrajectory(solved, formsKnown(experience, familiar)) };
  }
  return "unsolved";
}

function formLessons({ experience, outcome, trajectory }: ContrastInput): LessonDraft[] {
  return trajectory.usages.map((usage) =>
    assembleDraft({ experience, outcome, trajectory, kind: "fact", fields: formInOwnWords(usage), model: experience.model }),
  );
}
