/**
 * The `VectorIndex` port on hnswlib: an approximate graph of unit vectors in this process's memory.
 *
 * A save writes the graph on another thread, for 100,000 lessons would stop the node for a second. The graph must not change meanwhile, so changes wait
 * beside it until it is written; a search sees them all the same.
 */
import { messageOf, type Neighbour, type VectorIndex } from "@grapevine/core";
import hnswlib from "hnswlib-node";
import { checkLabel, unitVector } from "./checks.ts";
import { vectorIndexErrors } from "./errors.ts";
import { createFolder, type SavedContent, writeSavedIndex } from "./saved-index.ts";

/** Links a point. 16 is the usual middle: recall 0.997 among 100,000 vectors of 384 dimensions. */
const linksPerPoint = 16;
/** Candidates looked at when a point is added. */
const constructionWidth = 200;
/** Candidates looked at in a search. hnswlib forgets it on load (it is 10 then), and recall drops with nothing said. */
const searchWidth = 50;
/** Of the levels' random numbers: the same vectors in the same order give the same graph. */
const graphSeed = 100;
const initialCapacity = 1024;
const capacityGrowth = 1.5;

/**
 * Deleted points stay in the graph and are walked through. Where they are a third of it, a search costs half as much again as it should, and filling
 * the index anew pays. Below the minimum nobody would notice.
 */
const rebuildShare = 1 / 3;
const rebuildMinimum = 1000;

export type Graph = InstanceType<typeof hnswlib.HierarchicalNSW>;

export interface HnswVectorIndexInit {
  /** The folder it is saved to. */
  readonly path: string;
  readonly embedder: string;
  readonly dimensions: number;
  readonly log?: (message: string) => void;
}

/** What a loaded graph holds; absent for a new one. */
export interface LoadedGraph {
  readonly graph: Graph;
  readonly deleted: readonly number[];
}

export class HnswVectorIndex implements VectorIndex {
  readonly embedder: string;
  readonly dimensions: number;
  readonly #path: string;
  readonly #log: (message: string) => void;
  readonly #graph: Graph;
  /** Labels of the graph's points that are in the index, and of those that were removed. */
  readonly #live: Set<number>;
  readonly #deleted: Set<number>;
  /** Changes that wait for the graph to be written: a unit vector to add, or undefined to remove. */
  readonly #waiting = new Map<number, readonly number[] | undefined>();
  /** Labels that wait for it to be forgotten, before those changes are made. */
  readonly #forgetting = new Set<number>();
  #writing = false;
  #unsaved = false;
  #closed = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(init: HnswVectorIndexInit, loaded?: LoadedGraph) {
    this.embedder = init.embedder;
    this.dimensions = init.dimensions;
    this.#path = init.path;
    this.#log = init.log ?? ((): void => undefined);
    this.#graph = loaded?.graph ?? emptyGraph(init.dimensions);
    this.#graph.setEf(searchWidth);
    this.#deleted = new Set(loaded?.deleted);
    this.#live = new Set(loaded?.graph.getIdsList());
    for (const label of this.#deleted) this.#live.delete(label);
  }

  get size(): number {
    let size = this.#live.size;
    for (const [label, unit] of this.#waiting) size += Number(unit !== undefined) - Number(this.#live.has(label));
    return size;
  }

  /** Points that were removed and are still walked through in a search. */
  get deleted(): number {
    return this.#deleted.size;
  }

  /** True when so much was removed that an index filled anew would be noticeably faster. */
  get rebuildPays(): boolean {
    const points = this.#live.size + this.#deleted.size;
    return this.#deleted.size >= rebuildMinimum && this.#deleted.size >= points * rebuildShare;
  }

  has(label: number): boolean {
    return this.#waiting.has(label) ? this.#waiting.get(label) !== undefined : this.#live.has(label);
  }

  add(label: number, vector: Float32Array): void {
    this.#checkOpen();
    checkLabel(label);
    const unit = unitVector(vector, this.dimensions);
    this.#unsaved = true;
    if (this.#writing) this.#waiting.set(label, unit);
    else this.#addPoint(label, unit);
  }

  remove(label: number): void {
    this.#checkOpen();
    if (!this.has(label)) return;
    this.#unsaved = true;
    if (!this.#writing) this.#removePoint(label);
    else if (this.#live.has(label)) this.#waiting.set(label, undefined);
    else this.#waiting.delete(label);
  }

  forget(label: number): void {
    this.remove(label);
    if (!this.#live.has(label) && !this.#deleted.has(label)) return;
    this.#unsaved = true;
    if (this.#writing) this.#forgetting.add(label);
    else this.#forgetPoint(label);
  }

  search(vector: Float32Array, count: number, accepts?: (label: number) => boolean): Neighbour[] {
    this.#checkOpen();
    const unit = unitVector(vector, this.dimensions);
    const wanted = Math.floor(count);
    if (!(wanted > 0)) return [];
    const found = [...this.#searchGraph(unit, wanted, accepts), ...this.#searchWaiting(unit, accepts)];
    found.sort((first, second) => second.similarity - first.similarity || first.label - second.label);
    return found.length > wanted ? found.slice(0, wanted) : found;
  }

  similarities(vector: Float32Array, labels: readonly number[]): (number | undefined)[] {
    this.#checkOpen();
    const unit = unitVector(vector, this.dimensions);
    return labels.map((label) => {
      if (!this.has(label)) return undefined;
      return cosineOf(1 - productOf(unit, this.#waiting.get(label) ?? this.#graph.getPoint(label)));
    });
  }

  /** Does nothing when nothing has changed since the last save. @throws VECTOR_INDEX_NOT_SAVED, VECTOR_INDEX_CLOSED */
  async save(): Promise<void> {
    this.#checkOpen();
    const saved = this.#saving.then(() => this.#saveNow());
    this.#saving = saved.then(
      () => undefined,
      () => undefined, // whoever asked for that save has the error; the next save is not to fail for it
    );
    await saved;
  }

  /** Waits for the saves that were asked for; does not save by itself. May be called again. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#saving;
  }

  async #saveNow(): Promise<void> {
    if (!this.#unsaved) return;
    try {
      await createFolder(this.#path);
      // The graph is frozen in the same turn of the event loop in which its content is described.
      const content: SavedContent = {
        embedder: this.embedder,
        dimensions: this.dimensions,
        points: this.#graph.getCurrentCount(),
        deleted: [...this.#deleted],
      };
      this.#unsaved = false;
      await writeSavedIndex(this.#path, content, (path) => this.#writeGraph(path));
    } catch (error) {
      this.#unsaved = true;
      throw vectorIndexErrors.create("VECTOR_INDEX_NOT_SAVED", `${this.#path}: ${messageOf(error)}`, { cause: error });
    }
  }

  async #writeGraph(path: string): Promise<void> {
    this.#writing = true;
    try {
      await this.#graph.writeIndex(path);
    } finally {
      this.#writing = false;
      for (const label of this.#forgetting) this.#forgetPoint(label);
      this.#forgetting.clear();
      const changes = [...this.#waiting];
      this.#waiting.clear();
      for (const [label, unit] of changes) {
        if (unit !== undefined) this.#addPoint(label, unit);
        else if (this.#live.has(label)) this.#removePoint(label);
      }
    }
  }

  #addPoint(label: number, unit: readonly number[]): void {
    const known = this.#live.has(label) || this.#deleted.has(label);
    const capacity = this.#graph.getMaxElements();
    if (!known && this.#graph.getCurrentCount() >= capacity) {
      this.#graph.resizeIndex(Math.ceil(Math.max(capacity, initialCapacity) * capacityGrowth));
    }
    this.#graph.addPoint(unit as number[], label);
    this.#deleted.delete(label);
    this.#live.add(label);
  }

  /**
   * A removed point stays in the graph, in memory and in the file, with its vector: another is put in its place, which says nothing, and removed in its turn. That
   * costs some milliseconds, whatever the size of the graph; filling it anew without the point would cost a minute and a half for 100,000.
   */
  #forgetPoint(label: number): void {
    const axis = label % this.dimensions;
    this.#addPoint(
      label,
      Array.from({ length: this.dimensions }, (_, i) => Number(i === axis)),
    );
    this.#removePoint(label);
  }

  #removePoint(label: number): void {
    const paidBefore = this.rebuildPays;
    this.#graph.markDelete(label);
    this.#live.delete(label);
    this.#deleted.add(label);
    if (this.rebuildPays && !paidBefore) {
      this.#log(`the vector index walks through ${this.deleted} removed points beside ${this.size}: filling it anew would pay`);
    }
  }

  /** What the graph holds and no waiting change hides: asked for so many more, so that enough remain. */
  #searchGraph(unit: number[], wanted: number, accepts?: (label: number) => boolean): Neighbour[] {
    const count = Math.min(wanted + this.#waiting.size, this.#live.size);
    if (count === 0) return [];
    const { neighbors, distances } =
      accepts === undefined ? this.#graph.searchKnn(unit, count) : searchAccepted(this.#graph, unit, count, accepts);
    const found = neighbors.map((label, i) => ({ label, similarity: cosineOf(distances[i] ?? 1) }));
    return this.#waiting.size === 0 ? found : found.filter(({ label }) => !this.#waiting.has(label));
  }

  #searchWaiting(unit: readonly number[], accepts?: (label: number) => boolean): Neighbour[] {
    const found: Neighbour[] = [];
    for (const [label, other] of this.#waiting) {
      if (other === undefined || accepts?.(label) === false) continue;
      found.push({ label, similarity: cosineOf(1 - productOf(unit, other)) });
    }
    return found;
  }

  #checkOpen(): void {
    if (this.#closed) throw vectorIndexErrors.create("VECTOR_INDEX_CLOSED", "the vector index is closed");
  }
}

/** A graph that `readIndex` can fill. Vectors arrive with length 1, so the inner product is the cosine. */
export function unfilledGraph(dimensions: number): Graph {
  return new hnswlib.HierarchicalNSW("ip", dimensions);
}

function emptyGraph(dimensions: number): Graph {
  const graph = unfilledGraph(dimensions);
  graph.initIndex(initialCapacity, linksPerPoint, constructionWidth, graphSeed);
  return graph;
}

/** What is thrown inside hnswlib would end the process: it is kept until the search is over. */
function searchAccepted(
  graph: Graph,
  unit: number[],
  count: number,
  accepts: (label: number) => boolean,
): ReturnType<Graph["searchKnn"]> {
  let failure: { readonly error: unknown } | undefined;
  const found = graph.searchKnn(unit, count, (label) => {
    if (failure !== undefined) return false;
    try {
      return accepts(label);
    } catch (error) {
      failure = { error };
      return false;
    }
  });
  if (failure !== undefined) throw failure.error;
  return found;
}

function productOf(first: readonly number[], second: readonly number[]): number {
  let product = 0;
  for (let i = 0; i < first.length; i++) product += (first[i] ?? 0) * (second[i] ?? 0);
  return product;
}

/** Rounding may take the product of unit vectors just past ±1. */
function cosineOf(distance: number): number {
  return Math.min(1, Math.max(-1, 1 - distance));
}
