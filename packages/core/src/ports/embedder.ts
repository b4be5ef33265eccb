/** The port of what turns text into vectors. */
export interface Embedder {
  /** Names model and version: vectors of different ids must never be compared. */
  readonly id: string;
  readonly dimensions: number;
  /** One vector of length 1 a text, in order. Any number of texts; the adapter batches. Never blocks the event loop for long. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}
