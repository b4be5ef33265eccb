/**
 * Is one question another in other words? What is asked the second time is answered without a model, so this errs towards "another question": both must want the same
 * kind of answer and speak of the same things, word for word but for a short list of words that mean the same, with the same numbers, units, marks and denials, in the
 * same relations. Nearness of embeddings has no say: a changed number or name moves a sentence less than another wording does (docs/decisions).
 */
import type { Token } from "../tokens.ts";
import { type Dependence, dependenceOf } from "./dependence.ts";
import { type Frame, frameOf } from "./frame.ts";
import { isPassive, moodOf, type Part, partsOf, tenseOf, withoutTool } from "./parts.ts";
import { sentencesOf } from "./tokens.ts";
import { doers } from "./words.ts";

/** A question taken apart, so that comparing it with many does that once. */
export interface ReadQuestion {
  /** Only questions with the same key can be the same. */
  readonly key: string;
  /** Why its answer may be another the next time; undefined where it is the same for whoever asks whenever. */
  readonly dependsOn: Dependence | "length" | undefined;
  readonly sentences: readonly ReadSentence[];
}

interface ReadSentence {
  readonly wanted: string;
  readonly mood: string;
  readonly tense: "now" | "then" | undefined;
  readonly marks: string;
  readonly tool: string;
  readonly parts: readonly Part[];
  /** Said in front with a comma: it may stand anywhere. */
  readonly front: readonly Part[];
}

/** Characters of a question, at most: longer ones tell a case of their own, and hold too much in which two can differ. */
export const maxReusedQuestionLength = 1_000;

export function readQuestion(text: string): ReadQuestion {
  if (text.length > maxReusedQuestionLength) return { key: "", dependsOn: "length", sentences: [] };
  const framed = sentencesOf(text).map((sentence) => ({ sentence, frame: frameOf(sentence) }));
  const marks = marksOf(text);
  const sentences = framed.map(({ frame }) => readSentence(frame, marks));
  const dependsOn = framed.map(({ sentence, frame }) => dependenceOf(sentence, frame)).find((each) => each !== undefined);
  return { key: JSON.stringify(sentences.map(keyOf)), dependsOn, sentences };
}

/** Do the two ask the same? Says nothing of what their answers depend on. */
export function isSameQuestion(first: ReadQuestion, second: ReadQuestion): boolean {
  if (first.key !== second.key || first.sentences.length === 0 || first.sentences.length !== second.sentences.length)
    return false;
  return first.sentences.every((sentence, at) => areSame(sentence, second.sentences[at] as ReadSentence));
}

function readSentence(frame: Frame, marks: string): ReadSentence {
  const { wanted, rest } = frame;
  const front =
    frame.front.length === 0 ? [] : partsOf(frame.front, wanted).filter(({ role, items }) => role !== "" || items.length > 0);
  const whole = partsOf(rest, wanted, isPassive(frame.asked, wanted));
  const told = asMeaning(byDeed(asOwned(whole, rest, wanted), wanted));
  const all = withoutTool([...told.parts, ...front], told.wanted);
  const isFront = (part: Part): boolean =>
    front.some((each) => each.role === part.role && each.items.join(" ") === part.items.join(" "));
  const parts = all.parts.filter((part, at) => at < told.parts.length - (all.tool === "" ? 0 : 1) || !isFront(part));
  return {
    wanted: told.wanted,
    mood: moodOf(frame.asked, wanted),
    tense: tenseOf(frame.asked),
    marks,
    tool: all.tool,
    parts: all.tool === "" ? told.parts : parts,
    front: all.tool === "" ? front : all.parts.filter((part) => !parts.includes(part)),
  };
}

function keyOf({ wanted, mood, marks, tool, parts, front }: ReadSentence): unknown {
  return [wanted, mood, marks, tool, [...parts, ...front].flatMap(({ items }) => items).toSorted()];
}

function areSame(first: ReadSentence, second: ReadSentence): boolean {
  if (first.tense !== undefined && second.tense !== undefined && first.tense !== second.tense) return false;
  const others = new Set(orders(second));
  return orders(first).some((order) => others.has(order)) || isHad(first, second) || isHad(second, first);
}

/** `How many players does a team have` is `how many players are on a team`. */
function isHad(one: ReadSentence, other: ReadSentence): boolean {
  if (
    one.wanted !== "how-many" ||
    one.parts.length !== 1 ||
    other.parts.length !== 2 ||
    one.front.length + other.front.length > 0
  )
    return false;
  const [, place] = other.parts;
  const isPlace = place?.role === "in" || place?.role === "on";
  return isPlace && one.parts[0]?.items.join(" ") === other.parts.flatMap(({ items }) => items).join(" ");
}

/** Every order of its parts in which the question is the same, as a text each. */
function orders({ parts, front }: ReadSentence): string[] {
  const placed =
    front.length === 0 ? [[...parts]] : parts.map((_, at) => [...parts.slice(0, at + 1), ...front, ...parts.slice(at + 1)]);
  return placed.flatMap((each) => [each, ...exchanged(each)]).map(textOf);
}

/** Where from and where to may change places, each with what belongs to it. */
function exchanged(parts: readonly Part[]): Part[][] {
  return parts.flatMap((part, at) => {
    const next = parts[at + 1];
    if (next === undefined || !isJourney(part.role, next.role)) return [];
    return [[...parts.slice(0, at), next, part, ...parts.slice(at + 2)]];
  });
}

function isJourney(one: string, other: string): boolean {
  return (one === "from" && other === "to") || (one === "to" && other === "from");
}

function textOf(parts: readonly Part[]): string {
  return JSON.stringify(parts.map(({ role, items }) => [role, ...items]));
}

/** `What port does PostgreSQL use by default` is `what is the default port of PostgreSQL`. */
function asOwned(parts: readonly Part[], rest: readonly Token[], wanted: string): readonly Part[] {
  const words = rest.map(({ text }) => text);
  const byDefault = parts.findIndex(({ role, items }) => role === "by" && items.length === 1 && items[0] === "default");
  const plain = byDefault < 0 ? parts : parts.filter((_, at) => at !== byDefault);
  const front = byDefault < 0 ? [] : ["default"];
  const [base, ...others] = plain;
  if (base === undefined || wanted !== "what") return parts;
  const auxiliary = words.findIndex((word) => word === "do" || word === "does");
  const verb = words.findIndex((word, at) => at > auxiliary && (word === "use" || word === "have"));
  const ends = words.slice(verb + 1);
  if (auxiliary < 1 || verb < 0 || (ends.length > 0 && ends[0] !== "by"))
    return front.length === 0 ? parts : [{ role: "", items: [...front, ...base.items] }, ...others];
  const thing = partsOf(rest.slice(0, auxiliary), wanted).flatMap(({ items }) => items);
  const owner = partsOf(rest.slice(auxiliary + 1, verb), wanted).flatMap(({ items }) => items);
  if (others.length > 0 || owner.includes("not")) return parts;
  return [
    { role: "", items: [...front, ...thing] },
    { role: "of", items: owner },
  ];
}

/** `Who is the author of` is `who wrote`. */
function byDeed(parts: readonly Part[], wanted: string): { parts: readonly Part[]; wanted: string } {
  const [base, next, ...others] = parts;
  const deed = wanted === "who" && base?.items.length === 1 ? doers.get(base.items[0] ?? "") : undefined;
  if (deed !== undefined && next?.role === "of")
    return { parts: [{ role: "", items: [deed, ...next.items] }, ...others], wanted };
  const isByWhom = wanted === "who" && parts.length > 1 && parts.at(-1)?.role === "by" && parts.at(-1)?.items.length === 0;
  return { parts: isByWhom ? parts.slice(0, -1) : parts, wanted };
}

/** `What does it mean` is `what is the meaning of it`. */
function asMeaning({ parts, wanted }: { parts: readonly Part[]; wanted: string }): { parts: readonly Part[]; wanted: string } {
  const [base, ...others] = parts;
  if (base === undefined || wanted !== "what") return { parts, wanted };
  if (others.length === 0 && base.items.length > 1 && base.items.at(-1) === "mean") {
    return { wanted: "meaning", parts: [{ role: "", items: base.items.slice(0, -1) }] };
  }
  const [of, ...rest] = others;
  if (base.items.length !== 1 || base.items[0] !== "mean" || of?.role !== "of") return { parts, wanted };
  return { wanted: "meaning", parts: [{ role: "", items: of.items }, ...rest] };
}

/** Code, options and names with marks in them, as they are written: `-r` is not `-R`. */
function marksOf(text: string): string {
  const marked = text
    .split(/\s+/)
    .map((piece) => piece.replace(/^["'“‘([{]+|["'”’)\]},.;:!?…]+$/g, ""))
    .filter(
      (piece) =>
        /[^\p{L}\p{N}'’,.%°:-]/u.test(piece) || piece.startsWith("-") || (/^\p{L}$/u.test(piece) && !/^[aAiI]$/.test(piece)),
    );
  const brackets = text.replaceAll(/[^[\]{}()<>`*^$|\\=+~#@&]/g, "");
  return [...marked, brackets].join(" ");
}
