/** How a question is put: what kind of answer it wants, and what of its words are about the matter. */
import { type Token, wordToken } from "../tokens.ts";
import { wordSet } from "./words.ts";

export interface Frame {
  /** `how-to`, `yes-no`, `what`, `how-many`, `when` …; `statement` where nothing is asked. */
  readonly wanted: string;
  /** What stands in front of the question with a comma: `In bash, how …`. */
  readonly front: readonly Token[];
  readonly rest: readonly Token[];
  /** All of it but the request for an answer: `tell me`. */
  readonly asked: readonly Token[];
  /** The answer is to be of the asker: `what should I …`. */
  readonly ofAsker: boolean;
}

export function frameOf(sentence: readonly Token[]): Frame {
  const { front, question } = withFront(withoutRequest(sentence));
  const asked = withoutRequest(question);
  const words = asked.map(({ text }) => text);
  for (const [pattern, wanted] of leads) {
    const count = leadLength(words, pattern);
    if (count === undefined) continue;
    const ofAsker = wanted !== "how-to" && words.slice(0, count + 1).includes("i") && words.includes("should");
    return { wanted, front, rest: asked.slice(count), asked: [...front, ...asked], ofAsker };
  }
  return { wanted: "statement", front, rest: asked, asked: [...front, ...asked], ofAsker: false };
}

/** What may stand at the beginning, as words or choices of words; the longest of a kind first. */
const leads: readonly (readonly [pattern: readonly string[], wanted: string])[] = (
  [
    ["how do|can|could|should|would|must|might i|you|we|one|somebody|someone|people", "how-to"],
    ["how to", "how-to"],
    ["how i|you|we|one can|could|should", "how-to"],
    ["what is the way to", "how-to"],
    ["what are the steps to", "how-to"],
    ["what do i|you|we do to", "how-to"],
    ["how many", "how-many"],
    ["how much", "how-much"],
    ["how long", "how-long"],
    ["how far", "how-far"],
    ["how often", "how-often"],
    ["how old", "how-old"],
    ["how can|could|should|must|is|are", "how-to"],
    ["how does|did|do|was|were|has|have|will|would", "how-come"],
    ["how", "how"],
    ["what|which", "what"],
    ["who", "who"],
    ["whom", "whom"],
    ["whose", "whose"],
    ["where", "where"],
    ["when", "when"],
    ["why", "why"],
    ["whether|if", "yes-no"],
    ["is it possible to", "yes-no"],
    ["is|are|am|was|were|do|does|did|has|have|had|can|could|should|must|may|might|will|would|shall|ought", "yes-no"],
  ] as const
).map(([text, wanted]) => [text.split(" "), wanted]);

/** Requests for an answer, which say nothing of what is asked. */
const requests: readonly (readonly string[])[] = [
  "can|could|would|will you please tell|give|show me",
  "can|could|would|will you please tell|explain|say|calculate|compute",
  "can|could|would|will you tell|give|show me",
  "can|could|would|will you tell|explain|say|calculate|compute",
  "do you know|remember",
  "i want|need to know",
  "i would like to know",
  "i wonder",
  "let me know",
  "please tell|give|show me",
  "please tell|explain|say|calculate|compute",
  "tell|give me",
  "tell|explain|say|calculate|compute",
].map((text) => text.split(" "));

/** Only where a question follows, or the thing that is wanted with its article: `explain` alone may be the task. */
function withoutRequest(sentence: readonly Token[]): readonly Token[] {
  const words = sentence.map(({ text }) => text);
  for (const pattern of requests) {
    const count = leadLength(words, pattern);
    if (count === undefined) continue;
    const rest = sentence.slice(count);
    const [next = ""] = rest.map(({ text }) => text);
    if (askingWords.has(next)) return rest;
    // `Give me the sum` is `What is the sum`.
    if (next === "the" || rest[0]?.kind === "number" || rest[0]?.text.endsWith("'s")) return [...whatIs, ...rest];
  }
  return sentence;
}

const whatIs: readonly Token[] = [wordToken("what", "none"), wordToken("is", "none")];
const askingWords: ReadonlySet<string> = wordSet(
  "how what which who whom whose where when why whether if is are do does can should",
);

function leadLength(words: readonly string[], pattern: readonly string[]): number | undefined {
  const fits = pattern.every((choices, at) => choices.split("|").includes(words[at] ?? ""));
  return fits && words.length > pattern.length ? pattern.length : undefined;
}

/** A comma ends it, and a question follows. */
function withFront(sentence: readonly Token[]): { front: readonly Token[]; question: readonly Token[] } {
  const comma = sentence.findIndex(({ pause }) => pause === "comma");
  const next = sentence[comma + 1]?.text ?? "";
  if (
    comma < 0 ||
    comma >= maxFront ||
    !(askingWords.has(next) || modals.has(next)) ||
    askingWords.has(sentence[0]?.text ?? "")
  ) {
    return { front: [], question: sentence };
  }
  return { front: sentence.slice(0, comma + 1), question: sentence.slice(comma + 1) };
}

const maxFront = 10;
const modals: ReadonlySet<string> = wordSet("was were did could must may might will would has have had");
