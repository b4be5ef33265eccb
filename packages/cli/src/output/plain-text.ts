/**
 * Text of others on one's own screen. Lessons, answers and tool outputs are written by models and by peers; a terminal obeys escape sequences and
 * reordering marks, so what could move the cursor, recolour, retitle or turn text round is taken out before printing. JSON keeps all of it, escaped.
 */

/** C0 and C1 control characters (an escape sequence without its ESC or CSI is harmless), bidirectional marks, the tag block, half surrogates. */
const unprintable = /[\p{Cc}\p{Cs}\u{061C}\u{200E}\u{200F}\u{202A}-\u{202E}\u{2066}-\u{2069}\u{FEFF}\u{E0000}-\u{E007F}]/gu;

/** The text with its line ends and tabs, and nothing else that a terminal obeys. */
export function printableText(text: string): string {
  return text
    .replace(/\r\n?|[\u{2028}\u{2029}\u{0085}]/gu, "\n")
    .replace(unprintable, (character) => (character === "\n" || character === "\t" ? character : ""));
}

/** The same on one line, white space runs made one space. */
export function printableLine(text: string): string {
  return printableText(text).replace(/\s+/gu, " ").trim();
}

/** One line of JSON in which what is unprintable is escaped: the same value for whoever parses it, and harmless to look at. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(unprintable, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  );
}
