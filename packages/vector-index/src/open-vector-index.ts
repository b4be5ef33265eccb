/** Opening the index: what was saved if it is whole and of the right embedder, otherwise an empty one that says why. */
import { messageOf } from "@grapevine/core";
import { checkDimensions } from "./checks.ts";
import { HnswVectorIndex, type HnswVectorIndexInit, type LoadedGraph, unfilledGraph } from "./hnsw-vector-index.ts";
import { readSavedIndex, removeSavedIndex, type SavedContent } from "./saved-index.ts";

export interface OpenedVectorIndex {
  readonly index: HnswVectorIndex;
  /**
   * `loaded`: holds what the last save held; later changes are to be added from the lesson store. `empty`: nothing was saved. `rebuild`: something
   * was, and could not be used; the index is empty and the lesson store fills it.
   */
  readonly state: "loaded" | "empty" | "rebuild";
  /** Why it has to be filled again, for people. */
  readonly reason?: string;
}

/**
 * Never fails for what is on the disk: the index is derived data, and a damaged one is taken away and replaced by an empty one.
 * @throws VECTOR_INVALID when `dimensions` is not a whole number that vectors can have
 */
export async function openVectorIndex(init: HnswVectorIndexInit): Promise<OpenedVectorIndex> {
  checkDimensions(init.dimensions);
  const saved = await readSavedIndex(init.path, init);
  if (saved.state === "none") return { index: new HnswVectorIndex(init), state: "empty" };
  const loaded = saved.state === "verified" ? await loadGraph(saved.graphPath, saved.content) : saved.reason;
  if (typeof loaded !== "string") return { index: new HnswVectorIndex(init, loaded), state: "loaded" };
  init.log?.(`the vector index will be filled again: ${loaded}`);
  await removeUnusable(init);
  return { index: new HnswVectorIndex(init), state: "rebuild", reason: loaded };
}

/** The graph, or why it is not one. Only ever called on a file whose checksum held: on other bytes hnswlib ends the process. */
async function loadGraph(path: string, content: SavedContent): Promise<LoadedGraph | string> {
  const graph = unfilledGraph(content.dimensions);
  try {
    await graph.readIndex(path);
  } catch (error) {
    return `the saved graph cannot be loaded: ${messageOf(error)}`;
  }
  const points = graph.getCurrentCount();
  if (points !== content.points) return `the saved graph holds ${points} points, not ${content.points}`;
  return { graph, deleted: content.deleted };
}

/** What cannot be taken away is in the way of the next save, which will say so by a named error. */
async function removeUnusable(init: HnswVectorIndexInit): Promise<void> {
  try {
    await removeSavedIndex(init.path);
  } catch (error) {
    init.log?.(`the unusable vector index could not be removed: ${messageOf(error)}`);
  }
}
