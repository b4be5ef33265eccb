/**
 * What a word is to the questions that are asked of every word of every lesson, one bit each: answered once a spelling (`word-traits.ts`), where each question by itself
 * would look the word up in a list of its own.
 */
import type { Token } from "./tokens.ts";

export const traits = {
  boundStart: 1,
  counting: 2,
  denying: 4,
  joint: 8,
  ordering: 16,
  direction: 32,
  rowEnd: 64,
  telling: 128,
  exchanging: 256,
  turning: 512,
} as const;

/** The traits that any of the tokens has. */
export function traitsAmong(tokens: readonly Token[]): number {
  let found = 0;
  for (let index = 0; index < tokens.length; index++) found |= (tokens[index] as Token).traits;
  return found;
}
