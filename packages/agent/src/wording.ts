/**
 * How much a task is put like the tasks that a lesson speaks of. Tasks of one kind say the same with other names: what they share are the small words and their order
 * ("the … belongs in the …"), which vectors and rare words both look past. Vectors tell a garden from a person; the wording tells the kinds apart that speak of the same things.
 *
 * The measure is the longest row of words that both have in the same order, as a share of all words of both (the coefficient of L. R. Dice, 1945, over common
 * subsequences). Against vectors alone, on the development seeds 1 to 4 and with all wordings known, it takes the right kind in 96, 93 and 98 of 100 tasks of tools, tables and
 * orders in place of 88, 67 and 84.
 */
import type { LessonBody } from "@grapevine/core";

/** From 0 to 1, of the likest wording that the situation quotes, or of the example's task where it quotes none: in that the names count, too. 0 for a lesson without either. */
export function wordingLikeness(task: string, { situation, example }: Pick<LessonBody, "situation" | "example">): number {
  const quoted = [...situation.matchAll(/"([^"]+)"/g)].map(([, text = ""]) => text);
  const wordings = quoted.length > 0 || example === undefined ? quoted : [example.task];
  const words = wordsOf(task);
  return Math.max(0, ...wordings.map((wording) => likeness(words, wordsOf(wording))));
}

/** Of longer texts the beginning says enough, and the comparison costs the square of it. */
const maxWords = 64;

function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? []).slice(0, maxWords);
}

function likeness(first: readonly string[], second: readonly string[]): number {
  const all = first.length + second.length;
  return all === 0 ? 0 : (2 * longestCommonRow(first, second)) / all;
}

function longestCommonRow(first: readonly string[], second: readonly string[]): number {
  let above = new Array<number>(second.length + 1).fill(0);
  for (const word of first) {
    const row = [0];
    for (const [at, other] of second.entries()) {
      row.push(word === other ? (above[at] ?? 0) + 1 : Math.max(above[at + 1] ?? 0, row[at] ?? 0));
    }
    above = row;
  }
  return above.at(-1) ?? 0;
}
