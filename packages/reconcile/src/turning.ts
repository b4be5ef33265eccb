/** Small words that turn what is said round, or say of how many it is said. */
import type { Token } from "./tokens.ts";

type WordPair = readonly [string, string];

/** Words that tell a way from the way back; only beside the same word, since such words are exchanged freely elsewhere. */
export const ways: readonly WordPair[] = pairsOf(
  "on/off onto/off into/out up/down to/from into/from over/under above/below with/without",
);
/** Words that say of how many something is said: in front of the same word. */
export const shares: readonly WordPair[] = pairsOf("one/all one/every some/all some/every");

/** Those of these words that are in a text, as they stand; of how many, also by their stem. */
export function turningIn(tokens: readonly Token[]): ReadonlySet<string> {
  let found = nothingTurned;
  const add = (word: string): void => {
    found = new Set([...found, word]);
  };
  for (const { text, stem } of tokens) {
    if (turningWords.has(text)) add(text);
    if (stem !== undefined && shareWords.has(stem)) add(stem);
  }
  return found;
}

export function isTurning({ text, stem }: Pick<Token, "text" | "stem">): boolean {
  return turningWords.has(text) || (stem !== undefined && shareWords.has(stem));
}

export const nothingTurned: ReadonlySet<string> = new Set();
const shareWords: ReadonlySet<string> = new Set(shares.flat());
const turningWords: ReadonlySet<string> = new Set([...ways.flat(), ...shareWords]);

function pairsOf(text: string): readonly WordPair[] {
  return text.split(" ").map((pair) => {
    const [one = "", other = ""] = pair.split("/");
    return [one, other] as const;
  });
}
