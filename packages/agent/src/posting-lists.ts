/**
 * The posting lists of an index of words: for each word the numbers that were added to it, in the order in which they came.
 *
 * Most words have one posting, which lies beside the word. The lists of the others lie in a few large pieces of memory, in blocks of 2, 4, 8 … places; a list that has
 * outgrown its block moves into one of twice the size and leaves the old one to a list that grows up to it. An array of its own for each list takes three times
 * the memory, and leaves as much behind again as garbage while it grows.
 */

export class PostingLists {
  /** By word: the only posting; below zero, the number of the list. */
  readonly #entries = new Map<number, number>();
  /** By list: where its block is, and how many places of it are used. */
  readonly #places: number[] = [];
  readonly #lengths: number[] = [];
  #pieces: Uint32Array[] = [];
  /** Of the last piece. */
  #free = 0;
  /** By the binary logarithm of their size. */
  readonly #freeBlocks: number[][] = [];

  /** @param word From 0 to 2³² − 1, as the postings are. */
  add(word: number, posting: number): void {
    const key = keyOf(word);
    const entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, posting);
    else if (entry < 0) this.#append(listOf(entry), posting);
    else this.#entries.set(key, entryOf(this.#begin(entry, posting)));
  }

  /** Valid until the next posting is added. */
  get(word: number): Uint32Array {
    return this.#postingsOf(this.#entries.get(keyOf(word)));
  }

  count(word: number): number {
    const entry = this.#entries.get(keyOf(word));
    if (entry === undefined) return 0;
    return entry < 0 ? (this.#lengths[listOf(entry)] as number) : 1;
  }

  /** Each word with its postings, as `get` gives them. */
  *all(): Generator<readonly [number, Uint32Array], void, undefined> {
    for (const [key, entry] of this.#entries) yield [key >>> 0, this.#postingsOf(entry)];
  }

  #postingsOf(entry: number | undefined): Uint32Array {
    if (entry === undefined) return noPostings;
    if (entry >= 0) return Uint32Array.of(entry);
    const place = this.#places[listOf(entry)] as number;
    return this.#blockAt(place, this.#lengths[listOf(entry)] as number);
  }

  /** The number of the new list. */
  #begin(first: number, second: number): number {
    const place = this.#block(smallestBlock);
    this.#blockAt(place, smallestBlock).set([first, second]);
    this.#lengths.push(smallestBlock);
    return this.#places.push(place) - 1;
  }

  #append(list: number, posting: number): void {
    const length = this.#lengths[list] as number;
    // A block is full when the length is a power of two: its size is nowhere written down.
    if ((length & (length - 1)) === 0) this.#move(list, length);
    const place = this.#places[list] as number;
    (this.#pieces[Math.floor(place / piecePlaces)] as Uint32Array)[(place % piecePlaces) + length] = posting;
    this.#lengths[list] = length + 1;
  }

  #move(list: number, length: number): void {
    const from = this.#places[list] as number;
    const to = this.#block(length * 2);
    this.#blockAt(to, length).set(this.#blockAt(from, length));
    this.#places[list] = to;
    this.#freeBlocksOf(length).push(from);
  }

  #block(size: number): number {
    const freed = this.#freeBlocksOf(size).pop();
    if (freed !== undefined) return freed;
    if (this.#free < size) this.#addPiece(Math.max(piecePlaces, size));
    const place = this.#pieces.length * piecePlaces - this.#free;
    this.#free = Math.max(0, this.#free - size);
    return place;
  }

  /** What is left of the piece before becomes blocks, the largest first. A block larger than a piece has one of its own, which is never cut. */
  #addPiece(places: number): void {
    while (this.#free >= smallestBlock) {
      const size = 2 ** Math.floor(Math.log2(this.#free));
      this.#freeBlocksOf(size).push(this.#pieces.length * piecePlaces - this.#free);
      this.#free -= size;
    }
    this.#pieces.push(new Uint32Array(places));
    this.#free = piecePlaces;
  }

  #blockAt(place: number, length: number): Uint32Array {
    const from = place % piecePlaces;
    return (this.#pieces[Math.floor(place / piecePlaces)] as Uint32Array).subarray(from, from + length);
  }

  #freeBlocksOf(size: number): number[] {
    const exponent = Math.log2(size);
    const blocks = this.#freeBlocks[exponent] ?? [];
    this.#freeBlocks[exponent] = blocks;
    return blocks;
  }
}

/** 256 KiB. */
const piecePlaces: number = 64 * 1024;
const smallestBlock = 2;
const noPostings: Uint32Array = new Uint32Array(0);

/** As a signed number: one above 2³¹ would be an object of its own in V8. */
function keyOf(word: number): number {
  return word | 0;
}

function entryOf(list: number): number {
  return -1 - list;
}

function listOf(entry: number): number {
  return -1 - entry;
}
