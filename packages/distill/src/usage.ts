/**
 * Usage lines in what an environment says (`Usage: bind THING --via PLACE (to set the place of a thing)`), and which words of an action are the
 * values in them. Capitals and angle brackets mark a value, as manuals have it.
 */

export interface Usage {
  /** `bind THING --via PLACE` */
  readonly form: string;
  /** What the line says it is for, when it does: `to set the place of a thing`. */
  readonly purpose?: string;
}

export interface UsageFit {
  readonly usage: Usage;
  /** The action's words in the place of the form's values: `lamp` is a `THING`. */
  readonly values: ReadonlyMap<string, string>;
}

const usageLine = /\busage\s*[:=]\s*(.+)/i;

/** Each usage line once, in order. */
export function usagesIn(observations: readonly string[]): Usage[] {
  const usages = new Map<string, Usage>();
  for (const line of observations.flatMap((observation) => observation.split("\n"))) {
    const said = usageLine.exec(line)?.[1];
    const usage = said === undefined ? undefined : readUsage(said);
    if (usage !== undefined && !usages.has(usage.form)) usages.set(usage.form, usage);
  }
  return [...usages.values()];
}

/** A form that is known from elsewhere; undefined for one without a word of its own and a value. */
export function usageOf(form: string, purpose?: string): Usage | undefined {
  const names = wordsOf(form);
  if (!names.some(isValueName) || names.every(isValueName)) return undefined;
  return purpose === undefined ? { form } : { form, purpose };
}

/** A remark in brackets is the purpose; what follows the line as another sentence (an example, a hint) is not part of it. */
function readUsage(said: string): Usage | undefined {
  const [line = ""] = said.split(/[.;]?\s+(?=(?:example|e\.g|for example|see|try)\b)/i);
  const purpose = /\s\(([^()]+)\)\s*\.?$/.exec(line);
  const form = (purpose === null ? line : line.slice(0, purpose.index)).replace(/[.;]$/, "").trim();
  if (form === "") return undefined;
  return purpose?.[1] === undefined ? { form } : { form, purpose: purpose[1] };
}

/** The usage line that an action follows: the one with the most words of its own when several fit, none when none does. */
export function fitUsage(action: string, usages: readonly Usage[]): UsageFit | undefined {
  const fits = usages.flatMap((usage) => fitOne(action, usage) ?? []);
  return fits.sort((a, b) => b.literals - a.literals)[0];
}

/** Word by word. A tool is called with or without its own name before the command, so one word more in front is let through. */
function fitOne(action: string, usage: Usage): (UsageFit & { readonly literals: number }) | undefined {
  const names = wordsOf(usage.form);
  const words = wordsOf(action).slice(-names.length);
  if (words.length !== names.length || wordsOf(action).length > names.length + 1) return undefined;
  const values = new Map<string, string>();
  let literals = 0;
  for (const [at, name] of names.entries()) {
    const word = words[at] ?? "";
    if (isValueName(name)) values.set(word.replace(/^["']|["']$/g, ""), name.replace(/[<>[\]{}]/g, ""));
    else if (word.toLowerCase() === name.toLowerCase()) literals += 1;
    else return undefined;
  }
  return literals === 0 ? undefined : { usage, values, literals };
}

/** Quoted text is one word; white space and the signs between a name and its value part words; articles are no words. */
function wordsOf(command: string): string[] {
  const words = command.match(/"[^"]*"|'[^']*'|<[^>]+>|[^\s=:,@+>;"'<]+/g) ?? [];
  return words.filter((word) => !/^(?:the|a|an)$/.test(word));
}

function isValueName(name: string): boolean {
  return /^[[{]?(?:<[^>]+>|[A-Z][A-Z0-9_-]*)[\]}]?$/.test(name);
}

/** Matches the word where it stands alone, whatever its case. */
export function wholeWord(word: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}_-])${word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}(?![\\p{L}\\p{N}_]|-\\p{L})`, "giu");
}
