/** Whatever goes wrong behind the control API, as one named error. */
import { GrapevineError, messageOf } from "@grapevine/core";
import { nodeErrors } from "../errors.ts";

/** Four times the longest question, for JSON's escapes. */
export const maxBodyBytes: number = 256 * 1024;

/** Every failure as one of ours: what fastify refuses by itself gets our code, what nobody expects is INTERNAL. */
export function named(error: unknown, url: string, maxBytes: number = maxBodyBytes): GrapevineError {
  if (GrapevineError.is(error)) return error;
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
  if (status === 413) {
    return nodeErrors.create("API_REQUEST_INVALID", `the body of ${url} is larger than ${maxBytes} bytes`);
  }
  if (typeof status === "number" && status >= 400 && status < 500) {
    return nodeErrors.create("API_REQUEST_INVALID", messageOf(error), { cause: error });
  }
  return new GrapevineError("INTERNAL", `unexpected: ${messageOf(error)}`, "Report it with the log of the node.", error);
}
