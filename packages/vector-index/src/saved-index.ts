/**
 * The index on disk: a folder with a graph file, written by hnswlib, and a header that names it.
 *
 * What is guaranteed: the header is renamed into place last, so that at every moment the folder holds the old pair, the new pair, or something that is
 * recognised as neither; a graph is never handed to hnswlib unless its sha2-256 is the header's, the header's own checksum holds, and both are of the
 * expected embedder, dimensions and format. What is not: that the saved index is up to date. It holds what was there at the last save; the lesson store knows
 * what is missing.
 */
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "@grapevine/core";
import { digestFile } from "./file-digest.ts";
import { graphProblem } from "./graph-file.ts";

const formatVersion = 1;
const headerName = "header.json";
const temporarySuffix = ".saving";
const graphPattern = /^graph-[0-9a-f]{16}\.hnsw$/;

/** What the header says of the graph. */
export interface SavedContent {
  readonly embedder: string;
  readonly dimensions: number;
  /** Every point in the graph, the deleted ones included. */
  readonly points: number;
  /** Labels that are in the graph but no longer in the index. */
  readonly deleted: readonly number[];
}

interface Header extends SavedContent {
  readonly format: number;
  readonly graph: { readonly file: string; readonly bytes: number; readonly sha256: string };
}

export type SavedIndex =
  | { readonly state: "none" }
  | { readonly state: "unusable"; readonly reason: string }
  | { readonly state: "verified"; readonly graphPath: string; readonly content: SavedContent };

/** Reads and checks everything but the graph's meaning. Never throws for what is on the disk: that is the answer's `reason`. */
export async function readSavedIndex(
  folder: string,
  expected: { readonly embedder: string; readonly dimensions: number },
): Promise<SavedIndex> {
  try {
    const files = await listFiles(folder);
    if (!files.includes(headerName)) {
      const orphaned = files.some((file) => graphPattern.test(file));
      return orphaned ? { state: "unusable", reason: "the header of the saved index is missing" } : { state: "none" };
    }
    const header = parseHeader(await readFile(join(folder, headerName), "utf8"));
    if (typeof header === "string") return { state: "unusable", reason: header };
    const problem = mismatch(header, expected) ?? (await graphDamage(folder, header));
    if (problem !== undefined) return { state: "unusable", reason: problem };
    return { state: "verified", graphPath: join(folder, header.graph.file), content: header };
  } catch (error) {
    return { state: "unusable", reason: `the saved index cannot be read: ${messageOf(error)}` };
  }
}

/**
 * Writes graph and header so that they replace the earlier ones together. `writeGraph` is called in the caller's turn of the event loop, so
 * that `content` describes what it freezes and writes. Rejects with the file system's error, or one that says what hnswlib left unwritten.
 */
export async function writeSavedIndex(
  folder: string,
  content: SavedContent,
  writeGraph: (path: string) => Promise<void>,
): Promise<void> {
  const temporary = join(folder, `graph${temporarySuffix}`);
  // hnswlib reports no error: a graph that it could not write shows as a missing or an incomplete file, so no older one may stand in its place.
  rmSync(temporary, { force: true });
  await writeGraph(temporary);
  const incomplete = await graphProblem(temporary, content);
  if (incomplete !== undefined) throw new Error(`the graph was not written: ${incomplete}`);
  const { sha256, bytes } = await digestFile(temporary);
  await syncFile(temporary);
  const file = `graph-${sha256.slice(0, 16)}.hnsw`;
  await rename(temporary, join(folder, file));
  const header: Header = { format: formatVersion, ...content, graph: { file, bytes, sha256 } };
  await replaceFile(join(folder, headerName), headerText(header));
  await syncFile(folder);
  await removeFiles(folder, (name) => graphPattern.test(name) && name !== file);
}

export async function createFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
}

/** Takes away what an earlier save left, and nothing else that may be in the folder. */
export async function removeSavedIndex(folder: string): Promise<void> {
  await removeFiles(folder, (name) => name === headerName || graphPattern.test(name) || name.endsWith(temporarySuffix));
}

function mismatch(header: Header, expected: { readonly embedder: string; readonly dimensions: number }): string | undefined {
  if (header.format !== formatVersion) return `the saved index is of format ${header.format}, not ${formatVersion}`;
  if (header.embedder !== expected.embedder) {
    return `the saved index was filled by the embedder ${header.embedder}, not ${expected.embedder}`;
  }
  if (header.dimensions !== expected.dimensions) {
    return `the saved index has ${header.dimensions} dimensions, not ${expected.dimensions}`;
  }
  return undefined;
}

async function graphDamage(folder: string, header: Header): Promise<string | undefined> {
  const { sha256, bytes } = await digestFile(join(folder, header.graph.file));
  if (bytes !== header.graph.bytes) return `the saved graph has ${bytes} bytes, not ${header.graph.bytes}`;
  if (sha256 !== header.graph.sha256) return "the saved graph is not the one that was written";
  return undefined;
}

/** The header's own checksum stands on its second line. */
function headerText(header: Header): string {
  const json = JSON.stringify(header);
  return `${json}\n${sha256Of(json)}\n`;
}

/** The header, or what is wrong with its text. Whoever made a text that passes the checksum is this program. */
function parseHeader(text: string): Header | string {
  const [json = "", checksum] = text.split("\n");
  if (sha256Of(json) !== checksum) return "the header of the saved index is damaged";
  return JSON.parse(json) as Header;
}

function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = path + temporarySuffix;
  const handle = await open(temporary, "w");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeFiles(folder: string, isOurs: (name: string) => boolean): Promise<void> {
  const files = await listFiles(folder);
  await Promise.all(files.filter(isOurs).map((file) => rm(join(folder, file), { force: true, recursive: true })));
}

/** A folder that is not there holds nothing. */
async function listFiles(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
