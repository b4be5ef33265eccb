/**
 * The blocks of LevelDB's files as they were before it compressed or cut them up: for looking for bytes that ought to be gone, never for reading a store.
 *
 * The layouts are those of LevelDB's `doc/table_format.md` and `doc/log_format.md`, and of snappy's `format_description.txt`. What is not in them is given as it lies.
 */

/** A table's data and index blocks, unpacked. Those that were not compressed are views of the bytes. Undefined when it is not a whole table. */
export function tableBlocks(table: Buffer): Buffer[] | undefined {
  if (table.length < footerBytes || table.readBigUInt64LE(table.length - 8) !== tableMagic) return undefined;
  try {
    const footer = new Reader(table.subarray(table.length - footerBytes));
    footer.handle(); // of the index of filters, which hold hashes alone
    const index = blockAt(table, footer.handle());
    return [index, ...handlesIn(index).map((handle) => blockAt(table, handle))];
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What was appended to a log, without the heads that cut it into fragments. */
export function logContent(log: Buffer): Buffer {
  const fragments: Buffer[] = [];
  for (let block = 0; block < log.length; block += logBlockBytes) {
    const end = Math.min(block + logBlockBytes, log.length);
    let at = block;
    while (at + logHeadBytes <= end) {
      const length = log.readUInt16LE(at + 4);
      fragments.push(log.subarray(at + logHeadBytes, Math.min(at + logHeadBytes + length, end)));
      at += logHeadBytes + length;
    }
  }
  return Buffer.concat(fragments);
}

const footerBytes = 48;
const tableMagic = 0xdb4775248b80fb57n;
const blockTrailerBytes = 5;
const snappyCompression = 1;
const logBlockBytes = 32_768;
const logHeadBytes = 7;

interface BlockHandle {
  readonly offset: number;
  readonly size: number;
}

function blockAt(table: Buffer, { offset, size }: BlockHandle): Buffer {
  if (offset + size + blockTrailerBytes > table.length) throw new RangeError("a block reaches past its table's end");
  const block = table.subarray(offset, offset + size);
  return table.readUInt8(offset + size) === snappyCompression ? unpacked(block) : block;
}

/** The values of an index block: keys, of which each shares a beginning with the one before, then a list of restart points. */
function handlesIn(index: Buffer): BlockHandle[] {
  const handles: BlockHandle[] = [];
  const end = index.length - 4 - 4 * index.readUInt32LE(index.length - 4);
  const reader = new Reader(index);
  while (reader.at < end) {
    reader.number();
    const keyBytes = reader.number();
    reader.number();
    reader.at += keyBytes;
    handles.push(reader.handle());
  }
  return handles;
}

class Reader {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  handle(): BlockHandle {
    return { offset: this.number(), size: this.number() };
  }

  number(): number {
    let number = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes.readUInt8(this.at++);
      number += (byte & 127) * factor;
      if (byte < 128) return number;
    }
  }
}

/** Literals, and copies of what was unpacked already. */
function unpacked(block: Buffer): Buffer {
  const reader = new Reader(block);
  const result = Buffer.alloc(reader.number());
  let { at } = reader;
  let end = 0;
  while (at < block.length) {
    const tag = block.readUInt8(at++);
    const kind = tag & 3;
    if (kind === 0) {
      const extraBytes = Math.max(0, (tag >> 2) - 59);
      const length = 1 + (extraBytes === 0 ? tag >> 2 : block.readUIntLE(at, extraBytes));
      at += extraBytes;
      block.copy(result, end, at, at + length);
      at += length;
      end += length;
      continue;
    }
    const offsetBytes = kind === 3 ? 4 : kind;
    const length = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
    const distance = block.readUIntLE(at, offsetBytes) + (kind === 1 ? (tag >> 5) * 256 : 0);
    at += offsetBytes;
    // Byte by byte: a copy may reach into what it is making.
    for (const to = end + length; end < to; end++) result.writeUInt8(result.readUInt8(end - distance), end);
  }
  return result;
}
