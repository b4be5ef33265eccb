/** How a family of commands is written, and how a tolerant tool reads what was typed. */

export type Shape = "flag" | "symbol" | "word";

export interface Syntax {
  /** The command's name: a common word that says nothing of what it does. */
  readonly verb: string;
  /** `flag`: `verb SUBJECT --mark VALUE`; `symbol`: `verb SUBJECT + VALUE`; `word`: `verb SUBJECT mark VALUE`. */
  readonly shape: Shape;
  /** The flag's name, the symbol or the word between subject and value. */
  readonly mark: string;
}

/** What a typed command holds beside its verb; undefined parts could not be read. */
export interface Parts {
  readonly subject?: string;
  readonly value?: string;
}

/** The command in the tool's own spelling. */
export function writeCommand(syntax: Syntax, subject: string, value: string): string {
  const between = syntax.shape === "flag" ? `--${syntax.mark}` : syntax.mark;
  return `${syntax.verb} ${subject} ${between} ${value}`;
}

/**
 * The words of what was typed, as a tolerant tool sees them: lower case, without a shell's prompt, the tool's own name, quotes, articles,
 * units and final stops; symbols stand alone; spellings are the tool's.
 */
export function wordsOf(typed: string, tool: string): string[] {
  const found = typed
    .toLowerCase()
    .replace(/["'`;,]|\.(?=\s|$)/g, "")
    .replace(/^\s*[$>]\s*/, "")
    .replace(/([@=:>+])/g, " $1 ")
    .split(/\s+/)
    .filter((word) => word !== "" && !ignoredWords.has(word))
    .map((word) => spellings.get(word) ?? word);
  return found[0] === tool ? found.slice(1) : found;
}

const ignoredWords: ReadonlySet<string> = new Set(["the", "a", "an", "degrees", "oclock"]);
const spellings: ReadonlyMap<string, string> = new Map([
  ["color", "colour"],
  ["gray", "grey"],
]);

/** Subject and value from the words after the verb. Flags may stand anywhere and be joined by `=`. */
export function readParts(syntax: Syntax, words: readonly string[]): Parts {
  const place = words.findIndex((word) => marksValue(syntax, word));
  if (place === -1) return words.length === 1 ? { subject: words[0] } : {};
  const after = words.slice(place + 1);
  const value = syntax.shape === "flag" && after[0] === "=" ? after.slice(1) : after;
  const rest = syntax.shape === "flag" ? [...words.slice(0, place), ...value.slice(1)] : words.slice(0, place);
  if (rest.length > 1 || (syntax.shape !== "flag" && value.length > 1)) return {};
  return { subject: rest[0], value: value[0] };
}

function marksValue({ shape, mark }: Syntax, word: string): boolean {
  return shape === "flag" ? word === `--${mark}` || word === `-${mark}` : word === mark;
}
