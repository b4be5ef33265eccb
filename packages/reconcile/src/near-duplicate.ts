/** Are two lessons one lesson in other words? */
import type { LessonBody } from "@grapevine/core";
import {
  type Disagreement,
  disagreement,
  disagreementOfCases,
  exchangedThings,
  oppositeTitles,
  otherNames,
  otherThings,
} from "./disagreement.ts";
import { type Gist, gistContainment, gistOf } from "./gist.ts";
import { PiecedText } from "./tokens.ts";
import { containment, overlap, sharedStems, type Wording, wordingOf } from "./wording.ts";

/**
 * Cosine below which two lessons are never taken for one. With the limits below and what `disagreement.ts` looks at, and all-MiniLM-L6-v2: of the sentence pairs of
 * SICK (864 paraphrases, 665 contradictions) 91 % of the paraphrases are recognised and 1.1 % of the contradictions merged; of our own labelled pairs of lessons (253
 * and 264) 97 % and none. A cosine of 0.85 alone, on SICK: 84 % and 21 %.
 */
export const duplicateSimilarity = 0.69;
/** Cosine that two lessons need which share only a few words. */
const briefSimilarity = 0.81;
/** Shared meaningful words from which on the lower cosine is enough: two accounts of one thing lie farther apart the longer they are. */
const manySharedWords = 6;
/** Share of meaningful words that duplicates have in common, at least. */
export const duplicateOverlap = 0.3;
/** Share of the words of the shorter guidance that the other has too, at least: one situation calls for different things. */
const duplicateContainment = 0.4;

export type ComparedFields = Pick<LessonBody, "title" | "situation" | "guidance" | "kind" | "environment">;

/** A lesson with its text taken apart, so that comparing it with many does that once, and only as far as a comparison goes. */
export class ComparedLesson {
  readonly fields: ComparedFields;
  readonly #texts: { -readonly [Field in Part]?: PiecedText } = {};
  readonly #wordings: { -readonly [Field in Part | "whole"]?: Wording } = {};
  readonly #gists: { -readonly [Field in Part]?: Gist } = {};
  /** By the lesson it was held against: several rules ask the same of a pair. */
  readonly #found = new Map<ComparedLesson, { guidance?: Found; situation?: Found }>();

  constructor(fields: ComparedFields) {
    this.fields = fields;
  }

  get title(): Wording {
    return this.#wording("title");
  }

  get situation(): Wording {
    return this.#wording("situation");
  }

  get guidance(): Wording {
    return this.#wording("guidance");
  }

  /** Of what `lessonText` makes of it. */
  get whole(): Wording {
    this.#wordings.whole ??= wordingOf(this.#text("title"), this.#text("situation"), this.#text("guidance"));
    return this.#wordings.whole;
  }

  gist(field: Part): Gist {
    this.#gists[field] ??= gistOf(this.#text(field));
    return this.#gists[field];
  }

  #wording(field: Part): Wording {
    this.#wordings[field] ??= wordingOf(this.#text(field));
    return this.#wordings[field];
  }

  #text(field: Part): PiecedText {
    this.#texts[field] ??= new PiecedText(this.fields[field]);
    return this.#texts[field];
  }

  /** How what the two advise, or the cases they speak of, exclude each other; undefined when they do not. */
  disagreementWith(other: ComparedLesson, field: "situation" | "guidance"): Disagreement | undefined {
    const found = this.#found.get(other) ?? {};
    this.#found.set(other, found);
    found[field] ??= { disagreement: (field === "guidance" ? disagreement : disagreementOfCases)(this[field], other[field]) };
    return found[field].disagreement;
  }
}

type Part = "title" | "situation" | "guidance";

interface Found {
  readonly disagreement: Disagreement | undefined;
}

export function comparedLesson(fields: ComparedFields): ComparedLesson {
  return new ComparedLesson(fields);
}

/** Why the two are not duplicates, or undefined when they are. `similarity` is the cosine of their embeddings. */
export function duplicateProblem(first: ComparedFields, second: ComparedFields, similarity: number): string | undefined {
  if (!isNear(similarity)) return "they are not near enough";
  return differenceOf(comparedLesson(first), comparedLesson(second), similarity);
}

export function isNear(similarity: number): boolean {
  return similarity >= duplicateSimilarity;
}

/** What keeps two lessons that lie near each other from being one, or undefined. */
export function differenceOf(first: ComparedLesson, second: ComparedLesson, similarity: number): string | undefined {
  // The cheap questions first: most of what lies near a lesson is about something else.
  if (mayShareTooLittle(first.gist("guidance"), second.gist("guidance"), duplicateContainment)) return tooFewWords;
  if (haveOtherForms(first, second)) return "they give different commands";
  const things = otherThings(first.whole, second.whole);
  if (things !== undefined) return things.reason;
  if (containment(first.guidance, second.guidance) < duplicateContainment) return tooFewWords;
  if (overlap(first.whole, second.whole) < duplicateOverlap) return tooFewWords;
  if (similarity < briefSimilarity && sharedStems(first.whole, second.whole) < manySharedWords) return "they are not near enough";
  return contradictionOf(first, second) ?? replacement(first.whole, second.whole);
}

/**
 * Does each name the form of a command, and of another one? The commands of one tool are often written alike but for the first word, and done for purposes that are told
 * alike but for one ("count the rows", "list the rows").
 */
function haveOtherForms({ fields: first }: ComparedLesson, { fields: second }: ComparedLesson): boolean {
  const [one, other] = [first, second].map(({ guidance }) => commandForm.exec(guidance)?.[1]?.toLowerCase());
  return one !== undefined && other !== undefined && one !== other;
}

/** `Write bind THING --via PLACE`: a command, and after it a name in capitals that stands for a value. */
const commandForm = /\bWrite (\S+) (?=.*\b[A-Z]{2,}\b)/;

/** What in two lessons of nearly the same words makes them say different things, or undefined. */
export function contradictionOf(first: ComparedLesson, second: ComparedLesson): string | undefined {
  if (isWarning(first) !== isWarning(second)) return "one of them warns, the other advises";
  const fact = otherFact(first, second);
  if (fact !== undefined) return fact;
  return (
    otherThings(first.whole, second.whole) ??
    otherNames(first.situation, second.situation) ??
    otherNames(first.guidance, second.guidance) ??
    first.disagreementWith(second, "guidance") ??
    first.disagreementWith(second, "situation") ??
    (isWarning(first) ? undefined : oppositeTitles(first, second))
  )?.reason;
}

/** What in the guidance of two lessons for one situation cannot both be followed. */
export interface Contradiction {
  readonly kind: Disagreement["kind"] | "kind";
  /** In words: `one of them denies what the other says of cache`. */
  readonly reason: string;
}

/**
 * Do the two give guidance that excludes each other's, provided that their situations are the same (`sameSituation`)? Undefined for guidance that agrees and for
 * guidance that is about something else, which may be followed as well. Purely of words: what is opposite only to somebody who knows the matter is not found.
 */
export function contradictionBetween(first: ComparedLesson, second: ComparedLesson): Contradiction | undefined {
  if (mayShareTooLittle(first.gist("guidance"), second.gist("guidance"), contradictingContainment)) return undefined;
  const shared = containment(first.guidance, second.guidance);
  if (shared < contradictingContainment) return undefined;
  const found = first.disagreementWith(second, "guidance");
  if (found !== undefined) return found;
  if (isWarning(first) !== isWarning(second)) {
    return overlap(first.guidance, second.guidance) >= sameGuidance
      ? { kind: "kind", reason: "one of them warns of what the other advises" }
      : undefined;
  }
  return shared >= alikeContainment ? exchangedThings(first.guidance, second.guidance) : undefined;
}

/** Are the two about one situation, as far as words tell? Cheap: looks at nothing that is not taken apart already. */
export function sameSituation(first: ComparedLesson, second: ComparedLesson): boolean {
  if (mayShareTooLittle(first.gist("situation"), second.gist("situation"), situationContainment)) return false;
  if (containment(first.situation, second.situation) < situationContainment) return false;
  if (otherFact(first, second) !== undefined || otherNames(first.situation, second.situation) !== undefined) return false;
  return (otherThings(first.situation, second.situation) ?? first.disagreementWith(second, "situation")) === undefined;
}

/** Gists hold more words than what is compared in the end, and so share a little less of them. */
const gistSlack = 0.7;
const tooFewWords = "they share too few words";

function mayShareTooLittle(first: Gist, second: Gist, least: number): boolean {
  return gistContainment(first, second) < gistSlack * least;
}

/** Share of the shorter guidance's words below which the two speak of different things, and contradict each other only by chance. */
const contradictingContainment = 0.3;
/** Share from which on another number or option stands in the place of the first, and not beside it. */
const alikeContainment = 0.5;
/** Overlap of guidance that is word for word the same but for an ending. */
const sameGuidance = 0.8;
/** Share of the shorter situation's words that the other has too. */
const situationContainment = 0.6;

/**
 * Agents who found the same lesson by themselves tell it in sentences of their own. A text that copies another but for a word or two makes another point by these
 * words, whether they are known as opposites or not.
 */
function replacement(first: Wording, second: Wording): string | undefined {
  if (Math.min(first.stems.size, second.stems.size) < copiedWords) return undefined;
  const shared = sharedStems(first, second);
  const [aheadCount, behindCount] = [first.stems.size - shared, second.stems.size - shared];
  if (aheadCount === 0 || behindCount === 0 || Math.max(aheadCount, behindCount) > replacedWords) return undefined;
  const sharedRow = (one: Wording, other: Wording): string => one.row.filter((item) => other.stems.has(item)).join(" ");
  if (sharedRow(first, second) !== sharedRow(second, first)) return undefined;
  const only = (one: Wording, other: Wording): string[] => [...one.stems.keys()].filter((stem) => !other.stems.has(stem));
  return `they are the same but for ${only(first, second).join(" and ")}, ${only(second, first).join(" and ")}`;
}

/** Meaningful words from which on it is no accident that all but a few are the same. */
const copiedWords = 12;
/** Different words on either side, at most, in a text that copies another. */
const replacedWords = 2;

function isWarning({ fields }: ComparedLesson): boolean {
  return fields.kind === "pitfall";
}

function otherFact(first: ComparedLesson, second: ComparedLesson): string | undefined {
  const facts = second.fields.environment;
  if (facts === undefined || first.fields.environment === undefined) return undefined;
  const other = Object.entries(first.fields.environment).find(([name, value]) => (facts[name] ?? value) !== value);
  return other === undefined ? undefined : `they are about different ${other[0]}`;
}
