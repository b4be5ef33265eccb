import type { LessonBody, LessonDraft } from "@grapevine/core";

/** What a lesson says, to be said by another author, who derives it from nothing. */
export function draftOf({ kind, title, situation, guidance, example, evidence, tags, environment }: LessonBody): LessonDraft {
  return {
    kind,
    title,
    situation,
    guidance,
    evidence,
    tags,
    derivedFrom: [],
    ...(example && { example }),
    ...(environment && { environment }),
  };
}
