/** Are two lessons one lesson in other words? */
import { type LessonBody, lessonText } from "@grapevine/core";
import { disagreement, overlap, type Wording, wordingOf } from "./wording.ts";

/**
 * Cosine below which two lessons are never taken for one. With `duplicateOverlap` and the checks of `wording.ts`, on two thirds of the SICK sentence pairs
 * (576 paraphrases, 444 contradictions) and all-MiniLM-L6-v2: 87 % of the paraphrases are recognised and 1.4 % of the contradictions merged. A
 * cosine of 0.85 alone: 84 % and 21 %.
 */
export const duplicateSimilarity = 0.83;
/** Share of meaningful words that duplicates have in common, at least. */
export const duplicateOverlap = 0.3;

export type ComparedFields = Pick<LessonBody, "title" | "situation" | "guidance" | "kind" | "environment">;

/** A lesson with its text taken apart, so that comparing it with many does that once. */
export interface ComparedLesson {
  readonly fields: ComparedFields;
  readonly wording: Wording;
}

export function comparedLesson(fields: ComparedFields): ComparedLesson {
  return { fields, wording: wordingOf(lessonText(fields)) };
}

/** Why the two are not duplicates, or undefined when they are. `similarity` is the cosine of their embeddings. */
export function duplicateProblem(first: ComparedFields, second: ComparedFields, similarity: number): string | undefined {
  if (!isNear(similarity)) return "they are not near enough";
  return differenceOf(comparedLesson(first), comparedLesson(second));
}

export function isNear(similarity: number): boolean {
  return similarity >= duplicateSimilarity;
}

/** What keeps two lessons that lie near each other from being one, or undefined. */
export function differenceOf(first: ComparedLesson, second: ComparedLesson): string | undefined {
  const contradiction = contradictionOf(first, second);
  if (contradiction !== undefined) return contradiction;
  return overlap(first.wording, second.wording) >= duplicateOverlap ? undefined : "they share too few words";
}

/** What in two lessons of nearly the same words makes them say different things, or undefined. */
export function contradictionOf(first: ComparedLesson, second: ComparedLesson): string | undefined {
  if ((first.fields.kind === "pitfall") !== (second.fields.kind === "pitfall")) return "one of them warns, the other advises";
  const facts = second.fields.environment;
  const other = Object.entries(first.fields.environment ?? {}).find(([name, value]) => (facts?.[name] ?? value) !== value);
  return other === undefined ? disagreement(first.wording, second.wording) : `they are about different ${other[0]}`;
}
