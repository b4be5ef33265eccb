/**
 * The shape of a file that hnswlib writes, read as far as is needed to tell a whole one from a cut one: hnswlib itself reports no failed write. The layout is
 * that of `HierarchicalNSW::saveIndex` in hnswlib 0.7 (the version inside hnswlib-node 3): 96 bytes of header, the base layer with a fixed number of bytes a point,
 * then for each point a uint32 length and as many bytes of links.
 */
import { type FileHandle, open } from "node:fs/promises";

const headerBytes = 96;
const pointsAt = 16;
const bytesPerPointAt = 24;

/** What is wrong with the file as a graph of so many points and dimensions, or undefined. Rejects with the file system's error. */
export async function graphProblem(
  path: string,
  expected: { readonly points: number; readonly dimensions: number },
): Promise<string | undefined> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    if (size < headerBytes) return `the file has ${size} bytes, fewer than its header`;
    const header = await readRange(handle, 0, headerBytes);
    const points = Number(header.readBigUInt64LE(pointsAt));
    const bytesPerPoint = Number(header.readBigUInt64LE(bytesPerPointAt));
    if (points !== expected.points) return `it holds ${points} points, not ${expected.points}`;
    if (bytesPerPoint <= expected.dimensions * Float32Array.BYTES_PER_ELEMENT) return "its vectors are too short";
    const linksAt = headerBytes + points * bytesPerPoint;
    if (size < linksAt) return `the file has ${size} bytes, its points alone need ${linksAt}`;
    return endsWithItsLinks(await readRange(handle, linksAt, size - linksAt), points) ? undefined : "its links are cut short";
  } finally {
    await handle.close();
  }
}

function endsWithItsLinks(links: Buffer, points: number): boolean {
  let at = 0;
  for (let point = 0; point < points; point++) {
    if (at + 4 > links.length) return false;
    at += 4 + links.readUInt32LE(at);
  }
  return at === links.length;
}

async function readRange(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
