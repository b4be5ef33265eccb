/** Texts from files and from standard input: bounded, and UTF-8 or refused. Nothing is guessed and nothing is replaced. */
import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { addAbortSignal, Readable } from "node:stream";
import { GrapevineError, limits, messageOf } from "@grapevine/core";
import type { CommandContext } from "./context.ts";
import { cliErrors } from "./errors.ts";

/** What an argument decoder leaves where bytes were not UTF-8. */
const replacementCharacter = "\u{FFFD}";

/** @throws CLI_INPUT_NOT_UTF8 */
export function refuseDamagedArguments(values: readonly string[]): void {
  const damaged = values.find((value) => value.includes(replacementCharacter));
  if (damaged !== undefined) {
    throw cliErrors.create("CLI_INPUT_NOT_UTF8", `the argument "${damaged.slice(0, 40)}" was not typed in UTF-8`);
  }
}

/**
 * The question, from the argument or, for `-`, from standard input.
 * @throws QUESTION_TOO_LONG, CLI_INPUT_NOT_UTF8, CLI_USAGE
 */
export async function readQuestion(context: CommandContext, argument: string): Promise<string> {
  const bytes =
    argument === "-"
      ? await readAtMost(standardInput(context), limits.maxQuestionBytes)
      : bounded(Buffer.from(argument), limits.maxQuestionBytes);
  if (bytes === "too large") throw questionTooLong();
  const question = decode(bytes, argument === "-" ? "standard input" : "the question").trim();
  if (question === "")
    throw cliErrors.create("CLI_USAGE", "the question is empty", { hint: 'Ask something: grapevine ask "How do I …?"' });
  return question;
}

/**
 * A file's text, or standard input's for `-`.
 * @throws CLI_FILE_UNREADABLE, CLI_INPUT_TOO_LARGE, CLI_INPUT_NOT_UTF8
 */
export async function readText(context: CommandContext, file: string, maxBytes: number): Promise<string> {
  return decode(await readBytes(context, file, maxBytes), nameOf(file));
}

/**
 * What is in a file, or comes by standard input for `-`.
 * @throws CLI_FILE_UNREADABLE, CLI_INPUT_TOO_LARGE
 */
export async function readBytes(context: CommandContext, file: string, maxBytes: number): Promise<Uint8Array> {
  const name = nameOf(file);
  const source = file === "-" ? standardInput(context) : openFile(context, file);
  let bytes: Uint8Array | "too large";
  try {
    bytes = await readAtMost(source, maxBytes);
  } catch (error) {
    if (context.signal.aborted) throw error;
    throw cliErrors.create("CLI_FILE_UNREADABLE", `${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  if (bytes === "too large") throw cliErrors.create("CLI_INPUT_TOO_LARGE", `${name} has more than ${maxBytes} bytes`);
  return bytes;
}

export interface JsonLine {
  /** From 1. */
  readonly number: number;
  readonly bytes: number;
  readonly value: unknown;
  /** File and line, for what is said of it. */
  readonly place: string;
}

/**
 * What `take` makes of each line of JSON, in order; empty lines are left out.
 * @throws CLI_LINE_MALFORMED, as `readText`, and what `take` throws
 */
export async function readJsonLines<T>(
  context: CommandContext,
  file: string,
  maxBytes: number,
  take: (line: JsonLine) => T,
): Promise<T[]> {
  return jsonLinesIn(await readBytes(context, file, maxBytes), nameOf(file), take);
}

/** The same of bytes that were read; `name` is what they are called. @throws CLI_LINE_MALFORMED, CLI_INPUT_NOT_UTF8, and what `take` throws */
export function jsonLinesIn<T>(bytes: Uint8Array, name: string, take: (line: JsonLine) => T): T[] {
  return decode(bytes, name)
    .split(/\r?\n/)
    .flatMap((line, index) => {
      if (line.trim() === "") return [];
      const place = `${name}, line ${index + 1}`;
      return [take({ number: index + 1, bytes: Buffer.byteLength(line), value: jsonOf(line, place), place })];
    });
}

function jsonOf(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw cliErrors.create("CLI_LINE_MALFORMED", `${place}: it is not JSON`, { cause: error });
  }
}

/** What messages call it. */
export function nameOf(file: string): string {
  return file === "-" ? "standard input" : file;
}

/**
 * Whether the user, who watches, says yes to a question: anything else is a no. `why` it is asked goes into the error.
 * @throws CLI_USAGE where nobody can be asked
 */
export async function confirm(context: CommandContext, question: string, why: string = "it cannot be undone"): Promise<boolean> {
  const { stdin } = context.terminal;
  if (stdin.isTTY !== true) {
    throw cliErrors.create("CLI_USAGE", `${why}, and there is no terminal to ask`, {
      hint: "Give --yes when you are sure.",
    });
  }
  context.output.note(`${question} [y/N]`);
  let typed = "";
  for await (const chunk of standardInput(context, "")) {
    typed += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    if (typed.includes("\n")) break;
  }
  return /^y(?:es)?$/i.test(typed.split("\n")[0]?.trim() ?? "");
}

function openFile(context: CommandContext, file: string): Readable {
  return addAbortSignal(context.signal, createReadStream(resolve(context.terminal.workingFolder, file)));
}

const howToEnd = "Reading what you type; end it with Ctrl-D on a line of its own.";

function standardInput(context: CommandContext, invitation: string = howToEnd): AsyncIterable<Uint8Array | string> {
  const { stdin } = context.terminal;
  if (stdin.isTTY === true && invitation !== "") context.output.note(invitation);
  return stdin instanceof Readable ? addAbortSignal(context.signal, stdin) : stdin;
}

function bounded(bytes: Uint8Array, maxBytes: number): Uint8Array | "too large" {
  return bytes.length > maxBytes ? "too large" : bytes;
}

/** Reads on until the end or one byte too many; the rest is left unread. */
async function readAtMost(source: AsyncIterable<Uint8Array | string>, maxBytes: number): Promise<Uint8Array | "too large"> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    size += bytes.length;
    if (size > maxBytes) return "too large";
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array, name: string): string {
  if (isUtf8(bytes)) return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  throw cliErrors.create("CLI_INPUT_NOT_UTF8", `${name} is not UTF-8: line ${damagedLine(bytes)}`);
}

/** A line end is never part of a longer character, so each line can be looked at alone. */
function damagedLine(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  let end = bytes.indexOf(lineEnd);
  while (end !== -1 && isUtf8(bytes.subarray(start, end))) {
    line += 1;
    start = end + 1;
    end = bytes.indexOf(lineEnd, start);
  }
  return line;
}

const lineEnd = 0x0a;

/** The node's own check has this code; it is made here so that ten megabytes are not read and sent to be told so. */
function questionTooLong(): GrapevineError {
  return new GrapevineError(
    "QUESTION_TOO_LONG",
    `the question has more than ${limits.maxQuestionBytes} bytes`,
    "Shorten the question; no local model could read it whole.",
  );
}
