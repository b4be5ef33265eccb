/**
 * Which lessons stay when there is not room for all.
 *
 * The objective is f(S) = Σ over topics t of √(Σ worth of the lessons of S in t): a feature-based submodular function (H. Lin, J. Bilmes, "A Class of Submodular
 * Functions for Document Summarization", ACL 2011). Its returns diminish within a topic, so that the tenth lesson on a popular subject goes before the only one on a
 * rare subject. What goes is what f loses least with: always the least worthy lesson of some topic, so that a sorted tree for each topic and one over the topics
 * find it without looking at the others. The cost of a change is logarithmic in the number of lessons.
 *
 * Worth fades with disuse by forward decay (G. Cormode, V. Shkapenyuk, D. Srivastava, B. Xu, ICDE 2009): instead of all old lessons losing, new uses count more, so
 * that nothing has to be worked out again as time goes by, and the order of all differences in f is what it would be.
 *
 * Lessons of one's own and pinned ones are not entered: they stay whatever comes. Held lessons have a room of their own, so that strangers' lessons compete with
 * strangers' lessons and can push out none that is believed; and where there is no room, strangers with more than a quota give way first.
 */
import type { AuthorId, RecordId } from "@grapevine/core";
import sorted from "sorted-btree";

export interface KeepingLimits {
  /** Foreign lessons that may be used or wait, pinned ones apart. */
  readonly capacity: number;
  /** The share of the capacity that held lessons may take. */
  readonly heldShare: number;
  /** The share of the capacity that one author whom the user does not trust may take where there is no room. */
  readonly authorShare: number;
}

export const defaultKeepingLimits: KeepingLimits = { capacity: 20_000, heldShare: 0.5, authorShare: 0.05 };

/** Worth of a lesson halves with each such time since it was last used, or received where it never was. */
export const worthHalfLifeMs: number = 90 * 24 * 60 * 60 * 1000;
/** Lessons that were never used are as old as the week in which they came: within it the ones that came first stay, so that a flood displaces nothing. */
export const receiptGrainMs: number = 7 * 24 * 60 * 60 * 1000;
/** Worth of a lesson of which nothing is known. */
export const baseWorth = 0.05;
export const trustWeight = 0.5;
/** Forward decay counts from here, 2026-01-01, so that the figures stay small; the order does not depend on it. */
const decayOriginMs = 1_767_225_600_000;

export interface KeptLesson {
  readonly id: RecordId;
  readonly label: number;
  readonly author: AuthorId;
  readonly topic: number;
  readonly pool: "held" | "admitted";
  /** True for a stranger: then the quota holds. */
  readonly limited: boolean;
  /** See `worthOf`. */
  readonly worth: number;
  /** The lower bound of its utility that the worth was worked out from. */
  readonly utility: number;
}

export interface WorthInput {
  /** Lower bound of its utility, from 0 to 1. */
  readonly utility: number;
  /** Lower bound of the trust in its author, from 0 to 1. */
  readonly trust: number;
  /** When it was last used; 0 for never. Milliseconds since the epoch. */
  readonly usedAt: number;
  readonly receivedAt: number;
}

/** What a lesson adds to its topic, above 0. Comparable among lessons at any time, see above. */
export function worthOf({ utility, trust, usedAt, receivedAt }: WorthInput): number {
  const touchedAt = Math.max(usedAt, Math.floor(receivedAt / receiptGrainMs) * receiptGrainMs);
  return (baseWorth + utility + trustWeight * trust) * 2 ** ((touchedAt - decayOriginMs) / worthHalfLifeMs);
}

/** A lesson that is too many, and why. */
export interface Overflow {
  readonly lesson: KeptLesson;
  readonly over: "capacity" | "held-share" | "author-quota";
}

/** The lessons that compete for room. Deterministic: the same lessons give the same answers in whatever order they were entered. */
export class Keeping {
  readonly #limits: KeepingLimits;
  readonly #lessons = new Map<RecordId, KeptLesson>();
  readonly #pools: Readonly<Record<KeptLesson["pool"], Pool>> = { held: new Pool(), admitted: new Pool() };
  readonly #authors = new Map<AuthorId, Tree<KeptLesson>>();
  /** Authors that are over their quota, in an order that does not depend on who was over it first. */
  readonly #over: Tree<AuthorId> = treeOf(inTextOrder);

  constructor(limits: KeepingLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#lessons.size;
  }

  /** Enters a lesson, or what has changed about it. */
  set(lesson: KeptLesson): void {
    this.delete(lesson.id);
    this.#lessons.set(lesson.id, lesson);
    this.#pools[lesson.pool].add(lesson);
    if (!lesson.limited) return;
    const ofAuthor = this.#authors.get(lesson.author) ?? treeOf(waitingFirst);
    this.#authors.set(lesson.author, ofAuthor);
    ofAuthor.set(lesson, undefined);
    this.#noteQuota(lesson.author, ofAuthor.size);
  }

  delete(id: RecordId): void {
    const lesson = this.#lessons.get(id);
    if (lesson === undefined) return;
    this.#lessons.delete(id);
    this.#pools[lesson.pool].delete(lesson);
    const ofAuthor = this.#authors.get(lesson.author);
    if (ofAuthor === undefined) return;
    ofAuthor.delete(lesson);
    this.#noteQuota(lesson.author, ofAuthor.size);
    if (ofAuthor.size === 0) this.#authors.delete(lesson.author);
  }

  get(id: RecordId): KeptLesson | undefined {
    return this.#lessons.get(id);
  }

  /** The next lesson to go, or undefined while there is room. It stays entered until it is deleted. */
  overflow(): Overflow | undefined {
    const { capacity, heldShare } = this.#limits;
    const { held, admitted } = this.#pools;
    const tooManyHeld = held.size > Math.floor(capacity * heldShare);
    if (!tooManyHeld && this.size <= capacity) return undefined;
    // Where there is room a stranger may have as much as comes; where there is none, those over their quota give way first.
    const surplus = this.#surplus(tooManyHeld);
    if (surplus !== undefined) return overflowOf(surplus, "author-quota");
    if (tooManyHeld) return overflowOf(held.leastLoss(), "held-share");
    // What is believed may take the room of what waits, never the other way round.
    return overflowOf(held.size > 0 ? held.leastLoss() : admitted.leastLoss(), "capacity");
  }

  /** Of the first author who is over the quota the lesson that goes first; `held`: of the first who has held lessons. */
  #surplus(held: boolean): KeptLesson | undefined {
    for (const author of this.#over.keys()) {
      const least = this.#authors.get(author)?.minKey();
      if (least !== undefined && (least.pool === "held" || !held)) return least;
    }
    return undefined;
  }

  #noteQuota(author: AuthorId, count: number): void {
    if (count > Math.floor(this.#limits.capacity * this.#limits.authorShare)) this.#over.set(author, undefined);
    else this.#over.delete(author);
  }
}

/** A set in order. */
type Tree<Item> = InstanceType<typeof sorted.default<Item, undefined>>;

function treeOf<Item>(compare: (first: Item, second: Item) => number): Tree<Item> {
  return new sorted.default<Item, undefined>(undefined, compare);
}

/** The lessons of one room, by topic. */
class Pool {
  readonly #topics = new Map<number, Topic>();
  readonly #byLoss: Tree<Topic> = treeOf(leastLossFirst);
  size = 0;

  add(lesson: KeptLesson): void {
    const topic = this.#topics.get(lesson.topic) ?? new Topic(lesson.topic);
    this.#topics.set(lesson.topic, topic);
    this.#change(topic, () => topic.add(lesson));
    this.size += 1;
  }

  delete(lesson: KeptLesson): void {
    const topic = this.#topics.get(lesson.topic);
    if (topic === undefined) return;
    this.#change(topic, () => topic.delete(lesson));
    if (topic.least === undefined) this.#topics.delete(topic.number);
    this.size -= 1;
  }

  leastLoss(): KeptLesson | undefined {
    return this.#byLoss.minKey()?.least;
  }

  /** A topic's place among the others depends on what is in it: it is taken out of the order while that changes. */
  #change(topic: Topic, change: () => void): void {
    this.#byLoss.delete(topic);
    change();
    topic.loss = lossOf(topic);
    if (topic.least !== undefined) this.#byLoss.set(topic, undefined);
  }
}

/** The lessons of one topic. Most have one, which lies here without a tree: that would take half a kilobyte. */
class Topic {
  readonly number: number;
  /** Sum of the worth of its lessons: see `grainsOf`. */
  grains = 0n;
  /** What f loses with the least worthy of them. */
  loss = 0;
  #only: KeptLesson | undefined;
  #several: Tree<KeptLesson> | undefined;

  constructor(number: number) {
    this.number = number;
  }

  get least(): KeptLesson | undefined {
    return this.#several === undefined ? this.#only : this.#several.minKey();
  }

  add(lesson: KeptLesson): void {
    this.grains += grainsOf(lesson.worth);
    if (this.#several === undefined && this.#only === undefined) {
      this.#only = lesson;
      return;
    }
    this.#several ??= treeOf(leastWorthFirst);
    if (this.#only !== undefined) this.#several.set(this.#only, undefined);
    this.#only = undefined;
    this.#several.set(lesson, undefined);
  }

  /** One that was added. */
  delete(lesson: KeptLesson): void {
    this.grains -= grainsOf(lesson.worth);
    this.#only = undefined;
    this.#several?.delete(lesson);
  }
}

/** Of two that are worth the same the newer goes. */
function leastWorthFirst(first: KeptLesson, second: KeptLesson): number {
  return first.worth - second.worth || second.label - first.label;
}

/** Of a stranger's lessons those that wait go before those that are believed, however new they are. */
function waitingFirst(first: KeptLesson, second: KeptLesson): number {
  return Number(first.pool === "admitted") - Number(second.pool === "admitted") || leastWorthFirst(first, second);
}

function inTextOrder(first: AuthorId, second: AuthorId): number {
  return first < second ? -1 : Number(first > second);
}

function leastLossFirst(first: Topic, second: Topic): number {
  return first.loss - second.loss || second.number - first.number;
}

function lossOf({ grains, least }: Topic): number {
  return Math.sqrt(Number(grains)) - Math.sqrt(Number(grains - grainsOf(least?.worth ?? 0)));
}

/**
 * Worth in whole grains, whose sum is exact: a sum of fractions depends in its last digit on the order in which they were added, and with it, where two topics
 * are equal, which of them loses a lesson. The size of a grain scales all of f and changes no order.
 */
function grainsOf(worth: number): bigint {
  return BigInt(Math.round(worth * 2 ** 40));
}

function overflowOf(lesson: KeptLesson | undefined, over: Overflow["over"]): Overflow | undefined {
  return lesson === undefined ? undefined : { lesson, over };
}
