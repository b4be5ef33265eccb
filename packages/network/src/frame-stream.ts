/**
 * Frames on a libp2p stream: an unsigned varint length, then one DAG-CBOR value, or bytes as they are. A frame is held to its size before it is read, to its nesting before it is decoded, and to
 * its schema before anybody sees it.
 */
import { cborProblem, messageOf } from "@grapevine/core";
import * as dagCbor from "@ipld/dag-cbor";
import type { Stream } from "@libp2p/interface";
import { lpStream } from "@libp2p/utils";
import type { z } from "zod";
import { networkErrors } from "./errors.ts";
import { maxFrameDepth } from "./network-limits.ts";

export interface FrameStream {
  /** The next frame. @throws FRAME_INVALID; what the stream throws when it ended, was reset, or the signal fired. */
  read<T>(schema: z.ZodType<T>, signal: AbortSignal): Promise<T>;
  /** The next frame, which is no CBOR. @throws as `read` */
  readBytes(signal: AbortSignal): Promise<Uint8Array>;
  /** Resolves when the frame is on its way; waits while the stream's buffer is full. */
  write(value: unknown, signal: AbortSignal): Promise<void>;
  /** As `write`, of bytes as they are. They are the stream's from now on. */
  writeBytes(bytes: Uint8Array, signal: AbortSignal): Promise<void>;
}

export function frameStream(stream: Stream, maxBytes: number): FrameStream {
  const prefixed = lpStream(stream, { maxDataLength: maxBytes });
  const readBytes = async (signal: AbortSignal): Promise<Uint8Array> => {
    const bytes = await prefixed.read({ signal }).catch((error: unknown) => {
      throw isFramingError(error) ? networkErrors.create("FRAME_INVALID", messageOf(error), { cause: error }) : error;
    });
    return bytes.subarray();
  };
  const writeBytes = (bytes: Uint8Array, signal: AbortSignal): Promise<void> => prefixed.write(bytes, { signal });
  return {
    read: async (schema, signal) => decodeFrame(await readBytes(signal), schema),
    readBytes,
    write: (value, signal) => writeBytes(dagCbor.encode(withoutUndefined(value)), signal),
    writeBytes,
  };
}

function decodeFrame<T>(bytes: Uint8Array, schema: z.ZodType<T>): T {
  const problem = cborProblem(bytes, maxFrameDepth);
  if (problem !== undefined) throw networkErrors.create("FRAME_INVALID", `a frame is not CBOR: ${problem}`);
  const result = schema.safeParse(decodeCbor(bytes));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw networkErrors.create("FRAME_INVALID", `a frame's ${issue?.path.join(".") || "content"} is wrong: ${issue?.message}`);
}

function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return dagCbor.decode(bytes);
  } catch (error) {
    throw networkErrors.create("FRAME_INVALID", `a frame is not DAG-CBOR: ${messageOf(error)}`, { cause: error });
  }
}

/** DAG-CBOR has no undefined: an absent field is left out. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) if (field !== undefined) fields[name] = withoutUndefined(field);
  return fields;
}

const framingErrors = new Set(["InvalidMessageLengthError", "InvalidDataLengthError", "InvalidDataLengthLengthError"]);

function isFramingError(error: unknown): boolean {
  return error instanceof Error && framingErrors.has(error.name);
}
