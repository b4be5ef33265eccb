/**
 * The `WordIndex` port as posting lists in memory: see `posting-lists.ts`.
 *
 * Scores are BM25 (S. Robertson, S. Walker et al.: Okapi at TREC-3, 1994) over words that are weighed by their fields, with each word's rarity as a share of the rarest
 * possible, so that a score means the same in a store of ten lessons and of a hundred thousand.
 *
 * A removed lesson's words stay in the lists, and count as rarity, until they are a third of all; then the lists are made anew without them.
 */
import { type WeighedWords, type WordIndex, type WordMatch, weightStep } from "@grapevine/core";
import { PostingLists } from "./posting-lists.ts";

/** How soon more of the same word stops to matter, and how much long texts are held down: chosen on the first two conversations of LoCoMo (see `relevance.ts`). */
const saturation = 0.9;
const lengthShare = 0.4;
/**
 * Postings that one search walks through, rarest words first; the others count only in the scores of what is found. A word that one lesson in a hundred holds brings nothing
 * new in a store of 100,000, where ten times as many postings and what they bring would cost as much as the search by vectors. On LoCoMo nothing is lost by it.
 */
export const maxPostingsWalked = 1_024;
const purgeShare = 1 / 3;
const purgeMinimum = 1_024;

/** A posting in one number: the slot of a lesson, and in the lowest eight bits the weight of the word in it. There are slots for 16 million lessons. */
const slotShift = 8;
const weightMask = 0xff;

export class PostingIndex implements WordIndex {
  /** In the order of the slots. */
  #postings = new PostingLists();
  #slots = new Map<number, number>();
  /** By slot. A removed lesson keeps its slot, and its length below zero. */
  #labels: number[] = [];
  #lengths: number[] = [];
  #live = 0;
  #liveLength = 0;
  /** By slot, all zero between two searches. */
  #sums: Float32Array = new Float32Array(0);

  get size(): number {
    return this.#live;
  }

  has(label: number): boolean {
    const slot = this.#slots.get(label);
    return slot !== undefined && (this.#lengths[slot] as number) > 0;
  }

  add(label: number, { words, weights }: WeighedWords): void {
    const known = this.#slots.get(label);
    const length = known === undefined ? lengthOf(weights) : Math.abs(this.#lengths[known] ?? 0);
    if (known !== undefined && (this.#lengths[known] ?? 0) > 0) return;
    this.#live++;
    this.#liveLength += length;
    if (known !== undefined) {
      this.#lengths[known] = length;
      return;
    }
    const slot = this.#labels.length;
    this.#slots.set(label, slot);
    this.#labels.push(label);
    this.#lengths.push(length);
    for (let i = 0; i < words.length; i++) this.#postings.add(words[i] as number, postingOf(slot, weights[i] as number));
  }

  remove(label: number): void {
    const slot = this.#slots.get(label);
    const length = slot === undefined ? 0 : (this.#lengths[slot] ?? 0);
    if (slot === undefined || length < 0) return;
    this.#live--;
    this.#liveLength -= length;
    this.#lengths[slot] = -length;
    const removed = this.#labels.length - this.#live;
    if (removed >= purgeMinimum && removed >= this.#labels.length * purgeShare) this.#purge();
  }

  forget(label: number): void {
    this.remove(label);
    if (this.#slots.has(label)) this.#purge();
  }

  search(words: Uint32Array, count: number): WordMatch[] {
    const known: { readonly word: number; readonly holders: number }[] = [];
    for (const word of words) known.push({ word, holders: this.#postings.count(word) });
    const touched: number[] = [];
    const sums = this.#cleanSums();
    let left = maxPostingsWalked;
    for (const { word, holders } of known.sort((first, second) => first.holders - second.holders)) {
      left -= holders;
      if (left < 0) break;
      this.#addGains(this.#postings.get(word), sums, touched);
    }
    const best = bestOf(touched, sums, count);
    const found = best.map((slot) => ({ label: this.#labels[slot] as number, score: sums[slot] as number }));
    for (const slot of touched) sums[slot] = 0;
    return found.sort((first, second) => second.score - first.score || first.label - second.label);
  }

  /** The one loop that runs thousands of times in a search. */
  #addGains(list: Uint32Array, sums: Float32Array, touched: number[]): void {
    const lengths = this.#lengths;
    const rarity = this.#rarityOf(list.length);
    const usual = this.#liveLength / this.#live;
    for (let i = 0; i < list.length; i++) {
      const posting = list[i] as number;
      const slot = posting >>> slotShift;
      const length = lengths[slot] as number;
      if (length < 0) continue;
      const sum = sums[slot] as number;
      if (sum === 0) touched.push(slot);
      sums[slot] = sum + rarity * gainOf(posting & weightMask, length / usual);
    }
  }

  scores(words: Uint32Array, lessons: readonly WeighedWords[]): number[] {
    const usual = this.#live === 0 ? 1 : this.#liveLength / this.#live;
    const rarities = Array.from(words, (word) => {
      const holders = this.#postings.count(word);
      return holders === 0 ? 0 : this.#rarityOf(holders);
    });
    return lessons.map((lesson) => {
      const length = lengthOf(lesson.weights) / usual;
      let score = 0;
      let at = 0;
      for (let i = 0; i < words.length; i++) {
        const word = words[i] as number;
        while (at < lesson.words.length && (lesson.words[at] as number) < word) at++;
        if (lesson.words[at] === word) score += (rarities[i] as number) * gainOf(lesson.weights[at] as number, length);
      }
      return score;
    });
  }

  /** The inverse document frequency of BM25, as a share of that of a word which no lesson holds. */
  #rarityOf(holders: number): number {
    const all = this.#labels.length;
    return Math.log(1 + (all - holders + 0.5) / (holders + 0.5)) / Math.log(1 + (all + 0.5) / 0.5);
  }

  #cleanSums(): Float32Array {
    if (this.#sums.length < this.#labels.length) this.#sums = new Float32Array(Math.ceil(this.#labels.length * 1.25));
    return this.#sums;
  }

  #purge(): void {
    const [labels, lengths, postings] = [this.#labels, this.#lengths, this.#postings];
    const movedTo = new Int32Array(labels.length);
    this.#labels = [];
    this.#lengths = [];
    this.#slots = new Map();
    for (const [slot, label] of labels.entries()) {
      const length = lengths[slot] as number;
      movedTo[slot] = length < 0 ? -1 : this.#labels.length;
      if (length < 0) continue;
      this.#slots.set(label, this.#labels.length);
      this.#labels.push(label);
      this.#lengths.push(length);
    }
    this.#postings = new PostingLists();
    for (const [word, list] of postings.all()) {
      for (const posting of list) {
        const slot = movedTo[posting >>> slotShift] as number;
        if (slot >= 0) this.#postings.add(word, postingOf(slot, posting & weightMask));
      }
    }
  }
}

/** Unsigned: shifted bits alone would be below zero from slot 8,388,608 on. */
function postingOf(slot: number, weight: number): number {
  return ((slot << slotShift) | weight) >>> 0;
}

/** What a word of the weight gives in a lesson that is so many times as long as usual. */
function gainOf(weight: number, length: number): number {
  const frequency = weight * weightStep;
  return (frequency * (saturation + 1)) / (frequency + saturation * (1 - lengthShare + lengthShare * length));
}

/** At least one step: a lesson without words is there all the same. */
function lengthOf(weights: Uint8Array): number {
  let steps = 0;
  for (let i = 0; i < weights.length; i++) steps += weights[i] as number;
  return weightStep * Math.max(1, steps);
}

/** The slots of the largest sums, in no order. Most of those that are touched share one common word: they are looked at once. */
function bestOf(slots: readonly number[], sums: Float32Array, count: number): number[] {
  const best: number[] = [];
  if (!(count > 0)) return best;
  for (const slot of slots) {
    const sum = sums[slot] as number;
    if (best.length === count && sum <= (sums[best[count - 1] as number] as number)) continue;
    let at = Math.min(best.length, count - 1);
    for (; at > 0 && (sums[best[at - 1] as number] as number) < sum; at--) best[at] = best[at - 1] as number;
    best[at] = slot;
  }
  return best;
}
