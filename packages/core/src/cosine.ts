/** The cosine of the angle between two vectors of length 1, as every embedder gives them; from −1 to 1. */
export function cosineOfUnitVectors(first: Float32Array, second: Float32Array): number {
  let product = 0;
  for (let position = 0; position < first.length; position++) product += (first[position] ?? 0) * (second[position] ?? 0);
  return product;
}
