/** The marks between which lessons stand in a prompt. */
import { createHash } from "node:crypto";
import type { RecalledLesson } from "@grapevine/core";

/** A name that no lesson can hold, since it depends on what was asked and on all lessons together. */
export function fenceName(asked: string, lessons: readonly RecalledLesson[]): string {
  const hash = createHash("sha256").update(asked);
  for (const { lesson } of lessons) hash.update(lesson.record.id);
  return `notes-${hash.digest("hex").slice(0, 8)}`;
}

/** The text without line ends, so that it cannot begin a line of the prompt. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
