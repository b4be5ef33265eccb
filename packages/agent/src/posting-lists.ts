/**
 * The posting lists of an index of words: for each word the numbers that were added to it, in the order in which they came.
 *
 * Most words have one posting, which lies beside the word. The lists of the others lie in a few large pieces of memory, each as a head and a chain of blocks, which
 * grow with the list: of 2, 2, 4, 4, 8, 8 … postings, so that less than a third of the room is empty. An array of its own for each list takes three times as much, and
 * leaves as much again behind as garbage while it grows.
 */

export class PostingLists {
  /** By word: the only posting; below zero, the place of the list's head. */
  readonly #entries = new Map<number, number>();
  readonly #pieces: Uint32Array[] = [];
  /** Places that are taken, and so the first that is not. */
  #taken = 0;

  /** @param word From 0 to 2³² − 1, as the postings are. */
  add(word: number, posting: number): void {
    const key = keyOf(word);
    const entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, posting);
    else if (entry < 0) this.#append(headOf(entry), posting);
    else this.#entries.set(key, entryOf(this.#begin(entry, posting)));
  }

  /** Its own copy. */
  get(word: number): Uint32Array {
    return this.#postingsOf(this.#entries.get(keyOf(word)));
  }

  count(word: number): number {
    const entry = this.#entries.get(keyOf(word));
    if (entry === undefined) return 0;
    return entry < 0 ? this.#at(headOf(entry) + lengthAt) : 1;
  }

  /** Each word with its postings. */
  *all(): Generator<readonly [number, Uint32Array], void, undefined> {
    for (const [key, entry] of this.#entries) yield [key >>> 0, this.#postingsOf(entry)];
  }

  /** The place of the new list's head; the first block follows it. */
  #begin(first: number, second: number): number {
    const head = this.#take(headPlaces + blockSize(0) + 1);
    this.#set(head + endAt, head + headPlaces);
    this.#set(head + roomAt, blockSize(0));
    this.#append(head, first);
    this.#append(head, second);
    return head;
  }

  #append(head: number, posting: number): void {
    const length = this.#at(head + lengthAt);
    if (this.#at(head + roomAt) === 0) this.#addBlock(head, blockSize(length));
    const end = this.#at(head + endAt);
    this.#set(end, posting);
    this.#set(head + endAt, end + 1);
    this.#set(head + roomAt, this.#at(head + roomAt) - 1);
    this.#set(head + lengthAt, length + 1);
  }

  /** Behind a full block's postings is the place of the next block. */
  #addBlock(head: number, size: number): void {
    const block = this.#take(size + 1);
    this.#set(this.#at(head + endAt), block);
    this.#set(head + endAt, block);
    this.#set(head + roomAt, size);
  }

  #postingsOf(entry: number | undefined): Uint32Array {
    if (entry === undefined) return new Uint32Array(0);
    if (entry >= 0) return Uint32Array.of(entry);
    const postings = new Uint32Array(this.#at(headOf(entry) + lengthAt));
    let block = headOf(entry) + headPlaces;
    for (let read = 0; read < postings.length; ) {
      const piece = this.#pieceOf(block);
      const end = Math.min(read + blockSize(read), postings.length);
      let at = block & offsetMask;
      // Most blocks are shorter than what it takes to make a view of one.
      while (read < end) postings[read++] = piece[at++] as number;
      block = piece[at] as number;
    }
    return postings;
  }

  /** So many places of one piece, all zero. */
  #take(places: number): number {
    const left = this.#pieces.length * piecePlaces - this.#taken;
    if (left < places) {
      this.#taken += left;
      this.#pieces.push(new Uint32Array(piecePlaces));
    }
    this.#taken += places;
    return this.#taken - places;
  }

  #pieceOf(place: number): Uint32Array {
    return this.#pieces[place >>> pieceShift] as Uint32Array;
  }

  #at(place: number): number {
    return this.#pieceOf(place)[place & offsetMask] as number;
  }

  #set(place: number, value: number): void {
    this.#pieceOf(place)[place & offsetMask] = value;
  }
}

/** Pieces of 256 KiB, many times the largest block. */
const pieceShift = 16;
const piecePlaces: number = 1 << pieceShift;
const offsetMask: number = piecePlaces - 1;
const largestBlock = 4_096;

/** What a head holds: the length, where the next posting goes, and how many go there before the block is full. */
const lengthAt = 0;
const endAt = 1;
const roomAt = 2;
const headPlaces = 3;

/** Postings of the block that follows full ones with so many. */
function blockSize(before: number): number {
  return Math.min(largestBlock, 2 ** (31 - Math.clz32((before + 4) / 2)));
}

/** As a signed number: one above 2³¹ would be an object of its own in V8. */
function keyOf(word: number): number {
  return word | 0;
}

function entryOf(head: number): number {
  return -1 - head;
}

function headOf(entry: number): number {
  return -1 - entry;
}
