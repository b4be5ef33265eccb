import { modelErrors } from "../errors.ts";

/** The vector scaled to length 1. @throws EMBEDDER_FAILED when it has no direction */
export function unitVector(numbers: ArrayLike<number>): Float32Array {
  const vector = Float32Array.from(numbers);
  const length = Math.hypot(...vector);
  if (!(length > 0 && Number.isFinite(length))) {
    throw modelErrors.create("EMBEDDER_FAILED", `an embedding of ${vector.length} numbers has the length ${length}`);
  }
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) / length;
  return vector;
}
