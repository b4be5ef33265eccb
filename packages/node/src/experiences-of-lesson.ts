/** Which experiences a lesson comes from, and in which it was used. */
import type { Experience, ExperienceStore, StoredLesson } from "@grapevine/core";
import type { ExperienceOfLesson, ExperiencesOfLesson } from "./control/dashboard-contract.ts";

/** Of each kind. */
export const maxExperiencesOfLesson = 20;
/** Newest experiences that are looked through: each is read. */
export const maxSearchedExperiences = 5_000;

/** An example is taken from the experience that a lesson was drawn from, word for word: that is how it is found again. */
export async function experiencesOfLesson(
  { record: { id, body }, standing }: StoredLesson,
  experiences: Pick<ExperienceStore, "list">,
): Promise<ExperiencesOfLesson> {
  const source: ExperienceOfLesson[] = [];
  const used: ExperienceOfLesson[] = [];
  const task = standing.state === "own" ? body.example?.task : undefined;
  for await (const experience of experiences.list({ limit: maxSearchedExperiences })) {
    if (experience.lessons.some((use) => use.id === id)) used.push(summaryOf(experience));
    if (experience.prompt === task && experience.distillation === "distilled") source.push(summaryOf(experience));
  }
  return { source: source.slice(0, maxExperiencesOfLesson), used: used.slice(0, maxExperiencesOfLesson) };
}

function summaryOf({ id, createdAt, prompt, outcome }: Experience): ExperienceOfLesson {
  return { id, createdAt, prompt, verdict: outcome?.verdict ?? "unknown" };
}
