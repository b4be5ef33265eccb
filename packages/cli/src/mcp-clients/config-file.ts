/**
 * One entry in a settings file that is somebody else's.
 *
 * It guarantees that no other setting changes, comments and order included; that what is there already is not written again; that the file as it was is kept
 * beside it; and that a file which cannot be read as what it should be is left alone. The line before the entry may be laid out anew.
 */
import { copyFile, mkdir, readFile, realpath, rename, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parse as parseToml, patch } from "@decimalturn/toml-patch";
import { messageOf } from "@grapevine/core";
import { applyEdits, modify, type ParseError, parse as parseJson } from "jsonc-parser";
import { cliErrors } from "../errors.ts";
import type { McpClient } from "./clients.ts";

export interface Change {
  readonly changed: boolean;
  /** Where the file as it was is kept; absent where nothing changed, or there was none. */
  readonly backup?: string;
}

type Where = Pick<McpClient, "file" | "format" | "section">;

/** What our servers are called in the lists of clients. */
const ownName = "grapevine";
const backupEnding = ".before-grapevine";

/** @throws CLI_CONFIG_MALFORMED, CLI_CONFIG_UNWRITABLE */
export function writeEntry(where: Where, entry: Readonly<Record<string, unknown>>): Promise<Change> {
  return change(where, (text) => edited(text, where, entry));
}

/** @throws CLI_CONFIG_MALFORMED, CLI_CONFIG_UNWRITABLE */
export function removeEntry(where: Where): Promise<Change> {
  return change(where, (text) => {
    const section = sectionOf(text, where);
    if (section === undefined || !(ownName in section)) return text;
    return edited(text, where, undefined);
  });
}

/** The entry as it would stand in a file of its own. */
export function printedEntry(where: Where, entry: Readonly<Record<string, unknown>>): string {
  return edited("", where, entry).trimEnd();
}

async function change({ file, format }: Where, edit: (text: string) => string): Promise<Change> {
  const before = await textOf(file);
  const after = edit(before ?? "");
  if (after === (before ?? "")) return { changed: false };
  refuseDamaged(after, { file, format });
  try {
    // A settings file may be a link into a folder that is kept under version control.
    const target = before === undefined ? file : await realpath(file);
    const backup = before === undefined ? undefined : target + backupEnding;
    await mkdir(dirname(target), { recursive: true });
    if (backup !== undefined) await copyFile(target, backup);
    const fresh = `${target}.${process.pid}.tmp`;
    await writeFile(fresh, after, { mode: before === undefined ? 0o600 : (await stat(target)).mode });
    await rename(fresh, target);
    return { changed: true, ...(backup !== undefined && { backup }) };
  } catch (error) {
    throw cliErrors.create("CLI_CONFIG_UNWRITABLE", `${file} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw cliErrors.create("CLI_CONFIG_UNWRITABLE", `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function edited(text: string, where: Where, entry: Readonly<Record<string, unknown>> | undefined): string {
  const { section } = where;
  const others = Object.keys(sectionOf(text, where) ?? {}).filter((name) => name !== ownName);
  // A section of which nothing else is left goes with the entry.
  const goesWhole = entry === undefined && others.length === 0;
  if (where.format === "toml") {
    const value = parseToml(text) as Record<string, Record<string, unknown> | undefined>;
    if (goesWhole) delete value[section];
    else if (entry === undefined) delete value[section]?.[ownName];
    else value[section] = { ...value[section], [ownName]: entry };
    return patch(text, value, { inlineTableStart: 3 });
  }
  const formattingOptions = /^\t/m.test(text) ? { insertSpaces: false } : { insertSpaces: true, tabSize: 2 };
  const path = goesWhole ? [section] : [section, ownName];
  const after = applyEdits(text, modify(text, path, entry, { formattingOptions }));
  return text === "" ? `${after}\n` : after;
}

/** The entries that are there, by their names. */
function sectionOf(text: string, where: Where): Readonly<Record<string, unknown>> | undefined {
  const value = refuseDamaged(text, where);
  const section = value[where.section];
  if (section === undefined || isObject(section)) return section;
  throw malformed(where, `${where.section} is no list of servers`);
}

function refuseDamaged(text: string, where: Pick<Where, "file" | "format">): Readonly<Record<string, unknown>> {
  if (text.trim() === "") return {};
  const value = where.format === "toml" ? readToml(text, where) : readJson(text, where);
  if (!isObject(value)) throw malformed(where, "it holds no settings");
  return value;
}

function readToml(text: string, where: Pick<Where, "file">): unknown {
  try {
    return parseToml(text);
  } catch (error) {
    throw malformed(where, messageOf(error), error);
  }
}

/** With comments and commas at ends, as editors allow them. */
function readJson(text: string, where: Pick<Where, "file">): unknown {
  const problems: ParseError[] = [];
  const value: unknown = parseJson(text, problems, { allowTrailingComma: true });
  const [first] = problems;
  if (first !== undefined) throw malformed(where, `it is no JSON at character ${first.offset}`);
  return value;
}

function malformed({ file }: Pick<Where, "file">, problem: string, cause?: unknown): Error {
  return cliErrors.create("CLI_CONFIG_MALFORMED", `${file} is left as it is: ${problem}`, { cause });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
