/**
 * Many small values in few large pieces of memory, by number: a hundred thousand buffers of their own would take more for their objects than for what they hold.
 * A value that is replaced by one of the same length is written over; room that was given up is won back when it is as much as what is in use.
 */
export class PackedValues {
  readonly #places: Map<number, number> = new Map();
  #pieces: Buffer[] = [];
  /** Of the last piece. */
  #free = 0;
  #usedBytes = 0;
  #givenUpBytes = 0;

  get size(): number {
    return this.#places.size;
  }

  /** In the order in which they came; one whose value is replaced keeps its place. May be changed while they are iterated: none is given twice. */
  keys(): Iterable<number> {
    return this.#places.keys();
  }

  /** Memory that the values take, room that was given up included. */
  get heldBytes(): number {
    return this.#pieces.length * pieceBytes;
  }

  /** Where the value lies: valid until the next change, aligned to four bytes. */
  get(key: number): Buffer | undefined {
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    const piece = this.#pieces[Math.floor(place / pieceBytes)] as Buffer;
    const from = (place % pieceBytes) + lengthBytes;
    return piece.subarray(from, from + piece.readUInt32LE(from - lengthBytes));
  }

  /** @param value At most a quarter of a mebibyte. */
  set(key: number, value: Uint8Array): void {
    const before = this.get(key);
    if (before?.length === value.length) {
      before.set(value);
      return;
    }
    if (before !== undefined) this.#giveUp(before);
    this.#append(key, value);
    if (this.#givenUpBytes > pieceBytes && this.#givenUpBytes > this.#usedBytes) this.#compact();
  }

  delete(key: number): void {
    const before = this.get(key);
    if (before === undefined) return;
    this.#places.delete(key);
    this.#giveUp(before);
  }

  #giveUp(value: Uint8Array): void {
    this.#usedBytes -= roomFor(value);
    this.#givenUpBytes += roomFor(value);
  }

  #append(key: number, value: Uint8Array): void {
    const bytes = roomFor(value);
    if (this.#free < bytes) {
      this.#pieces.push(Buffer.alloc(pieceBytes));
      this.#free = pieceBytes;
    }
    const piece = this.#pieces.at(-1) as Buffer;
    const from = pieceBytes - this.#free;
    piece.writeUInt32LE(value.length, from);
    piece.set(value, from + lengthBytes);
    this.#places.set(key, (this.#pieces.length - 1) * pieceBytes + from);
    this.#free -= bytes;
    this.#usedBytes += bytes;
  }

  #compact(): void {
    const values = [...this.#places.keys()].map((key) => [key, this.get(key) as Buffer] as const);
    this.#pieces = [];
    this.#free = 0;
    this.#usedBytes = 0;
    this.#givenUpBytes = 0;
    for (const [key, value] of values) this.#append(key, value);
  }
}

const pieceBytes: number = 1024 * 1024;
const lengthBytes = 4;

/** With its length before it, up to where the next one can begin. */
function roomFor(value: Uint8Array): number {
  return lengthBytes + Math.ceil(value.length / 4) * 4;
}
