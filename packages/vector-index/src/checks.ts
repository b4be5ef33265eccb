/**
 * What may reach native code. hnswlib ends the process on an element that is not a number, and quietly keeps a NaN or a label above 2³², so nothing goes
 * to it that has not passed here.
 */
import { vectorIndexErrors } from "./errors.ts";

/** The largest uint32: what hnswlib-node keeps of a label. */
export const maxLabel: number = 0xffff_ffff;
/** Far above any text embedder's; an index of more could not allocate its first block. */
export const maxDimensions = 16_384;

/** @throws LABEL_INVALID */
export function checkLabel(label: number): void {
  if (!Number.isInteger(label) || label < 0 || label > maxLabel) {
    throw vectorIndexErrors.create("LABEL_INVALID", `${String(label)} is not a label`);
  }
}

/** @throws VECTOR_INVALID */
export function checkDimensions(dimensions: number): void {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > maxDimensions) {
    throw vectorIndexErrors.create("VECTOR_INVALID", `vectors cannot have ${String(dimensions)} dimensions`, {
      hint: `Give a whole number from 1 to ${maxDimensions}.`,
    });
  }
}

/**
 * The vector scaled to length 1, as the plain array that hnswlib-node takes. The norm is computed in double precision, so that very small and very large
 * elements neither vanish nor overflow.
 * @throws VECTOR_INVALID
 */
export function unitVector(vector: Float32Array, dimensions: number): number[] {
  if (!(vector instanceof Float32Array)) throw vectorIndexErrors.create("VECTOR_INVALID", "a vector is a Float32Array");
  if (vector.length !== dimensions) {
    throw vectorIndexErrors.create("VECTOR_INVALID", `a vector has ${vector.length} dimensions, the index ${dimensions}`);
  }
  let squares = 0;
  for (const element of vector) squares += element * element;
  if (!Number.isFinite(squares)) throw vectorIndexErrors.create("VECTOR_INVALID", "a vector holds NaN or an infinity");
  if (squares === 0) throw vectorIndexErrors.create("VECTOR_INVALID", "a vector of zeros has no direction");
  const scale = 1 / Math.sqrt(squares);
  const unit: number[] = [];
  for (const element of vector) unit.push(element * scale);
  return unit;
}
