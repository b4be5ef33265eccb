/** The port of the nearest-neighbour index. What it holds is derived: it can always be filled again from the lesson store. */
export interface Neighbour {
  readonly label: number;
  /** Cosine similarity, from −1 to 1. */
  readonly similarity: number;
}

export interface VectorIndex {
  /** Id of the embedder whose vectors it holds. */
  readonly embedder: string;
  readonly dimensions: number;
  readonly size: number;
  has(label: number): boolean;
  /** Adds, or replaces. @throws VECTOR_INVALID (wrong length, not finite, zero), LABEL_INVALID (not a uint32) */
  add(label: number, vector: Float32Array): void;
  /** Does nothing when the label is not there. */
  remove(label: number): void;
  /** As `remove`, also of a label that was removed before; and nothing of its vector is left in memory, nor, once it is saved, on the disk. */
  forget(label: number): void;
  /**
   * At most `count` neighbours, nearest first; with `accepts`, of those labels alone that it says yes to. That costs more the fewer it accepts near the vector: up to a
   * call for every label. @throws VECTOR_INVALID, and what `accepts` throws
   */
  search(vector: Float32Array, count: number, accepts?: (label: number) => boolean): Neighbour[];
  /** The cosine of the vector and each of the labels, in order; undefined for a label that is not there. @throws VECTOR_INVALID */
  similarities(vector: Float32Array, labels: readonly number[]): (number | undefined)[];
  /** Writes it to disk so that the next open need not fill it again. */
  save(): Promise<void>;
  close(): Promise<void>;
}
