/** How a text stands to each of its words, and what stands beside them. */
import type { Clause } from "./clauses.ts";

/** How a text stands to a word. Both are true when it does this here and that there; neither, when it leaves it open. */
export interface Stance {
  readonly affirmed: boolean;
  readonly denied: boolean;
  /** Numbers of the clauses that deny it. */
  readonly deniedIn: readonly number[];
}

/** Of its stems and marks. */
export function stancesOf(clauses: readonly Clause[]): Map<string, Stance> {
  const stances = new Map<string, Stance>();
  for (let number = 0; number < clauses.length; number++)
    for (const { item, polarity } of clauses[number]?.words ?? []) {
      if (item === undefined) continue;
      const before = stances.get(item) ?? open;
      if (polarity === -1) stances.set(item, deniedAsWell(before, number));
      else if (polarity === 1 && !before.affirmed) stances.set(item, before === open ? affirmed : { ...before, affirmed: true });
      else if (before === open) stances.set(item, open);
    }
  return stances;
}

/** Most words are never denied, and stand alike. */
const open: Stance = { affirmed: false, denied: false, deniedIn: [] };
const affirmed: Stance = { ...open, affirmed: true };

function deniedAsWell(stance: Stance, clause: number): Stance {
  const isNew = stance.deniedIn.at(-1) !== clause;
  return { ...stance, denied: true, deniedIn: isNew ? [...stance.deniedIn, clause].slice(0, maxSides) : stance.deniedIn };
}

/** The first word with a meaning behind each denial. */
export function focusesOf(clauses: readonly Clause[]): Set<string> {
  const focuses = new Set<string>();
  for (const { words } of clauses) {
    let isOpen = false;
    for (const { denies, item } of words) {
      if (isOpen && item !== undefined) focuses.add(item);
      isOpen = denies || (isOpen && item === undefined);
    }
  }
  return focuses;
}

/** The nearest words with a meaning on both sides of a stem or mark, or of a word without a meaning: `< box` in front, `> box` behind. */
export function besideIn(clauses: readonly Clause[], name: string): readonly string[] {
  let beside: string[] = [];
  for (const { words } of clauses)
    for (const [index, { token, item }] of words.entries()) {
      if ((item ?? token.text) !== name) continue;
      const front = words.findLast((word, at) => at < index && word.item !== undefined)?.item;
      const behind = words.find((word, at) => at > index && word.item !== undefined)?.item;
      const sides = [front === undefined ? [] : `< ${front}`, behind === undefined ? [] : `> ${behind}`].flat();
      beside = [...beside.slice(0, maxSides), ...sides];
    }
  return beside;
}

/** Enough for any lesson; a bound for a text of one word again and again. */
const maxSides = 16;
