/** Writes small GGUF files for tests: a header, and tensors of zeros. */

export interface GgufInit {
  readonly architecture?: string;
  readonly fields?: Readonly<Record<string, string | number | readonly string[]>>;
  /** Lengths of one-dimensional F32 tensors. */
  readonly tensors?: readonly number[];
}

const alignment = 32;

export function ggufBytes(init: GgufInit = {}): Buffer {
  const { architecture = "llama", fields = {}, tensors = [64] } = init;
  const entries = Object.entries({ "general.architecture": architecture, ...fields });
  let offset = 0;
  const infos = tensors.map((length, index) => {
    const info = Buffer.concat([text(`tensor.${index}`), uint32(1), uint64(length), uint32(0), uint64(offset)]);
    offset += Math.ceil((length * 4) / alignment) * alignment;
    return info;
  });
  const fieldBytes = entries.map(([name, value]) => Buffer.concat([text(name), field(value)]));
  const counts = [uint64(tensors.length), uint64(entries.length)];
  const header = Buffer.concat([Buffer.from("GGUF"), uint32(3), ...counts, ...fieldBytes, ...infos]);
  const padding = Buffer.alloc((alignment - (header.length % alignment)) % alignment);
  return Buffer.concat([header, padding, Buffer.alloc(offset)]);
}

function field(value: string | number | readonly string[]): Buffer {
  if (typeof value === "string") return Buffer.concat([uint32(8), text(value)]);
  if (typeof value === "number") return Buffer.concat([uint32(4), uint32(value)]);
  return Buffer.concat([uint32(9), uint32(8), uint64(value.length), ...value.map(text)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
