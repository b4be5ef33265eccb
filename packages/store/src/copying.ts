/**
 * A store as a stream of bytes while it goes on being used; restore-store.ts makes a store of it again.
 *
 * Guarantees: the stream is the store as it is after one commit, since LevelDB's iterators see one moment and a commit is one batch; nobody waits for it.
 *
 * The stream is frames: the length of a key (four bytes, big-endian), the key, the length of its sealed value, the value. Behind the last stands the length `endLength`, and
 * in place of the value the numbers, as JSON.
 */
import type { Database } from "./database.ts";
import { type Marks, readMarks } from "./reservations.ts";

/** Everything that the database holds, in pieces of about 256 KiB. */
export async function* copyStore(path: string, database: Database): AsyncGenerator<Uint8Array, void, undefined> {
  let piece: Buffer[] = [];
  let bytes = 0;
  let entries = 0;
  for await (const { key, value } of database.sealedEntries(everything)) {
    entries += 1;
    piece.push(lengthOf(key.length), key, lengthOf(value.length), value);
    bytes += key.length + value.length;
    if (bytes < pieceBytes) continue;
    yield Buffer.concat(piece);
    piece = [];
    bytes = 0;
  }
  // What was reserved by now is not below what the last entry's commit had taken.
  const end = Buffer.from(JSON.stringify({ ...readMarks(path), entries } satisfies CopyEnd));
  yield Buffer.concat([...piece, lengthOf(endLength), lengthOf(end.length), end]);
}

/** What stands behind the last entry. */
export interface CopyEnd extends Marks {
  readonly entries: number;
}

function lengthOf(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

/** No key is as long. */
export const endLength = 0xffff_ffff;
const pieceBytes: number = 256 * 1024;
/** Before and behind all keyspaces. */
const everything = { gte: Buffer.of(0), lt: Buffer.of(0xff) };
