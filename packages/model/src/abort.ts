/** One error for every way in which a caller's wish to stop reaches us. */
import { GrapevineError, messageOf } from "@grapevine/core";
import { modelErrors } from "./errors.ts";

/** @throws MODEL_ABORTED when the signal has been given. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw aborted(signal);
}

/** What a failed generation is reported as: an error of ours as it is, MODEL_ABORTED once the signal was given, else MODEL_FAILED. */
export function generationError(error: unknown, signal: AbortSignal | undefined): GrapevineError {
  if (GrapevineError.is(error)) return error;
  if (signal?.aborted === true) return aborted(signal);
  return modelErrors.create("MODEL_FAILED", `the model gave no answer: ${messageOf(error)}`, { cause: error });
}

function aborted(signal: AbortSignal): GrapevineError {
  return modelErrors.create("MODEL_ABORTED", "the generation was given up", { cause: signal.reason });
}
