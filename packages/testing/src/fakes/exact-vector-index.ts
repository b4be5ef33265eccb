/** The `VectorIndex` port by comparing with every vector: exact, in memory, and the reference for what an approximate index finds. */
import { GrapevineError, type Neighbour, type VectorIndex } from "@grapevine/core";

export class ExactVectorIndex implements VectorIndex {
  readonly embedder: string;
  readonly dimensions: number;
  readonly #units = new Map<number, Float64Array>();
  #closed = false;

  constructor(init: { readonly embedder: string; readonly dimensions: number }) {
    this.embedder = init.embedder;
    this.dimensions = init.dimensions;
  }

  get size(): number {
    return this.#units.size;
  }

  has(label: number): boolean {
    return this.#units.has(label);
  }

  add(label: number, vector: Float32Array): void {
    this.#checkOpen();
    if (!Number.isInteger(label) || label < 0 || label > 0xffff_ffff) {
      throw new GrapevineError("LABEL_INVALID", `${String(label)} is not a label`, "Give a uint32.");
    }
    this.#units.set(label, this.#unitOf(vector));
  }

  remove(label: number): void {
    this.#checkOpen();
    this.#units.delete(label);
  }

  forget(label: number): void {
    this.remove(label);
  }

  search(vector: Float32Array, count: number, accepts: (label: number) => boolean = everyLabel): Neighbour[] {
    this.#checkOpen();
    const unit = this.#unitOf(vector);
    const accepted = [...this.#units].filter(([label]) => accepts(label));
    const all = accepted.map(([label, other]) => ({ label, similarity: product(unit, other) }));
    all.sort((first, second) => second.similarity - first.similarity || first.label - second.label);
    return all.slice(0, Math.max(0, count));
  }

  similarities(vector: Float32Array, labels: readonly number[]): (number | undefined)[] {
    this.#checkOpen();
    const unit = this.#unitOf(vector);
    return labels.map((label) => {
      const other = this.#units.get(label);
      return other === undefined ? undefined : product(unit, other);
    });
  }

  /** There is no disk behind it. */
  async save(): Promise<void> {
    this.#checkOpen();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #unitOf(vector: Float32Array): Float64Array {
    const norm = vector instanceof Float32Array && vector.length === this.dimensions ? Math.hypot(...vector) : Number.NaN;
    if (!Number.isFinite(norm) || norm === 0) {
      throw new GrapevineError("VECTOR_INVALID", "not a vector of this index", "Give finite numbers, not all of them zero.");
    }
    return Float64Array.from(vector, (element) => element / norm);
  }

  #checkOpen(): void {
    if (this.#closed) throw new GrapevineError("VECTOR_INDEX_CLOSED", "the vector index is closed", "Open another.");
  }
}

function product(first: Float64Array, second: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < first.length; i++) sum += (first[i] ?? 0) * (second[i] ?? 0);
  return Math.min(1, Math.max(-1, sum));
}

function everyLabel(): boolean {
  return true;
}
