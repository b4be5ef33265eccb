/** Lessons to files and back: as lines of signed records, or, for coding agents, as a folder. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type LessonState, messageOf } from "@grapevine/core";
import { type ExportedLesson, type ExportSummary, maxImportedRecords } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { type JsonLine, jsonLinesIn, nameOf, readBytes } from "../input.ts";
import { isLessonArchive, recordsInArchive, writeLessonArchive } from "../lesson-archive.ts";
import { printableLine } from "../output/plain-text.ts";
import { startProgress } from "../output/progress.ts";
import { writeLines, writeTo, writeWhole } from "../output/whole-file.ts";
import { skillFiles, skillName } from "../skill-folder.ts";

export interface ExportArguments {
  readonly format: "jsonl" | "car" | "skill";
  readonly state?: LessonState;
  readonly out?: string;
}

/** Ten times the lessons that a node keeps of others, unless it is told to keep more. */
const maxImportFileBytes: number = 256 * 1024 * 1024;

type ExportAll = (onLesson: (lesson: ExportedLesson) => void | Promise<void>) => Promise<ExportSummary>;

/** @throws CLI_USAGE, CLI_FILE_UNWRITABLE, and what the node refuses */
export async function exportLessons(context: CommandContext, { format, state, out }: ExportArguments): Promise<number> {
  const { terminal, output, signal } = context;
  const path = format === "skill" ? skillFolder(context, out) : out;
  if (format === "car" && path === undefined) {
    throw cliErrors.create("CLI_USAGE", "an archive goes into a file", { hint: "Name it: --out lessons.car" });
  }
  const node = await connect(context);
  const exportAll: ExportAll = (onLesson) => node.exportLessons(state === undefined ? {} : { state }, onLesson, { signal });
  if (path === undefined) {
    // Lines for other programs: never wrapped, and the same with `--json`.
    await exportAll((lesson) => writeTo(terminal.stdout, `${JSON.stringify(lesson)}\n`, signal));
    return exitCodes.done;
  }
  const target = resolve(terminal.workingFolder, path);
  const progress = await startProgress(output, terminal.stderr, "writing lessons");
  try {
    const { lessons } = await writers[format](target, exportAll);
    progress.stop();
    output.document({ lessons, out: target });
    output.line(`${lessons} lessons are in ${printableLine(target)}.`);
  } finally {
    progress.stop();
  }
  return exitCodes.done;
}

const writers: Readonly<Record<ExportArguments["format"], (target: string, exportAll: ExportAll) => Promise<ExportSummary>>> = {
  jsonl: (target, exportAll) => writeWhole(target, (unfinished) => writeLines(unfinished, exportAll)),
  car: (target, exportAll) => writeWhole(target, (unfinished) => writeLessonArchive(unfinished, exportAll)),
  skill: writeSkill,
};

/** Lines or an archive: the file's beginning tells. @throws CLI_ARCHIVE_MALFORMED, as `readJsonLines`, and what the node refuses */
export async function importLessons(context: CommandContext, file: string): Promise<number> {
  const bytes = await readBytes(context, file, maxImportFileBytes);
  const name = nameOf(file);
  const records = isLessonArchive(bytes)
    ? await recordsInArchive(bytes, name, context.signal)
    : jsonLinesIn(bytes, name, recordOf);
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

/** What an earlier export left of a kind that has no lessons any more goes. @throws CLI_FILE_UNWRITABLE, and what the node refuses */
async function writeSkill(target: string, exportAll: ExportAll): Promise<ExportSummary> {
  const lessons: ExportedLesson[] = [];
  const summary = await exportAll((lesson) => void lessons.push(lesson));
  try {
    await mkdir(target, { recursive: true });
    for (const { path, text } of skillFiles(skillName(target), lessons)) {
      await (text === undefined ? rm(join(target, path), { force: true }) : writeFile(join(target, path), text));
    }
  } catch (error) {
    throw cliErrors.create("CLI_FILE_UNWRITABLE", `${target} cannot be written: ${messageOf(error)}`, { cause: error });
  }
  return summary;
}

function recordOf({ value, place }: JsonLine): string {
  if (typeof value === "object" && value !== null && "record" in value && typeof value.record === "string") return value.record;
  throw cliErrors.create("CLI_LINE_MALFORMED", `${place}: the object has no "record" that is a string`);
}
