/** Experiences to a file and back: JSON, a line each. */
import { resolve } from "node:path";
import { maxExperienceImportBytes, maxImportedExperiences } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type JsonLine, readJsonLines } from "../input.ts";
import { printableLine } from "../output/plain-text.ts";
import { startProgress } from "../output/progress.ts";
import { writeLines, writeTo, writeWhole } from "../output/whole-file.ts";

/** Tens of thousands of experiences of usual length. */
const maxImportFileBytes: number = 256 * 1024 * 1024;
/** What a node lived through is for its user alone. */
const privateFileMode = 0o600;

/** @throws CLI_FILE_UNWRITABLE, and what the node refuses */
export async function exportExperiences(context: CommandContext, { out }: { readonly out?: string }): Promise<number> {
  const { terminal, output, signal } = context;
  const node = await connect(context);
  if (out === undefined) {
    // Lines for other programs: never wrapped, and the same with `--json`.
    await node.exportExperiences((experience) => writeTo(terminal.stdout, `${JSON.stringify(experience)}\n`, signal), { signal });
    return exitCodes.done;
  }
  const target = resolve(terminal.workingFolder, out);
  const progress = await startProgress(output, terminal.stderr, "writing experiences");
  try {
    const { experiences } = await writeWhole(target, (unfinished) =>
      writeLines(unfinished, (write) => node.exportExperiences(write, { signal }), privateFileMode),
    );
    progress.stop();
    output.document({ experiences, out: target });
    output.line(`${experiences} experiences are in ${printableLine(target)}.`);
  } finally {
    progress.stop();
  }
  return exitCodes.done;
}

/** @throws as `readJsonLines`, and what the node refuses */
export async function importExperiences(context: CommandContext, file: string): Promise<number> {
  const { output, terminal, signal } = context;
  // All of them are read before the first is sent.
  const lines = await readJsonLines(context, file, maxImportFileBytes, (line) => line);
  const node = await connect(context);
  const progress = await startProgress(output, terminal.stderr, "reading experiences");
  const counts = { imported: 0, here: 0, refused: 0 };
  const reasons: { readonly line: number; readonly reason: string }[] = [];
  try {
    for (const batch of batchesOf(lines)) {
      const replies = await node.importExperiences({ experiences: batch.map(({ value }) => value) }, { signal });
      replies.forEach(({ state, refused = "unknown" }, position) => {
        counts[state] += 1;
        if (state === "refused") reasons.push({ line: batch[position]?.number ?? 0, reason: refused });
      });
      progress.say(`${counts.imported + counts.here + counts.refused} of ${lines.length} experiences`);
    }
  } finally {
    progress.stop();
  }
  output.document({ experiences: lines.length, ...counts, reasons });
  output.line(`${counts.imported} experiences were taken, ${counts.here} were here, ${counts.refused} were refused.`);
  for (const { line, reason } of reasons.slice(0, maxShownReasons)) output.line(`  line ${line}: ${printableLine(reason)}`);
  return counts.refused === 0 ? exitCodes.done : exitCodes.refused;
}

const maxShownReasons = 10;

/** As many at once as the node takes, of at most half the bytes, unless one alone has more. */
function* batchesOf(lines: readonly JsonLine[]): Generator<readonly JsonLine[]> {
  let batch: JsonLine[] = [];
  let bytes = 0;
  for (const line of lines) {
    if (batch.length === maxImportedExperiences || (batch.length > 0 && bytes + line.bytes > maxExperienceImportBytes / 2)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(line);
    bytes += line.bytes;
  }
  if (batch.length > 0) yield batch;
}
