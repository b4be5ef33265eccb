/**
 * Keeps the index of words in step with the lesson store: it holds the lessons that may be used, and no others, so that it also says which these are. Derived from the
 * glances of the store, and filled from them at every start, with 10,000 lessons in a tenth of a second; a question that is asked before finds by meaning alone what is
 * not in it yet, and less of it where lessons that may not be used crowd its neighbourhood.
 */
import { isUsableState, type LessonStore, lessonWords, usableStates, type WordIndex } from "@grapevine/core";
import type { LedgerChange } from "./ledger.ts";

export async function fillWordIndex(words: WordIndex, lessons: Pick<LessonStore, "wordsIn">): Promise<void> {
  for await (const lesson of lessons.wordsIn(usableStates)) words.add(lesson.label, lesson.words);
}

export function followWords(
  words: WordIndex,
  { added, changed, pruned }: Pick<LedgerChange, "added" | "changed" | "pruned">,
): void {
  for (const { label, standing, record } of [...added, ...changed]) {
    if (!isUsableState(standing.state)) words.remove(label);
    else if (!words.has(label)) words.add(label, lessonWords(record.body));
  }
  for (const { label } of pruned) words.remove(label);
}
