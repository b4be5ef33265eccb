/** A text as a row of words, numbers and marks: what everything that compares wordings looks at. One pass, linear in the length of the text. */

export interface Token {
  readonly kind: "word" | "number" | "symbol";
  /** Lower case, without the quotes, brackets and punctuation round it. */
  readonly text: string;
  /** True for words that begin a name: a capital inside a sentence, or capitals within the word. */
  readonly named: boolean;
  /** The punctuation that follows: none, a comma, or what ends a statement. */
  readonly pause: "none" | "comma" | "stop";
}

/**
 * Texts are cut here: three times the fields of a record together (`core/limits.ts`), so no lesson is. What is longer did not pass through a record and must only
 * not cost anything.
 */
const maxCharacters = 4_096;

export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let begins = true;
  for (const raw of text.slice(0, maxCharacters).normalize("NFKC").replaceAll("’", "'").split(/\s+/)) {
    const { inner, pause } = bare(raw);
    if (plainPattern.test(inner)) {
      tokens.push({ kind: "word", text: inner, named: false, pause });
      begins = pause === "stop";
      continue;
    }
    for (const part of inner === "" ? [] : partsOf(inner)) {
      tokens.push({ kind: kindOf(part), text: part.toLowerCase(), named: isNamed(part, begins), pause: "none" });
      begins = false;
    }
    const last = tokens.at(-1);
    if (last === undefined || pause === "none") continue;
    tokens[tokens.length - 1] = { ...last, pause };
    begins = pause === "stop";
  }
  return tokens;
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
