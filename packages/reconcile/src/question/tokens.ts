/** A question as words, one sentence after the other, without what is only said out of courtesy. */
import { PiecedText, type Token, tokensOf, wordToken } from "../tokens.ts";
import { wordSet } from "./words.ts";

/** The sentences that say something, each in words that are written out: `what's` is `what is`, `don't` is `do not`. */
export function sentencesOf(text: string): (readonly Token[])[] {
  const sentences: Token[][] = [[]];
  for (const token of tokensOf([new PiecedText(text)]).flatMap(writtenOut)) {
    sentences.at(-1)?.push(token);
    if (token.pause === "stop") sentences.push([]);
  }
  const told = sentences.map(withJoinedWords).filter((sentence) => sentence.length > 0);
  const telling = told.filter((sentence) => !sentence.every(({ text: word }) => courtesy.has(word)));
  return (telling.length === 0 ? told : telling).map(withoutCourtesy);
}

/** A sentence of nothing else asks nothing. */
const courtesy: ReadonlySet<string> = wordSet(
  "please thank thanks you could would can see to this for me that is all i need today help hi hello hey there somebody someone asked just now once more again kindly very much " +
    "so a in advance have question quick tell do know ok okay well",
);

/** Words round the question within its sentence. */
function withoutCourtesy(sentence: readonly Token[]): readonly Token[] {
  let words = sentence;
  while (words.length > 1 && greetings.has(words[0]?.text ?? "")) words = words.slice(1);
  while (words.length > 1 && farewells.has(words.at(-1)?.text ?? "")) words = words.slice(0, -1);
  return words;
}

const greetings: ReadonlySet<string> = wordSet("please kindly hi hello hey ok okay well so");
const farewells: ReadonlySet<string> = wordSet("please thanks");

function writtenOut(token: Token): Token[] {
  const { text, pause } = token;
  if (text === "cannot") return [plain("can"), plain("not", pause)];
  if (text === "won't") return [plain("will"), plain("not", pause)];
  if (text === "can't") return [plain("can"), plain("not", pause)];
  if (text.endsWith("n't")) return [plain(text.slice(0, -3)), plain("not", pause)];
  const [word = "", ending = ""] = text.split("'");
  const short = endings.get(ending);
  return short === undefined || !shortened.has(word) ? [token] : [plain(word), plain(short, pause)];
}

const endings: ReadonlyMap<string, string> = new Map([
  ["s", "is"],
  ["re", "are"],
  ["m", "am"],
  ["ve", "have"],
  ["d", "would"],
  ["ll", "will"],
]);
const shortened: ReadonlySet<string> = wordSet("what who how where when why that it there here he she i you we they");

/** `e-mail` is one word. */
function withJoinedWords(tokens: readonly Token[]): Token[] {
  const joined: Token[] = [];
  for (const token of tokens) {
    if (token.text === "mail" && joined.at(-1)?.text === "e") joined[joined.length - 1] = plain("email", token.pause);
    else joined.push(token);
  }
  return joined;
}

function plain(text: string, pause: Token["pause"] = "none"): Token {
  return wordToken(text, pause);
}
