/** An `Embedder` without a model: words and parts of words are hashed into dimensions, so that texts that share words are near. */
import { type Embedder, GrapevineError, normalisedText } from "@grapevine/core";

export interface HashEmbedderInit {
  readonly dimensions?: number;
}

/** A word counts more than any of its parts, which let `order` and `ordered` meet. */
const wordWeight = 1;
const partWeight = 0.3;
const partLength = 4;

export class HashEmbedder implements Embedder {
  readonly id: string;
  readonly dimensions: number;
  #closed = false;

  constructor(init: HashEmbedderInit = {}) {
    this.dimensions = init.dimensions ?? 384;
    this.id = `hash-${this.dimensions}`;
  }

  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    if (this.#closed) throw new GrapevineError("EMBEDDER_FAILED", `the embedder ${this.id} is closed`, "Open another one.");
    return texts.map((text) => this.#vector(text));
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #vector(text: string): Float32Array {
    const vector = new Float32Array(this.dimensions);
    // A text without any word has a direction, too: the one of nothing.
    const words = normalisedText(text).split(" ");
    for (const word of words) {
      this.#add(vector, `word ${word}`, wordWeight);
      for (let at = 0; at + partLength <= word.length; at++) this.#add(vector, word.slice(at, at + partLength), partWeight);
    }
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  }

  /** Only ever adds, so that no two features cancel each other out. */
  #add(vector: Float32Array, feature: string, weight: number): void {
    const dimension = hash(feature) % this.dimensions;
    vector[dimension] = (vector[dimension] ?? 0) + weight;
  }
}

/** FNV-1a over UTF-16 units, 32 bits. */
function hash(text: string): number {
  let value = 0x811c_9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x0100_0193);
  return value >>> 0;
}
