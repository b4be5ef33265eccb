/** What a question is about, in parts: the words with a meaning, and how each part belongs to what stands in front of it. */
import { amountAt, unitNamed } from "../quantities.ts";
import { type Token, wordToken } from "../tokens.ts";
import { baseOf } from "./base-form.ts";
import { droppedWords, isParticiple, phrasalVerb, roles, sameWord, toolRoles, tools, wordSet } from "./words.ts";

export interface Part {
  /** `in`, `to`, `of` …; empty for what stands at the beginning. */
  readonly role: string;
  readonly items: readonly string[];
}

/** The parts of one sentence, in its order. */
export function partsOf(tokens: readonly Token[], wanted: string, isPassive = false): Part[] {
  const words = withOf(tokens);
  const parts: { role: string; items: string[] }[] = [{ role: "", items: [] }];
  const skipped = new Set<number>();
  for (let index = 0; index < words.length; index++) {
    const token = words[index] as Token;
    if (skipped.has(index)) continue;
    const role = roleAt(words, index, wanted);
    if (role !== undefined) {
      parts.push({ role, items: [] });
      continue;
    }
    const items = parts.at(-1)?.items ?? [];
    const amount = amountAt(words, index);
    if (amount !== undefined) {
      items.push(amount.amount);
      if (amount.hasUnit) skipped.add(index + 1);
      continue;
    }
    if (isDropped(words, index)) continue;
    const particle = particleOf(words, index);
    if (particle !== undefined) skipped.add(particle);
    const item = itemOf(token, particle === undefined ? undefined : words[particle]?.text, words);
    // Of a mountain or a tower, both are asked.
    items.push(wanted === "how" && item === "tall" ? "high" : item);
  }
  return (isPassive ? inActiveVoice(parts, tokens, wanted) : parts).filter(
    ({ items }, at) => at === 0 || items.length > 0 || at === parts.length - 1,
  );
}

/** Modal words anywhere: what may be done is not what must be. */
export function moodOf(tokens: readonly Token[], wanted: string): string {
  if (wanted === "how-to") return "";
  const moods = new Set<string>();
  for (const [index, { text }] of tokens.entries()) {
    const next = tokens[index + 1]?.text;
    const isMust = next === "to" && (text === "have" || text === "has");
    // Who does not have to may; who must not may not.
    const mood = isMust
      ? tokens.some((token) => token.text === "not")
        ? "have to"
        : "must"
      : text === "able" && next === "to"
        ? "can"
        : moodWords.get(text);
    if (mood !== undefined) moods.add(mood);
  }
  if (tokens.some(({ text }) => text === "possible") && wanted === "yes-no") moods.add("can");
  // How long it must, should, or does take is one question; how long it can is another.
  if (wanted === "how-long") for (const mood of ["must", "should"]) moods.delete(mood);
  return [...moods].toSorted().join(" ");
}

const moodWords: ReadonlyMap<string, string> = new Map([
  ["can", "can"],
  ["could", "can"],
  ["should", "should"],
  ["ought", "should"],
  ["shall", "should"],
  ["must", "must"],
  ["may", "may"],
  ["might", "may"],
  ["will", "will"],
  ["would", "would"],
]);

/** Is something done to what the question is about, and nobody named who does it? */
export function isPassive(asked: readonly Token[], wanted: string): boolean {
  const isOfAnybody = asked.some(({ text }) => text === "i" || text === "you" || text === "we");
  return passiveKinds.has(wanted) && !isOfAnybody && asked.some(({ text }) => beings.has(text));
}

const beings: ReadonlySet<string> = wordSet("is are was were be been being");

/** `now`, `then`, or neither where no word says. */
export function tenseOf(tokens: readonly Token[]): "now" | "then" | undefined {
  if (tokens.some(({ text }) => pastWords.has(text))) return "then";
  return tokens.some(({ text }) => presentWords.has(text)) ? "now" : undefined;
}

const pastWords: ReadonlySet<string> = wordSet("was were did had");
const presentWords: ReadonlySet<string> = wordSet("is are am do does");

/** `France's capital` becomes `capital of France`. */
function withOf(tokens: readonly Token[]): Token[] {
  const words = [...tokens];
  const at = words.findIndex(({ text, kind }) => kind === "word" && text.endsWith("'s"));
  const owner = words[at];
  if (owner === undefined) return words;
  let from = at;
  while (from > 0 && isThing(words[from - 1])) from--;
  let to = at + 1;
  while (to < words.length && isThing(words[to])) to++;
  if (to === at + 1) return words;
  const name = owner.text.slice(0, -2);
  const owners = [...words.slice(from, at), { ...owner, text: name, stem: name }];
  const of = wordToken("of", "none");
  return [...words.slice(0, from), ...words.slice(at + 1, to), of, ...owners, ...words.slice(to)];
}

function isThing(token: Token | undefined): boolean {
  return token?.kind === "word" && token.stem !== undefined && !moodWords.has(token.text);
}

function roleAt(words: readonly Token[], index: number, wanted: string): string | undefined {
  const token = words[index] as Token;
  if (token.kind !== "word" || isNamedSmallWord(token)) return undefined;
  const text = token.text === "if" && wanted === "how-to" ? "when" : token.text;
  // `have to` and `able to` are moods.
  if (text === "to" && moodEnds.has(words[index - 1]?.text ?? "")) return undefined;
  return roles.get(text);
}

const moodEnds: ReadonlySet<string> = wordSet("have has able ought possible");

/** `US` and `WHO` are names, and no small words. */
function isNamedSmallWord({ named, stem, text }: Token): boolean {
  return named && stem === undefined && text.length > 1;
}

function isDropped(words: readonly Token[], index: number): boolean {
  const token = words[index] as Token;
  if (token.kind !== "word" || isNamedSmallWord(token)) return false;
  if (token.text === "to" || token.text === "possible" || token.text === "able")
    return moodEnds.has(token.text) || token.text === "to";
  if (token.text === "it") return true;
  if (moodWords.has(token.text) && token.text !== "may") return true;
  if (token.text === "which" || token.text === "who") return auxiliaries.has(words[index + 1]?.text ?? "");
  return droppedWords.has(token.text);
}

const auxiliaries: ReadonlySet<string> = wordSet("is are was were has have can must should");

function itemOf(token: Token, particle: string | undefined, words: readonly Token[]): string {
  if (token.kind !== "word") return token.text;
  const stem = baseOf(token.text);
  if (particle !== undefined) return sameWord(phrasalVerb(stem, particle) ?? stem);
  const unit = unitNamed(token.text);
  if (unit !== undefined) return unit;
  if (stem === "turn" && words.some(({ text }) => text === "into")) return "convert";
  if ((stem === "stop" || stem === "keep") && words.some(({ text }) => text === "from")) return "prevent";
  return sameWord(stem);
}

/** Where the small word of a phrasal verb stands: beside it, or behind its object at the end of the sentence or in front of the next part. */
function particleOf(words: readonly Token[], index: number): number | undefined {
  const token = words[index];
  if (token?.stem === undefined) return undefined;
  const stem = baseOf(token.text);
  for (let at = index + 1; at < Math.min(words.length, index + particleReach); at++) {
    const text = words[at]?.text ?? "";
    if (phrasalVerb(stem, text) !== undefined) {
      const next = words[at + 1];
      if (at === index + 1 || next === undefined || roles.has(next.text)) return at;
      return undefined;
    }
    if (roles.has(text)) return undefined;
  }
  return undefined;
}

const particleReach = 6;

/** `can the file be deleted` is `delete the file`; `be eaten by dogs` is `dogs eat`. */
function inActiveVoice(parts: readonly Part[], tokens: readonly Token[], wanted: string): Part[] {
  const [base, ...others] = parts;
  if (base === undefined || base.items.length < 2) return [...parts];
  const end = tokens.findIndex((_, index) => index > 0 && roleAt(tokens, index, wanted) !== undefined);
  const last = tokens[(end < 0 ? tokens.length : end) - 1]?.text ?? "";
  if (!isParticiple(last)) return [...parts];
  const verb = base.items.at(-1) ?? "";
  const objects = base.items.slice(0, -1);
  if (objects.includes("not")) return [...parts];
  const by = others.findIndex(({ role }) => role === "by");
  const agent = others[by];
  if (agent === undefined) return [{ role: "", items: [verb, ...objects] }, ...others];
  return [{ role: "", items: [...agent.items, verb, ...objects] }, ...others.filter((_, at) => at !== by)];
}

const passiveKinds: ReadonlySet<string> = wordSet("how-to yes-no how-long who");

/** The one place in which a thing is done, taken out of the parts, since it is said in front of a noun as well as behind. */
export function withoutTool(parts: readonly Part[], wanted: string): { tool: string; parts: readonly Part[] } {
  const named = parts.flatMap(({ items }) => items.filter((item) => tools.has(item)));
  const [tool] = named;
  if (tool === undefined || named.length > 1 || wanted !== "how-to") return { tool: "", parts };
  const at = parts.findIndex(({ items }) => items.includes(tool));
  const part = parts[at] as Part;
  const place = part.items.indexOf(tool);
  const isRole = toolRoles.has(part.role) && place === 0 && part.items.length === 1;
  const isInFront = place > 0 && place < part.items.length - 1;
  if (!isRole && !isInFront) return { tool: "", parts };
  const rest = parts.flatMap((each, position) => {
    if (position !== at) return [each];
    const items = each.items.filter((item) => item !== tool);
    return items.length === 0 ? [] : [{ ...each, items }];
  });
  return { tool, parts: rest };
}
