/**
 * Questions whose answer is not the same the next time: it depends on when, where or by whom they are asked, on what was said before, or on chance. By words, and in
 * doubt they depend: a question that is answered anew costs a generation.
 */
import type { Token } from "../tokens.ts";
import type { Frame } from "./frame.ts";
import { wordSet } from "./words.ts";

export type Dependence = "time" | "state" | "user" | "context" | "chance";

export function dependenceOf(sentence: readonly Token[], frame: Frame): Dependence | undefined {
  const words = sentence.map(({ text }) => text);
  const about = [...frame.front, ...frame.rest].map(({ text }) => text);
  if (frame.ofAsker || speaksOfUser(about, frame)) return "user";
  if (words.some((word) => timeWords.has(word)) || isOfTheDay(words, frame)) return "time";
  if (words.some((word) => chanceWords.has(word)) || chanceOrders.has(words[0] ?? "")) return "chance";
  if (refersBack(words, frame)) return "context";
  return isOfTheMoment(words, frame) ? "state" : undefined;
}

const timeWords: ReadonlySet<string> = wordSet(
  "now today tonight tomorrow yesterday currently current latest newest recent recently nowadays ago yet still already anymore soon upcoming weather forecast news price prices " +
    "cost costs worth trending lately deadline schedule timetable standings population",
);
const chanceWords: ReadonlySet<string> = wordSet(
  "joke jokes poem poems story stories random randomly dice die funny surprise idea ideas another different suggestion suggestions else",
);
const chanceOrders: ReadonlySet<string> = wordSet(
  "write compose draft brainstorm suggest recommend pick choose roll toss flip invent imagine continue generate guess propose sing",
);

function speaksOfUser(about: readonly string[], { wanted, rest }: Frame): boolean {
  if (about.some((word) => userWords.has(word))) return true;
  // `If I …` and `when I …` say when in general, in a question how something is done.
  const isGeneral = (at: number): boolean => wanted === "how-to" && generalJoints.has(about[at - 1] ?? "");
  if (about.some((word, at) => personWords.has(word) && !isGeneral(at) && !isAskedOfAll(about, at, wanted))) return true;
  return wanted === "yes-no" && rest[0] !== undefined && personWords.has(rest[0].text) && rest[0].text !== "you";
}

const userWords: ReadonlySet<string> = wordSet(
  "my mine our ours us myself ourselves me your yours yourself am he she him his her hers they them their theirs themselves remember",
);
const personWords: ReadonlySet<string> = wordSet("i we you");
const generalJoints: ReadonlySet<string> = wordSet("when if while before after until once that what");

/** `How long do I boil an egg`, `can you freeze rice`: anybody does. */
function isAskedOfAll(about: readonly string[], at: number, wanted: string): boolean {
  const before = about[at - 1] ?? "";
  if (wanted === "yes-no") return at === 0 && about[0] === "you";
  return (
    anybodysDeeds.has(before) &&
    (wanted === "how-long" || wanted === "how-much" || wanted === "how-many" || wanted === "how-often")
  );
}

const anybodysDeeds: ReadonlySet<string> = wordSet("do should must can");

function isOfTheDay(words: readonly string[], { wanted, rest }: Frame): boolean {
  const text = words.join(" ");
  if (wanted === "how-old") return !words.some((word) => word === "was" || word === "were");
  if (wanted === "who" && /\b(?:is|are|has|holds|leads|runs|owns)\b/.test(text)) return words.some((word) => offices.has(word));
  if (wanted === "yes-no" && (words[0] === "will" || words[0] === "has" || words[0] === "have")) return true;
  if (
    /\b(?:last|next|this|coming|past) (?:night|morning|afternoon|evening|week|weekend|month|year|season|spring|summer|autumn|winter|day|hour|minute|time|election|match|game|[a-z]+day)\b/.test(
      text,
    )
  ) {
    return true;
  }
  if (/\b(?:what|which) (?:time|day|date|month|year) (?:is|are)\b/.test(text) || /\bexchange rate\b/.test(text)) return true;
  if (/\bwhat is the (?:temperature|time|date|score|traffic)\b/.test(text) || /\bhow (?:cold|hot|warm|busy) is\b/.test(text))
    return true;
  if (/\b(?:moment|these days|so far|at present|up to date|most recent|no longer|any more|by now|as of)\b/.test(text))
    return true;
  const asksHowLong = wanted === "how-long" || wanted === "how-many" || wanted === "how-much";
  return asksHowLong && rest.some(({ text: word }) => word === "until" || word === "till" || word === "since");
}

const offices: ReadonlySet<string> = wordSet(
  "president minister chancellor king queen pope mayor governor ceo cto chair chairman chairwoman chairperson champion captain coach leader head owner boss manager director senator " +
    "secretary ambassador holder emperor prince princess sultan principal dean editor maintainer richest oldest youngest tallest fastest strongest living alive",
);

/** What it means was said before, or is seen where it is asked. */
function refersBack(words: readonly string[], frame: Frame): boolean {
  return words.some((word, at) => {
    const next = words[at + 1] ?? "";
    if (
      word === "this" ||
      word === "these" ||
      word === "those" ||
      word === "previous" ||
      word === "earlier" ||
      word === "aforementioned"
    )
      return true;
    if (word === "that") return !relativeStarts.has(next);
    if (word === "it") return !isEmptySubject(words, at);
    if (word === "above" || word === "below") return at === words.length - 1;
    if (word === "here") return true;
    if (word === "there") return !beings.has(words[at - 1] ?? "") && !beings.has(next);
    return (
      word === "last" &&
      frame.wanted !== "how-to" &&
      /^(?:command|answer|question|message|error|line|commit|run|build|test|step|result)$/.test(next)
    );
  });
}

const relativeStarts: ReadonlySet<string> = wordSet("is are was were has have can may must should will would do does did not");
const beings: ReadonlySet<string> = wordSet("is are was were be been");

/** `Is it safe to …`, `how long does it take to …`. */
function isEmptySubject(words: readonly string[], at: number): boolean {
  const isSubject =
    beings.has(words[at - 1] ?? "") || beings.has(words[at + 1] ?? "") || words[at + 1] === "take" || words[at + 1] === "takes";
  return isSubject && words.slice(at + 1).some((word) => word === "to" || word === "that");
}

/** How something stands at the moment: questions how something is done, or what it means, are not about that. */
function isOfTheMoment(words: readonly string[], { wanted, rest }: Frame): boolean {
  if (wanted === "how-to") return false;
  const text = words.join(" ");
  if (
    wanted === "yes-no" &&
    /^(?:did|is|are|was|were) (?:the|everything|anything|something|anybody|anyone|somebody|someone|all)\b/.test(text)
  ) {
    if (words.some((word) => stateWords.has(word)) || /^did (?:the )?/.test(text) === false ? hasState(words) : hasLocal(words))
      return true;
  }
  if (
    /\b(?:what|who|how many|which) (?:[a-z]+ )?(?:is|are) (?:there )?(?:in|on|at|inside|under|behind|beside) (?:the|a)\b/.test(
      text,
    )
  )
    return wanted !== "how-many" || hasState(words) || hasLocal(words);
  if (/\b(?:have|has) [a-z]+ed$/.test(text) || words.some((word) => momentWords.has(word))) return true;
  return hasState(words) || (/\bdid\b/.test(text) && hasLocal(words)) || (rest[0]?.text === "is" && words.at(-1) === "up");
}

function hasState(words: readonly string[]): boolean {
  const last = words.at(-1) ?? "";
  return words.some((word) => stateWords.has(word)) || endStates.has(last);
}

function hasLocal(words: readonly string[]): boolean {
  return words.some((word, at) => words[at - 1] === "the" && localThings.has(word));
}

const momentWords: ReadonlySet<string> = wordSet("clipboard unread uncommitted unstaged untracked");
const stateWords: ReadonlySet<string> = wordSet(
  "running installed available remaining waiting pending finished ready connected crashed crashing deployed logged locked left free stuck loaded mounted queued idle",
);
const endStates: ReadonlySet<string> = wordSet(
  "up down on off out open closed full empty done over changed working broken pass passed failed fail succeed",
);
const localThings: ReadonlySet<string> = wordSet(
  "build deployment deploy job script command server process pipeline queue test tests program printer backup container service database log logs folder file files screen meeting",
);
