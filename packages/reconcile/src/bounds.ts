/** Words of which several together say how much at least, or at most. */
import type { Token } from "./tokens.ts";
import { traits } from "./traits.ts";

/** Bounds that are several words become one, so that they are compared as opposites and deny nothing. */
export function joined(tokens: readonly Token[], wordToken: (text: string, pause: Token["pause"]) => Token): readonly Token[] {
  const result: Token[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as Token;
    if ((token.traits & traits.boundStart) === 0) {
      result.push(token);
      continue;
    }
    const second = tokens[index + 1]?.text ?? "";
    const bound = bounds.get(`${token.text} ${second} ${tokens[index + 2]?.text ?? ""}`) ?? bounds.get(`${token.text} ${second}`);
    if (bound === undefined) {
      result.push(token);
      continue;
    }
    index += bounds.has(`${token.text} ${second}`) ? 1 : 2;
    result.push(wordToken(bound, tokens[index]?.pause ?? "none"));
  }
  return result;
}

export function isBoundStart(text: string): boolean {
  return boundStarts.has(text);
}

const bounds: ReadonlyMap<string, string> = new Map([
  ["at least", "atleast"],
  ["or more", "atleast"],
  ["no less than", "atleast"],
  ["not less than", "atleast"],
  ["no fewer than", "atleast"],
  ["not fewer than", "atleast"],
  ["at most", "atmost"],
  ["or less", "atmost"],
  ["or fewer", "atmost"],
  ["no more than", "atmost"],
  ["not more than", "atmost"],
]);

const boundStarts: ReadonlySet<string> = new Set([...bounds.keys()].map((bound) => bound.split(" ")[0] ?? ""));
