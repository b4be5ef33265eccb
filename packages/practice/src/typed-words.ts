/** How a tolerant tool reads what was typed. */

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
