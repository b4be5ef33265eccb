/** Which lessons of many match some words. */
import type { LessonSummary } from "@grapevine/node";

export const shownStates = ["all", "own", "admitted", "held", "archived", "retracted"] as const;

export type ShownState = (typeof shownStates)[number];

/** In small letters, once for each lesson: a filter is typed letter by letter. */
const texts = new WeakMap<LessonSummary, string>();

/** True for lessons that hold all the words, in whatever order. */
export function wordsMatch(query: string): (lesson: LessonSummary) => boolean {
  const wanted = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return (lesson) => {
    if (wanted.length === 0) return true;
    const text = textOf(lesson);
    return wanted.every((word) => text.includes(word));
  };
}

function textOf(lesson: LessonSummary): string {
  const known = texts.get(lesson);
  if (known !== undefined) return known;
  const { title, situation, guidance, authorName = "", author, kind, id } = lesson;
  const text = [title, situation, guidance, authorName, author, kind, id].join("\n").toLowerCase();
  texts.set(lesson, text);
  return text;
}
