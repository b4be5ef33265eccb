/**
 * What a text in a record may hold. Lessons end up in prompts and on screens, so nothing invisible, reordering or control-like is let in; the
 * check is on the record's bytes, before anybody believes it.
 */

/**
 * Control characters (line ends too: every field is one line), the soft hyphen, zero-width and bidirectional marks, variation selectors, the
 * tag block, and private code points.
 */
const forbiddenCharacters = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|[\u{FE00}-\u{FE0F}]|[\u{115F}\u{1160}\u{3164}]/u;

/** Not assigned in the version of Unicode that this runtime knows: a later one may know them as letters, or as something invisible. */
const unassignedCharacters = /\p{Cn}/u;

/** Fences and chat-template tokens: they have no meaning in a lesson, and some in a prompt. */
const markup = /```|<\||\|>|\[\/?INST\]|<\/?s>|<<\/?SYS>>/i;

/** What is wrong with a text whose author may know a later version of Unicode. It is asked last: with whatever else is wrong, it is wrong everywhere. */
export const unassignedProblem = "holds a character that is not assigned in the version of Unicode known here";

/** What is wrong with a text, or undefined when nothing is. */
export function textProblem(text: string): string | undefined {
  if (!text.isWellFormed()) return "holds half of a surrogate pair";
  if (forbiddenCharacters.test(text)) return "holds a control, invisible or bidirectional character";
  if (text !== text.trim()) return "begins or ends with white space";
  if (text !== text.normalize("NFC")) return "is not in Unicode normal form C";
  if (markup.test(text)) return "holds markup or a chat-template token";
  if (unassignedCharacters.test(text)) return unassignedProblem;
  return undefined;
}

/**
 * The nearest text that `textProblem` passes: one line, no invisible characters, normal form C, cut to `maxLength` UTF-16 units. For text that
 * this node wrote (a model's draft, a tool's output); never used on a record that arrived.
 */
export function cleanText(text: string, maxLength: number): string {
  const flat = text
    .toWellFormed()
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replace(new RegExp(`${forbiddenCharacters.source}|${unassignedCharacters.source}`, "gu"), "")
    .replace(new RegExp(markup.source, "gi"), " ")
    .trim();
  return flat.length <= maxLength
    ? flat
    : flat
        .slice(0, maxLength)
        .toWellFormed()
        .replace(/\uFFFD$/u, "")
        .trim();
}

/** Lower case, letters and digits only, single spaces: two texts with the same form say the same thing in the same words. */
export function normalisedText(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
