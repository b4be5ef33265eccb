/**
 * Several trajectories of one kind make one lesson: what a kind of task is recognised by is how such tasks are put, and each trajectory knows one way. Where a lesson
 * with the same form is known, another success adds its wording; the rule and the example stay, and no model is asked.
 */
import {
  cleanText,
  type Experience,
  type LessonDraft,
  limits,
  type Outcome,
  publicSpecification,
  type StoredLesson,
} from "@grapevine/core";
import type { Trajectory } from "../trajectory.ts";
import { type Usage, usageOf } from "../usage.ts";
import { assembleDraft } from "./assemble.ts";
import { quotedTask, taskInOwnWords } from "./own-words.ts";

export interface FurtherWordingInput {
  readonly experience: Experience;
  readonly outcome: Outcome;
  readonly trajectory: Trajectory;
  /** Lessons that may be used, most like the task first. */
  readonly familiar: readonly StoredLesson[];
}

/** `said`: a known lesson has both form and wording. `draft`: the lesson with the wording; it takes the place of one's own that lacks it. */
export type FurtherWording =
  | { readonly kind: "said"; readonly by: StoredLesson }
  | { readonly kind: "draft"; readonly draft: LessonDraft };

/** Undefined where no known lesson has the form of what was done, and where nothing worked. */
export function furtherWording(input: FurtherWordingInput): FurtherWording | undefined {
  const { experience, outcome, trajectory, familiar } = input;
  if (outcome.verdict !== "worked" || experience.task === undefined || trajectory.forms.length === 0) return undefined;
  const ofForm = familiar.filter((lesson) => hasForms(lesson, trajectory) && isOfEnvironment(lesson, experience));
  if (ofForm.length === 0) return undefined;
  const quoted = quotedTask(trajectory);
  const by = ofForm.find(({ record }) => record.body.situation.includes(quoted));
  if (by !== undefined) return { kind: "said", by };
  const own = ofForm.find(({ standing }) => standing.state === "own");
  const made = assembleDraft({ ...input, kind: "procedure", fields: taskInOwnWords(trajectory), model: experience.model });
  if (own === undefined) return { kind: "draft", draft: made };
  const situation = `${own.record.body.situation} or ${quoted}`;
  // What does not fit any more begins a lesson of its own.
  return { kind: "draft", draft: situation.length > limits.maxSituationLength ? made : extended(own, made, situation) };
}

/** The usage lines in the guidance of lessons from the experience's own environment: what worked at once was never told its form by the tool. */
export function formsKnown(experience: Experience, familiar: readonly StoredLesson[]): Usage[] {
  const lessons = familiar.filter((lesson) => isOfEnvironment(lesson, experience));
  return lessons.flatMap(({ record }) => {
    const { situation, guidance } = record.body;
    const forms = /\bWrite (.+)$/.exec(guidance)?.[1]?.split(", then ") ?? [];
    const purpose = /^You want (to [^;]+)/.exec(situation)?.[1];
    return forms.flatMap((form) => usageOf(form, forms.length === 1 ? purpose : undefined) ?? []);
  });
}

function hasForms({ record }: StoredLesson, { forms }: Trajectory): boolean {
  return record.body.example !== undefined && forms.every(({ form }) => record.body.guidance.includes(form));
}

function isOfEnvironment({ record }: StoredLesson, { task }: Experience): boolean {
  const { environment } = record.body.environment ?? {};
  if (task === undefined || environment === undefined) return false;
  return environment === cleanText(publicSpecification(task.environment), limits.maxEnvironmentFactLength);
}

function extended({ record }: StoredLesson, made: LessonDraft, situation: string): LessonDraft {
  const { title, guidance, example, evidence, tags, derivedFrom } = record.body;
  return {
    ...made,
    title,
    situation,
    guidance,
    ...(example === undefined ? {} : { example }),
    evidence: { ...evidence, worked: evidence.worked + made.evidence.worked },
    tags: [...new Set([...tags, ...made.tags])].slice(0, limits.maxTags),
    derivedFrom: [...new Set([...derivedFrom, ...made.derivedFrom])].slice(0, limits.maxDerivedFrom),
    supersedes: record.id,
  };
}
