/** What a node logged, newest last, whether or not it runs; and, followed, what it logs from now on. */
import { constants } from "node:fs";
import { access, type FileHandle, open, readdir, watch } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "@grapevine/core";
import type { CommandContext } from "../context.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { printableLine } from "../output/plain-text.ts";

export interface LogsArguments {
  readonly lines: number;
  readonly follow?: boolean;
}

/** What is read of a log at once. */
const pageBytes: number = 64 * 1024;

/** @throws CLI_USAGE where it is not clear whose log is meant, CLI_FILE_UNREADABLE */
export async function showLogs(context: CommandContext, { lines, follow = false }: LogsArguments): Promise<number> {
  const { output, signal } = context;
  const file = join(context.home, context.node ?? (await onlyLogged(context.home)), "node.log");
  const handle = await readable(file);
  try {
    // Before the first look, so that nothing falls in between.
    const changes = follow ? watch(file, { signal }) : [];
    const shown = new Printer(output);
    const { text, size } = await lastLines(handle, lines);
    shown.take(text);
    let at = size;
    for await (const _change of ended(changes, signal)) at = await printFrom(handle, at, shown);
  } finally {
    await handle.close();
  }
  return exitCodes.done;
}

/** Lines as they become whole. */
class Printer {
  readonly #output: Output;
  #rest = "";

  constructor(output: Output) {
    this.#output = output;
  }

  take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") print(this.#output, line);
  }
}

async function printFrom(handle: FileHandle, from: number, shown: Printer): Promise<number> {
  const decoder = new TextDecoder();
  let at = from;
  for (;;) {
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(pageBytes), position: at });
    if (bytesRead === 0) return at;
    at += bytesRead;
    shown.take(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }));
  }
}

/** The file's last lines, and where it ended. */
async function lastLines(handle: FileHandle, count: number): Promise<{ readonly text: string; readonly size: number }> {
  const { size } = await handle.stat();
  let tail = Buffer.alloc(0);
  let from = size;
  // One line end more than lines: that of the line before them.
  while (from > 0 && lineEnds(tail) <= count) {
    const length = Math.min(pageBytes, from);
    from -= length;
    const { buffer } = await handle.read({ buffer: Buffer.alloc(length), position: from });
    tail = Buffer.concat([buffer, tail]);
  }
  const all = tail.toString("utf8").split("\n");
  const rest = all.pop() ?? "";
  return { text: [...all.slice(-count), rest].join("\n"), size };
}

function lineEnds(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (byte === 0x0a ? sum + 1 : sum), 0);
}

function print(output: Output, line: string): void {
  const entry = entryOf(line);
  if (entry === undefined) {
    output.line(printableLine(line));
    return;
  }
  output.document(entry);
  const { level, time, msg, node: _node, ...facts } = entry;
  const { name, format } = levels[String(level)] ?? { name: String(level), format: "reset" as const };
  const at = typeof time === "number" ? new Date(time).toISOString().slice(0, 19).replace("T", " ") : "";
  const rest = Object.entries(facts).map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const text = typeof msg === "string" ? msg : "";
  output.line(`${at}  ${output.style(format, name.padEnd(5))}  ${printableLine([text, ...rest].join(" "))}`);
}

/** What pino wrote; undefined of a line that was cut by a crash. */
function entryOf(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // shown as it is
  }
}

const levels: Readonly<Record<string, { readonly name: string; readonly format: "dim" | "reset" | "yellow" | "red" }>> = {
  20: { name: "debug", format: "dim" },
  30: { name: "info", format: "reset" },
  40: { name: "warn", format: "yellow" },
  50: { name: "error", format: "red" },
  60: { name: "fatal", format: "red" },
};

/** Until the user has seen enough: Ctrl-C is how following ends. */
async function* ended<T>(changes: AsyncIterable<T> | Iterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  try {
    yield* changes;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function readable(file: string): Promise<FileHandle> {
  try {
    return await open(file, "r");
  } catch (error) {
    throw cliErrors.create("CLI_FILE_UNREADABLE", `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function onlyLogged(home: string): Promise<string> {
  const names: string[] = [];
  for (const name of await entriesOf(home)) if (await isThere(join(home, name, "node.log"))) names.push(name);
  const [only, ...more] = names;
  if (only !== undefined && more.length === 0) return only;
  throw cliErrors.create("CLI_USAGE", only === undefined ? `no node of ${home} has a log` : `${names.join(", ")} have logs`, {
    hint: only === undefined ? "Start a node first: grapevine up." : "Say which with --node NAME.",
  });
}

async function entriesOf(home: string): Promise<string[]> {
  try {
    return (await readdir(home)).sort();
  } catch {
    return []; // no such home: it has no logs
  }
}

async function isThere(file: string): Promise<boolean> {
  return await access(file, constants.F_OK).then(
    () => true,
    () => false,
  );
}
