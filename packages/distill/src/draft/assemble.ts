/** The parts of a lesson that no model writes: example, evidence, tags, facts, lineage. All of them come from the experience. */
import {
  cleanText,
  type Experience,
  type LessonDraft,
  type LessonExample,
  type LessonKind,
  limits,
  type Outcome,
  publicSpecification,
} from "@grapevine/core";
import type { Trajectory } from "../trajectory.ts";
import { cleanFields, type DraftFields } from "./fields.ts";

export interface AssemblyInput {
  readonly experience: Experience;
  readonly outcome: Outcome;
  readonly trajectory: Trajectory;
  readonly kind: LessonKind;
  readonly fields: DraftFields;
  /** Who wrote the words: the drafting model, or the model whose trajectory speaks for itself. */
  readonly model: string;
}

export function assembleDraft(input: AssemblyInput): LessonDraft {
  const { experience, outcome, trajectory, kind } = input;
  const example = exampleOf(trajectory);
  const { task } = experience;
  return {
    kind,
    ...cleanFields(input.fields),
    ...(example === undefined ? {} : { example }),
    evidence: evidenceOf(outcome, trajectory),
    tags: task === undefined ? [] : [cleanText(task.family, limits.maxTagLength)].filter((tag) => tag !== ""),
    ...(task === undefined
      ? {}
      : { environment: { environment: cleanText(publicSpecification(task.environment), limits.maxEnvironmentFactLength) } }),
    model: cleanText(publicSpecification(input.model), limits.maxModelNameLength),
    derivedFrom: remoteLessons(experience),
  };
}

/** One success or correction counts once. Refused steps count only where nothing worked: there they are what the lesson warns of. */
function evidenceOf(outcome: Outcome, trajectory: Trajectory): LessonDraft["evidence"] {
  const { verdict, verifiedBy } = outcome;
  return {
    worked: verdict === "worked" ? 1 : 0,
    changed: verdict === "changed" ? 1 : 0,
    failed: verdict === "failed" ? Math.max(1, trajectory.failedTries) : 0,
    verifiedBy,
  };
}

/** Word for word, or none: an example that is cut in the middle would teach something that was never seen. */
function exampleOf({ task, solution }: Trajectory): LessonExample | undefined {
  const texts = [task, ...solution].map((text) => cleanText(text, Number.POSITIVE_INFINITY));
  const [asked = "", ...steps] = texts;
  const fits = texts.every((text) => text !== "" && text.length <= limits.maxExampleTextLength);
  return fits && steps.length > 0 && steps.length <= limits.maxExampleSteps ? { task: asked, steps } : undefined;
}

/** Lessons of others that were in the prompt: what this one cannot corroborate. */
function remoteLessons(experience: Experience): string[] {
  const ids = experience.lessons.filter(({ own }) => !own).map(({ id }) => id);
  return [...new Set(ids)].slice(0, limits.maxDerivedFrom);
}
