/**
 * Reads the header of a GGUF file (the format's specification: ggml `docs/gguf.md`, versions 2 and 3), so that nothing that is not a whole model file is
 * ever given to native code.
 *
 * Guarantees: the file begins with a well-formed header, and every tensor that the header names lies within the file. Does not guarantee that the
 * tensors hold sense, or that the runtime knows the architecture.
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { GrapevineError, messageOf } from "@grapevine/core";
import { modelErrors } from "../errors.ts";

export interface GgufSummary {
  readonly architecture: string;
  /** Tokens that the model was trained on at once; undefined where the file does not say. */
  readonly contextTokens: number | undefined;
  /** Number of weights. */
  readonly parameters: number;
  readonly bytes: number;
  readonly hasChatTemplate: boolean;
}

/** @throws MODEL_FILE_MISSING, MODEL_FILE_INVALID */
export function readGgufFile(path: string): GgufSummary {
  const file = openModelFile(path);
  try {
    return readHeader(new Reader(file.descriptor, file.bytes));
  } catch (error) {
    if (GrapevineError.is(error)) throw error;
    throw modelErrors.create("MODEL_FILE_INVALID", `${path}: ${messageOf(error)}`, { cause: error });
  } finally {
    closeSync(file.descriptor);
  }
}

function openModelFile(path: string): { descriptor: number; bytes: number } {
  try {
    const status = statSync(path);
    if (!status.isFile()) throw new Error("is not a file");
    return { descriptor: openSync(path, "r"), bytes: status.size };
  } catch (error) {
    throw modelErrors.create("MODEL_FILE_MISSING", `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function readHeader(reader: Reader): GgufSummary {
  if (reader.bytesLeft < 4 || reader.text(4) !== "GGUF") throw new Error("is not a GGUF file");
  const version = reader.uint32();
  if (version !== 2 && version !== 3) throw new Error(`is GGUF of version ${version}; 2 and 3 can be read`);
  const tensorCount = reader.count(maxTensors);
  const fieldCount = reader.count(maxFields);
  const fields = readFields(reader, fieldCount);
  const tensors = Array.from({ length: tensorCount }, () => readTensor(reader));
  checkTensors(tensors, reader, numberField(fields, "general.alignment") ?? defaultAlignment);
  const architecture = fields.get("general.architecture");
  if (typeof architecture !== "string") throw new Error("does not name its architecture");
  return {
    architecture,
    contextTokens: numberField(fields, `${architecture}.context_length`),
    parameters: tensors.reduce((sum, tensor) => sum + tensor.elements, 0),
    bytes: reader.fileBytes,
    hasChatTemplate: typeof fields.get("tokenizer.chat_template") === "string",
  };
}

/** Far above any model's, far below what would exhaust memory. */
const maxTensors = 100_000;
const maxFields = 100_000;
const maxTextBytes = 1024 * 1024;
const maxDimensions = 4;
const defaultAlignment = 32;

type Field = string | number;

function numberField(fields: ReadonlyMap<string, Field>, name: string): number | undefined {
  const value = fields.get(name);
  return typeof value === "number" ? value : undefined;
}

/** Texts and numbers; lists are passed over. */
function readFields(reader: Reader, count: number): Map<string, Field> {
  const fields = new Map<string, Field>();
  for (let i = 0; i < count; i++) {
    const name = reader.string();
    const value = readValue(reader, reader.uint32());
    if (value !== undefined) fields.set(name, value);
  }
  return fields;
}

const uint32Type = 4;
const textType = 8;
const listType = 9;
const uint64Type = 10;
/** Bytes of a value of each type of fixed size. */
const valueBytes: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };

function readValue(reader: Reader, type: number): Field | undefined {
  if (type === textType) return reader.string();
  if (type === uint32Type) return reader.uint32();
  if (type === uint64Type) return reader.uint64();
  if (type === listType) skipList(reader);
  else reader.skip(fixedBytes(type));
  return undefined;
}

function skipList(reader: Reader): void {
  const type = reader.uint32();
  const items = reader.count(Number.MAX_SAFE_INTEGER);
  if (type === listType) throw new Error("holds a list of lists");
  if (type !== textType) reader.skip(items * fixedBytes(type));
  else for (let i = 0; i < items; i++) reader.skip(reader.count(maxTextBytes));
}

function fixedBytes(type: number): number {
  const bytes = valueBytes[type];
  if (bytes === undefined) throw new Error(`holds a field of the unknown type ${type}`);
  return bytes;
}

interface Tensor {
  readonly elements: number;
  readonly type: number;
  /** From the beginning of the tensors' part. */
  readonly offset: number;
}

function readTensor(reader: Reader): Tensor {
  reader.skip(reader.count(maxTextBytes));
  const dimensions = reader.uint32();
  if (dimensions > maxDimensions) throw new Error(`holds a tensor of ${dimensions} dimensions`);
  let elements = 1;
  for (let i = 0; i < dimensions; i++) elements *= reader.uint64();
  return { elements, type: reader.uint32(), offset: reader.uint64() };
}

/** Weights in a block and bytes of a block, by ggml's number of the type. A type that is not here is only checked for its beginning. */
const tensorBlocks: Readonly<Record<number, readonly [weights: number, bytes: number]>> = {
  0: [1, 4], // F32
  1: [1, 2], // F16
  2: [32, 18], // Q4_0
  3: [32, 20], // Q4_1
  6: [32, 22], // Q5_0
  7: [32, 24], // Q5_1
  8: [32, 34], // Q8_0
  10: [256, 84], // Q2_K
  11: [256, 110], // Q3_K
  12: [256, 144], // Q4_K
  13: [256, 176], // Q5_K
  14: [256, 210], // Q6_K
  16: [256, 66], // IQ2_XXS
  17: [256, 74], // IQ2_XS
  18: [256, 98], // IQ3_XXS
  19: [256, 50], // IQ1_S
  20: [32, 18], // IQ4_NL
  21: [256, 110], // IQ3_S
  22: [256, 82], // IQ2_S
  23: [256, 136], // IQ4_XS
  29: [256, 56], // IQ1_M
  30: [1, 2], // BF16
};

function checkTensors(tensors: readonly Tensor[], reader: Reader, alignment: number): void {
  if (tensors.length === 0) throw new Error("holds no tensors");
  const start = Math.ceil(reader.position / alignment) * alignment;
  for (const { elements, type, offset } of tensors) {
    const [weights, bytes] = tensorBlocks[type] ?? [1, 0];
    const end = start + offset + Math.ceil(elements / weights) * bytes;
    if (!(end <= reader.fileBytes))
      throw new Error(`is cut short: it has ${reader.fileBytes} bytes and should have at least ${end}`);
  }
}

const chunkBytes = 1024 * 1024;

/** Little-endian values from a file, read in chunks. */
class Reader {
  readonly fileBytes: number;
  readonly #descriptor: number;
  #chunk: Buffer = Buffer.alloc(0);
  #chunkStart = 0;
  position = 0;

  constructor(descriptor: number, fileBytes: number) {
    this.#descriptor = descriptor;
    this.fileBytes = fileBytes;
  }

  get bytesLeft(): number {
    return this.fileBytes - this.position;
  }

  uint32(): number {
    return this.#take(4).readUInt32LE();
  }

  uint64(): number {
    return Number(this.#take(8).readBigUInt64LE());
  }

  /** A uint64 that counts something. */
  count(most: number): number {
    const value = this.uint64();
    if (value > most) throw new Error(`holds the count ${value}, more than ${most}`);
    return value;
  }

  string(): string {
    return this.text(this.count(maxTextBytes));
  }

  text(bytes: number): string {
    return this.#take(bytes).toString("utf8");
  }

  skip(bytes: number): void {
    if (bytes > this.bytesLeft) throw new Error("is cut short within its header");
    this.position += bytes;
  }

  #take(bytes: number): Buffer {
    const from = this.position;
    this.skip(bytes);
    if (from < this.#chunkStart || this.position > this.#chunkStart + this.#chunk.length) this.#load(from, bytes);
    return this.#chunk.subarray(from - this.#chunkStart, this.position - this.#chunkStart);
  }

  #load(from: number, atLeast: number): void {
    const chunk = Buffer.alloc(Math.min(Math.max(chunkBytes, atLeast), this.fileBytes - from));
    let filled = 0;
    while (filled < chunk.length) {
      const read = readSync(this.#descriptor, chunk, filled, chunk.length - filled, from + filled);
      if (read === 0) throw new Error("became shorter while it was read");
      filled += read;
    }
    this.#chunk = chunk;
    this.#chunkStart = from;
  }
}
