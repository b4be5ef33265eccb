/** How an experience is kept: with the lessons as they stood in its prompt, before anybody is told its answer. */
import {
  type AuthorId,
  type Clock,
  createExperienceId,
  type Experience,
  type ExperienceStore,
  type LessonUse,
  type RecalledLesson,
} from "@grapevine/core";

export interface KeepingComponents {
  readonly experiences: Pick<ExperienceStore, "append">;
  readonly clock: Clock;
}

export async function keepExperience(
  { experiences, clock }: KeepingComponents,
  made: Omit<Experience, "id" | "ms">,
): Promise<Experience> {
  const experience: Experience = { ...made, id: createExperienceId(clock), ms: clock.now() - made.createdAt };
  await experiences.append(experience);
  return experience;
}

export function useOf({ lesson, similarity, trust }: RecalledLesson, self: AuthorId): LessonUse {
  const { author, title } = lesson.record.body;
  return { id: lesson.record.id, title, author, similarity, trust, own: author === self };
}
