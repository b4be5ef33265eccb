/** The HNSW index behind the `VectorIndex` port: derived data, never trusted, always rebuildable from the lesson store. */
export { maxDimensions, maxLabel } from "./checks.ts";
export { vectorIndexErrors } from "./errors.ts";
export type { HnswVectorIndex, HnswVectorIndexInit } from "./hnsw-vector-index.ts";
export { type OpenedVectorIndex, openVectorIndex } from "./open-vector-index.ts";
