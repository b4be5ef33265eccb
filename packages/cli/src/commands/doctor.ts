import type { Examination } from "@grapevine/node";
import type { CommandContext } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { printableLine } from "../output/plain-text.ts";
import { startProgress } from "../output/progress.ts";
import { toldSettings } from "./config.ts";

/** Looks at a node and at what is around it, and with `repair` keeps what can be kept of a damaged store. */
export async function doctor(context: CommandContext, { repair = false }: { readonly repair?: boolean }): Promise<number> {
  const { output, nodes, home, node } = context;
  const where = { home, ...(node === undefined ? {} : { name: node }) };
  const progress = await startProgress(output, context.terminal.stderr, "examining the node");
  try {
    const found = await nodes.examine({ ...where, passing: toldSettings(context, {}).passing });
    progress.stop();
    if (found.problem === undefined || !repair) {
      output.document(found);
      printExamination(output, found);
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

const marks = { well: "well", warning: "look", failed: "FAIL", unknown: "-" } as const;
const colours = { well: "green", warning: "yellow", failed: "red", unknown: "dim" } as const;
const markWidth = 4;
const nameWidth = 12;

function printExamination(output: Output, { name, running, folder, checks }: Examination): void {
  output.line(`${name} in ${printableLine(folder)}, which ${running ? "runs" : "does not run"}:`);
  const indent = markWidth + nameWidth + 4;
  const under = `\n${" ".repeat(indent)}`;
  for (const { name: check, state, found, fix } of checks) {
    const mark = output.style(colours[state], marks[state].padEnd(markWidth));
    const told = [found, ...(fix === undefined ? [] : [fix])].map((text) => output.fitted(printableLine(text), indent));
    output.line(`${mark}  ${check.padEnd(nameWidth)}  ${told.join("\n").replaceAll("\n", under)}`);
  }
  const failed = checks.filter(({ state }) => state === "failed").length;
  output.line(failed === 0 ? "Nothing is wrong." : `${failed} of ${checks.length} checks failed.`);
}

function inWords(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([kind, count]) => `${count} ${kind}${count === 1 ? "" : "s"}`)
    .join(", ");
}
