import type { CommandContext } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { startProgress } from "../output/progress.ts";

/** Examines the store of a node that does not run, and with `repair` keeps what can be kept of a damaged one. */
export async function doctor(context: CommandContext, { repair = false }: { readonly repair?: boolean }): Promise<number> {
  const { output, nodes, home, node } = context;
  const where = { home, ...(node === undefined ? {} : { name: node }) };
  const progress = await startProgress(output, context.terminal.stderr, "examining the store");
  try {
    const found = await nodes.examine(where);
    if (found.healthy || !repair) {
      output.document(found);
      if (found.kept !== undefined) {
        output.line(
          `${found.name}: the store is whole, with ${found.kept.lessons} lessons and ${found.kept.experiences} experiences.`,
        );
      }
      if (found.problem !== undefined) {
        output.line(`${found.name}: ${found.problem.code}: ${found.problem.message}`);
        output.line(`${found.problem.hint}`);
      }
      return found.healthy ? exitCodes.done : exitCodes.refused;
    }
    progress.say("keeping what can be kept");
    const mended = await nodes.repair(where);
    output.document({ ...found, repaired: mended });
    output.line(`${found.name}: the store was damaged and is whole again.`);
    output.line(`kept: ${inWords(mended.kept)}`);
    output.line(`lost: ${mended.lost === undefined ? "unknown, for the checkpoint was lost too" : inWords(mended.lost)}`);
    output.line(`The damaged store is in ${mended.savedTo}`);
    return exitCodes.done;
  } finally {
    progress.stop();
  }
}

function inWords(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([kind, count]) => `${count} ${kind}${count === 1 ? "" : "s"}`)
    .join(", ");
}
