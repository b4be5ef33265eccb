/** How a node is: what it takes of the machine, and what it said last. */
import { open, readdir, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { HealthReport, LogLine } from "./control/dashboard-contract.ts";

/** Of the log's end: some two thousand lines. */
const readLogBytes: number = 256 * 1024;
export const maxLogLines = 200;

/** @param folder the node's home */
export async function reportHealth(folder: string): Promise<HealthReport> {
  const [usedBytes, { bavail, bsize }, log] = await Promise.all([
    sizeOf(folder),
    statfs(folder),
    endOfLog(join(folder, "node.log")),
  ]);
  return { disk: { usedBytes, freeBytes: bavail * bsize }, memoryBytes: process.memoryUsage.rss(), log };
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const sizes = await Promise.all(files.map(sizeOfFile));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** LevelDB removes files while they are counted. */
async function sizeOfFile(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

async function endOfLog(path: string): Promise<LogLine[]> {
  const lines = (await endOf(path)).split("\n").filter((line) => line.startsWith("{") && line.endsWith("}"));
  return lines.slice(-maxLogLines).map(readLine);
}

async function endOf(path: string): Promise<string> {
  try {
    await using file = await open(path, "r");
    const { size } = await file.stat();
    const from = Math.max(0, size - readLogBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.toString("utf8", 0, bytesRead);
  } catch (error) {
    if (isMissing(error)) return "";
    throw error;
  }
}

/** pino's numbers. */
const levels: Readonly<Record<number, LogLine["level"]>> = {
  10: "debug",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "error",
};
/** What every line has, and what is shown by itself. */
const shownApart: ReadonlySet<string> = new Set(["level", "time", "node", "msg", "err"]);

function readLine(line: string): LogLine {
  const {
    level,
    time,
    msg = "",
    err,
    ...facts
  } = JSON.parse(line) as {
    readonly level: number;
    readonly time: number;
    readonly msg?: string;
    readonly err?: { readonly message?: string };
    readonly [fact: string]: unknown;
  };
  const more = Object.entries(facts).flatMap(([name, value]) =>
    shownApart.has(name) ? [] : [`${name} ${JSON.stringify(value)}`],
  );
  const text = [msg, ...(err?.message === undefined ? [] : [err.message]), ...more].join("; ");
  return { at: time, level: levels[level] ?? "info", text };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
