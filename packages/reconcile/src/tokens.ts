/** A text as a row of words, numbers and marks: what everything that compares wordings looks at. One pass, linear in the length of the text. */

import { stemsIn } from "./gist.ts";
import { Remembered } from "./remembered.ts";
import { meaningOf } from "./vocabulary.ts";
import { traitsOf } from "./word-traits.ts";

/** Tokens of the same spelling may be one object: two of them are told apart by where they stand. */
export interface Token {
  readonly kind: "word" | "number" | "symbol";
  /** Lower case, without the quotes, brackets and punctuation round it. */
  readonly text: string;
  /** What a word with a meaning is without its endings; undefined for all others. */
  readonly stem: string | undefined;
  /** True for words that begin a name: a capital inside a sentence, or capitals within the word. */
  readonly named: boolean;
  /** The punctuation that follows: none, a comma, or what ends a statement. */
  readonly pause: "none" | "comma" | "stop";
  /** What it is to questions that are asked of every word: see `traits`. */
  readonly traits: number;
}

/**
 * Texts are cut here: three times the fields of a record together (`core/limits.ts`), so no lesson is. What is longer did not pass through a record and must only
 * not cost anything.
 */
const maxCharacters = 4_096;

/** A text whose words are looked up once, whatever is asked of it then. */
export class PiecedText {
  readonly text: string;
  /** False where its gist cannot be told from its pieces. */
  readonly isPlain: boolean;
  readonly pieces: readonly Piece[];

  constructor(text: string) {
    const cut = text.slice(0, maxCharacters);
    const plain = plainPiecesOf(cut);
    this.text = text;
    this.isPlain = plain !== undefined && cut === text;
    this.pieces = plain ?? piecesOf(cut);
  }
}

/** Of texts one after the other, with a full stop behind each but the last: the fields of a lesson, as `lessonText` puts them together. */
export function tokensOf(texts: readonly PiecedText[]): Token[] {
  if (texts.length > 1 && isLong(texts)) return tokensOf([new PiecedText(texts.map(({ text }) => text).join(stopBetween))]);
  const tokens: Token[] = [];
  let begins = true;
  for (let at = 0; at < texts.length; at++) {
    if (at > 0) {
      pauseBehind(tokens, "stop");
      begins = true;
    }
    for (const piece of (texts[at] as PiecedText).pieces) {
      const reading = begins ? piece.beginning : piece.inner;
      for (const token of reading) tokens.push(token);
      if (reading.length === 0) pauseBehind(tokens, piece.pause);
      if (reading.length > 0 || (tokens.length > 0 && piece.pause !== "none")) begins = piece.pause === "stop";
    }
  }
  return tokens;
}

export function wordToken(text: string, pause: Token["pause"]): Token {
  return withTraits({ kind: "word", text, stem: meaningOf(text), named: false, pause });
}

function withTraits(token: Omit<Token, "traits">): Token {
  return { ...token, traits: traitsOf(token) };
}

const stopBetween = ". ";

function isLong(texts: readonly PiecedText[]): boolean {
  return texts.reduce((length, { text }) => length + text.length + stopBetween.length, 0) > maxCharacters;
}

/** A mark by itself belongs to the word in front. */
function pauseBehind(tokens: Token[], pause: Token["pause"]): void {
  const last = tokens.at(-1);
  if (last !== undefined && pause !== "none" && last.pause !== pause) tokens[tokens.length - 1] = { ...last, pause };
}

/** What stands between two spaces: most often a word, sometimes several, or only a mark that belongs to the word in front. */
export interface Piece {
  /** Where a statement begins with it, and where none does. */
  readonly beginning: readonly Token[];
  readonly inner: readonly Token[];
  readonly pause: Token["pause"];
  /** What its gist is made of. */
  readonly stems: readonly string[];
}

const piecesBySpelling: Remembered<Piece> = new Remembered((raw) => {
  const { tokens, pause } = pieceOf(raw, false);
  const inner = tokens.some(({ named }) => named) ? pieceOf(raw, true).tokens : tokens;
  return { beginning: inner, inner: tokens, pause, stems: stemsIn(raw) };
});

/** Of a text of nothing but a keyboard's letters and marks; undefined for any other. */
function plainPiecesOf(text: string): Piece[] | undefined {
  const pieces: Piece[] = [];
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? space : text.charCodeAt(at);
    if (code > space && code <= lastOfKeyboard) continue;
    if (code !== space && code !== lineFeed && code !== carriageReturn && code !== tab) return undefined;
    if (at > from) pieces.push(piecesBySpelling.of(text.slice(from, at)));
    from = at + 1;
  }
  return pieces;
}

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  const even = text.normalize("NFKC").replaceAll("’", "'");
  for (const raw of even.split(/\s+/)) if (raw !== "") pieces.push(piecesBySpelling.of(raw));
  return pieces;
}

const tab = 9;
const lineFeed = 10;
const carriageReturn = 13;
const space = 32;
const lastOfKeyboard = "~".charCodeAt(0);

interface Read {
  readonly tokens: readonly Token[];
  readonly pause: Token["pause"];
}

/** `begins`: a statement begins with it, where a capital makes no name. */
function pieceOf(raw: string, begins: boolean): Read {
  const { inner, pause } = bare(raw);
  if (inner === "") return { tokens: [], pause };
  if (plainPattern.test(inner)) return { tokens: [wordToken(inner, pause)], pause };
  const parts = partsOf(inner);
  const tokens = parts.map((part, index): Token => {
    const isLast = index === parts.length - 1;
    const text = part.toLowerCase();
    const kind = kindOf(part);
    const stem = kind === "word" ? meaningOf(text) : undefined;
    const named = isNamed(part, begins && index === 0);
    return withTraits({ kind, text, stem, named, pause: isLast ? pause : "none" });
  });
  return { tokens, pause };
}

/** Nine words in ten: nothing else has to be asked of them. */
const plainPattern = /^[a-z]+$/;

const opening = new Set("\"'`“”‘([{");
const closing = new Set("\"'`“”)]},.;:!?…");

/** By hand and not by an expression: `[…]+$` takes quadratic time on a long run of marks that ends otherwise. A lone operator stays. */
function bare(raw: string): { inner: string; pause: Token["pause"] } {
  let from = 0;
  let to = raw.length;
  let pause: Token["pause"] = "none";
  while (from < to && opening.has(raw.charAt(from))) from++;
  while (to > from && closing.has(raw.charAt(to - 1))) {
    to--;
    const mark = raw.charAt(to);
    if (".;:!?…".includes(mark)) pause = "stop";
    else if (mark === "," && pause === "none") pause = "comma";
  }
  return { inner: raw.slice(from, to), pause };
}

const wordPattern = /^\p{L}+(?:['-]\p{L}+)*$/u;
const numberPattern = /^[+−-]?\p{N}[\p{N}.,:/-]*$/u;
const measuredPattern = /^([+−-]?\p{N}[\p{N}.,]*)(%|°[cf]?|[kmgt]i?b|ms|s|min|h|kg|g|ml|l|cm|mm|km|m|x)$/iu;
/** Names of headers and the like: Content-Type. */
const titledPattern = /^\p{Lu}\p{L}*(?:-\p{Lu}\p{L}*)+$/u;
const versionPattern = /^v(\p{N}[\p{N}.]*)$/iu;

/** Compounds are their words, so that `read-only` and `read only` are one; a unit that is written to its number is a word of its own. */
function partsOf(inner: string): string[] {
  if (titledPattern.test(inner)) return [inner];
  if (wordPattern.test(inner)) return inner.split("-");
  const measured = measuredPattern.exec(inner);
  if (measured !== null) return measured.slice(1);
  const version = versionPattern.exec(inner);
  return version === null ? [inner] : version.slice(1);
}

function kindOf(part: string): Token["kind"] {
  if (numberPattern.test(part)) return "number";
  return (wordPattern.test(part) && !titledPattern.test(part)) || part === "%" ? "word" : "symbol";
}

function isNamed(part: string, begins: boolean): boolean {
  if (part.length < 2 || !wordPattern.test(part)) return false;
  const inside = part.slice(1);
  return inside !== inside.toLowerCase() || (!begins && part.charAt(0) !== part.charAt(0).toLowerCase());
}
