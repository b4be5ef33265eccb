import { resolve } from "node:path";
import { shortSwarmName } from "@grapevine/core";
import type { IdentityReport } from "@grapevine/node";
import type { CommandContext } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { confirm } from "../input.ts";
import { momentOf } from "../moment.ts";
import { formatMoment } from "../output/format.ts";
import { printableLine } from "../output/plain-text.ts";

export async function showIdentity(context: CommandContext): Promise<number> {
  const { output, nodes, home, node } = context;
  const report = await nodes.showIdentity({ home, ...(node !== undefined && { name: node }) });
  output.document(report);
  output.line(`node       ${report.node}`);
  output.line(`id         ${report.author}`);
  output.line(`key        ${report.keyFile}`);
  output.line(`next key   ${nextKeyInWords(report)}`);
  if (report.nextKeyHash !== undefined) output.line(`its hash   ${report.nextKeyHash}`);
  if (report.rotatedAt !== undefined) output.line(`rotated    ${formatMoment(report.rotatedAt)}, from ${report.follows}`);
  if (report.nextKey === "here")
    output.aside("Move the next key's file to a place that a thief of this machine's files does not find.");
  return exitCodes.done;
}

/** Needs a stopped node: a host cannot change its key while it runs. */
export async function rotateIdentity(
  context: CommandContext,
  { nextKey, since: from, yes }: { readonly nextKey?: string; readonly since?: string; readonly yes: boolean },
): Promise<number> {
  const { output, nodes, home, node, clock, commandLine } = context;
  const since = from === undefined ? undefined : momentOf(from, clock.now(), -1);
  const where = { home, ...(node !== undefined && { name: node }) };
  if (!yes) {
    const { author } = await nodes.showIdentity(where);
    const stays = since === undefined ? "What it has taught so far stays." : `What came since ${formatMoment(since)} goes.`;
    if (!(await confirm(context, `Give up the key ${author} for good? ${stays}`))) {
      output.note("Nothing was changed.");
      return exitCodes.refused;
    }
  }
  const reply = await nodes.rotateKey({
    ...where,
    ...(nextKey !== undefined && { nextKeyFile: resolve(nextKey) }),
    ...(since !== undefined && { since }),
  });
  output.document(reply);
  output.line(`The node ${reply.node} is ${reply.to} from now on.`);
  if (reply.records === undefined) output.line("A rotation that had been broken off is finished; nothing else was changed.");
  else output.line(`Of the old key's records here ${reply.records.kept} stay and ${reply.records.dropped} go.`);
  output.aside(`Others hear of it when the node is started: ${commandLine(`up --name ${reply.node}`)}`);
  if (reply.owned === undefined) {
    output.aside(`In a closed swarm the owner has to let the new id in: grapevine swarm admit ${reply.to}`);
  } else {
    const { swarm, said, revoked } = reply.owned;
    output.line(
      `It owns ${printableLine(shortSwarmName(swarm))} as before: ${said} memberships are said again, ${revoked} are revoked.`,
    );
    output.aside(
      `If the old key was stolen, look for members whom you did not admit: ${commandLine("swarm members", reply.node)}`,
    );
  }
  output.aside(`A new next key is in ${reply.nextKeyFile}: keep it elsewhere.`);
  return exitCodes.done;
}

function nextKeyInWords({ nextKey, nextKeyFile }: IdentityReport): string {
  if (nextKey === "here") return nextKeyFile;
  if (nextKey === "elsewhere") return `kept elsewhere (not in ${nextKeyFile})`;
  if (nextKey === "wrong") return `${nextKeyFile} holds another key than the one that was committed to`;
  return "none yet: it is made when the node is started";
}
