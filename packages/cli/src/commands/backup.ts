/** A node into a file, and a node out of one. */
import { resolve } from "node:path";
import type { CommandContext } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { formatBytes, formatMoment } from "../output/format.ts";
import { printableLine } from "../output/plain-text.ts";
import { startProgress } from "../output/progress.ts";

/** @throws what `backUp` of the node throws */
export async function backUp(
  context: CommandContext,
  { file, keys }: { readonly file: string; readonly keys: boolean },
): Promise<number> {
  const { output, terminal, nodes, home, node, signal } = context;
  const progress = await startProgress(output, terminal.stderr, "backing up");
  try {
    const done = await nodes.backUp({
      home,
      ...(node === undefined ? {} : { name: node }),
      file: resolve(terminal.workingFolder, file),
      keys,
      signal,
      onProgress: (bytes) => progress.say(`backing up: ${formatBytes(bytes)} of the store`),
    });
    progress.stop();
    output.document(done);
    output.line(`${done.node} is in ${printableLine(done.file)} (${formatBytes(done.bytes)}).`);
    output.aside(
      done.keys.length === 0
        ? "Its key is not in it: keep the file `key` elsewhere, or nobody can be this node again."
        : "Its key is in it: whoever has the file can be this node.",
    );
  } finally {
    progress.stop();
  }
  return exitCodes.done;
}

/** @throws what `restoreNode` of the node throws */
export async function restore(
  context: CommandContext,
  { file, name }: { readonly file: string; readonly name?: string },
): Promise<number> {
  const { output, terminal, nodes, home, node, commandLine } = context;
  const called = name ?? node;
  const progress = await startProgress(output, terminal.stderr, "restoring");
  try {
    const done = await nodes.restoreNode({
      home,
      ...(called === undefined ? {} : { name: called }),
      file: resolve(terminal.workingFolder, file),
      onProgress: (part) => progress.say(`restoring: ${Math.round(part * 100)} %`),
    });
    progress.stop();
    output.document(done);
    const { experiences, lessons } = done;
    output.line(`${done.node} is in ${printableLine(done.folder)}, with ${lessons} lessons and ${experiences} experiences,`);
    output.line(`as it was at ${formatMoment(done.createdAt)}.`);
    if (!done.hasKey) output.line("Its key was not in the backup: put the file `key` there before you start it.");
    output.aside(`Start it:  ${commandLine(`up --name ${done.node}`)}`);
    output.aside(
      "Where the node that it was made of still runs, stop that one first: two with one key spoil each other's records.",
    );
  } finally {
    progress.stop();
  }
  return exitCodes.done;
}
