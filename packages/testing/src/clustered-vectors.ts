/**
 * Vectors that lie as embeddings do: in clusters. Independent random vectors of many dimensions are all equally far from each other, and what an
 * approximate index finds among them says nothing.
 */
export interface ClusteredVectorsInit {
  readonly count: number;
  readonly dimensions: number;
  readonly clusters: number;
  /** How far a vector strays from its cluster's centre, as a share of the centre's length. */
  readonly spread?: number;
  readonly seed: number;
}

/** The same init gives the same vectors; a longer list begins with the shorter one. Not normalised. */
export function clusteredVectors(init: ClusteredVectorsInit): Float32Array[] {
  const random = seededRandom(init.seed);
  const centres = Array.from({ length: init.clusters }, () => gaussianVector(init.dimensions, random));
  const spread = init.spread ?? 0.5;
  return Array.from({ length: init.count }, () => {
    const centre = centres[Math.floor(random() * init.clusters)] ?? new Float32Array(init.dimensions);
    const noise = gaussianVector(init.dimensions, random);
    return centre.map((element, i) => element + spread * (noise[i] ?? 0));
  });
}

/** Numbers from 0 (included) to 1, from a 32-bit state: mulberry32 (Tommy Ettinger, 2017, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal elements by the Box–Muller transform. */
function gaussianVector(dimensions: number, random: () => number): Float32Array {
  return Float32Array.from(
    { length: dimensions },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}
