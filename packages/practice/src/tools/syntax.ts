/** How a family of commands is written, and what is read from the words of one. */

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
