import { shortId } from "@grapevine/core";
import type { Conflict, ConflictQuery, ConflictSide } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { printFields } from "../output/fields.ts";
import { formatShare, peerLabel } from "../output/format.ts";
import { printableLine } from "../output/plain-text.ts";

/** Each disagreement with its two sides, the undecided ones first. */
export async function listConflicts(context: CommandContext, query: ConflictQuery): Promise<number> {
  const node = await connect(context);
  const conflicts = await node.conflicts(query, { signal: context.signal });
  const { output } = context;
  output.document(conflicts);
  if (output.json) return exitCodes.done;
  if (conflicts.length === 0) output.line("No lessons contradict each other.");
  for (const [position, conflict] of conflicts.entries()) {
    if (position > 0) output.line();
    output.line(output.style("bold", printableLine(conflict.sides[0].situation)));
    for (const side of conflict.sides) printFields(output, fieldsOf(side, conflict));
  }
  return exitCodes.done;
}

function fieldsOf(side: ConflictSide, { winner }: Conflict): [string, string | undefined][] {
  const { worked, changed, failed } = side.outcomes;
  const decided = winner === undefined ? "" : winner === side.id ? "  outcomes speak for it" : "  outcomes speak against it";
  return [
    [shortId(side.id), `${printableLine(side.guidance)}${decided}`],
    ["", `${side.state}, by ${peerLabel(side.authorName, side.author)}, utility ${formatShare(side.utility)}`],
    ["", `${worked} worked, ${changed} changed, ${failed} failed here`],
  ];
}
