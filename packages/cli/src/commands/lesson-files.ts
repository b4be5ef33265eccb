/** Lessons to files and back: as lines of signed records, or, for coding agents, as a folder. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type LessonState, messageOf } from "@grapevine/core";
import { type ExportedLesson, maxImportedRecords } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { type JsonLine, readJsonLines } from "../input.ts";
import { printableLine } from "../output/plain-text.ts";
import { skillFiles, skillName } from "../skill-folder.ts";

export interface ExportArguments {
  readonly format: "jsonl" | "skill";
  readonly state?: LessonState;
  readonly out?: string;
}

/** Ten times the lessons that a node keeps of others, unless it is told to keep more. */
const maxImportFileBytes: number = 256 * 1024 * 1024;

/** @throws CLI_USAGE, CLI_FILE_UNWRITABLE, and what the node refuses */
export async function exportLessons(context: CommandContext, { format, state, out }: ExportArguments): Promise<number> {
  const folder = format === "skill" ? skillFolder(context, out) : undefined;
  const node = await connect(context);
  const lessons: ExportedLesson[] = [];
  await node.exportLessons(state === undefined ? {} : { state }, (lesson) => lessons.push(lesson), {
    signal: context.signal,
  });
  const path = folder ?? out;
  if (path === undefined) {
    // Lines for other programs: never wrapped, and the same with `--json`.
    for (const lesson of lessons) context.terminal.stdout.write(`${JSON.stringify(lesson)}\n`);
    return exitCodes.done;
  }
  const target = resolve(context.terminal.workingFolder, path);
  await written(target, () => (folder === undefined ? writeLines(target, lessons) : writeSkill(target, lessons)));
  context.output.document({ lessons: lessons.length, out: target });
  context.output.line(`${lessons.length} lessons are in ${printableLine(target)}.`);
  return exitCodes.done;
}

/** @throws as `readJsonLines`, and what the node refuses */
export async function importLessons(context: CommandContext, file: string): Promise<number> {
  const records = await readJsonLines(context, file, maxImportFileBytes, recordOf);
  const node = await connect(context);
  const counts = new Map<string, number>();
  for (let from = 0; from < records.length; from += maxImportedRecords) {
    const batch = records.slice(from, from + maxImportedRecords);
    for (const { state, refused } of await node.importLessons({ records: batch }, { signal: context.signal })) {
      const key = state ?? `refused (${refused ?? "unknown"})`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const { output } = context;
  const taken = [...counts].reduce((sum, [key, count]) => (key.startsWith("refused") ? sum : sum + count), 0);
  output.document({ lessons: records.length, taken, ...Object.fromEntries(counts) });
  output.line(`${taken} of ${records.length} lessons are here.`);
  for (const [key, count] of counts) output.line(`  ${key}: ${count}`);
  return taken === records.length ? exitCodes.done : exitCodes.refused;
}

function skillFolder({ terminal }: CommandContext, out: string | undefined): string {
  const folder = out ?? "grapevine-lessons";
  const name = skillName(resolve(terminal.workingFolder, folder));
  if (/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) && name.length <= 64) return folder;
  throw cliErrors.create("CLI_USAGE", `"${name.slice(0, 80)}" cannot be the name of a skill`, {
    hint: "The folder's name is the skill's: small letters, digits and single hyphens between them, at most 64.",
  });
}

async function writeLines(target: string, lessons: readonly ExportedLesson[]): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, lessons.map((lesson) => `${JSON.stringify(lesson)}\n`).join(""));
}

/** What an earlier export left of a kind that has no lessons any more goes. */
async function writeSkill(target: string, lessons: readonly ExportedLesson[]): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const { path, text } of skillFiles(skillName(target), lessons)) {
    await (text === undefined ? rm(join(target, path), { force: true }) : writeFile(join(target, path), text));
  }
}

async function written(target: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw cliErrors.create("CLI_FILE_UNWRITABLE", `${target} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

function recordOf({ value, place }: JsonLine): string {
  if (typeof value === "object" && value !== null && "record" in value && typeof value.record === "string") return value.record;
  throw cliErrors.create("CLI_LINE_MALFORMED", `${place}: the object has no "record" that is a string`);
}
