import { shortSwarmName } from "@grapevine/core";
import type { MemberSummary } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { confirm } from "../input.ts";
import { formatMoment, peerLabel } from "../output/format.ts";
import { printTable, type TableColumn } from "../output/table.ts";

/** Needs no running node: the swarm is its name, and the name holds the node's id. */
export async function createSwarm(context: CommandContext, label: string): Promise<number> {
  const { output, nodes, home, node, commandLine } = context;
  const found = await nodes.foundSwarm({ home, label, ...(node === undefined ? {} : { name: node }) });
  output.document(found);
  output.line(found.swarm);
  output.aside(`Your node ${found.node} owns it: whoever it admits is in, and its key alone can admit.`);
  output.aside(`Keep a copy of ${found.keyFile}; without it nobody can be admitted or revoked any more.`);
  output.aside(`1. Start the node in it:   ${commandLine(`up --name ${found.node} --swarm ${found.swarm}`)}`);
  output.aside(`2. Admit others by id:     ${commandLine("swarm admit ID", node)}   (\`grapevine status\` there says the id)`);
  output.aside(`3. Send them an invite:    ${commandLine("invite", node)}`);
  return exitCodes.done;
}

export async function listMembers(context: CommandContext): Promise<number> {
  const node = await connect(context);
  const reply = await node.swarm({ signal: context.signal });
  const { output } = context;
  output.document(reply);
  if (output.json) return exitCodes.done;
  if (!reply.closed) {
    output.line(`${reply.swarm} is an open swarm: whoever knows its name may be in it.`);
    return exitCodes.done;
  }
  output.line(`${reply.swarm}${reply.owned ? ", which this node owns" : ""}`);
  printTable(output, memberColumns, reply.members);
  return exitCodes.done;
}

export async function admitMember(
  context: CommandContext,
  { peer, expires }: { readonly peer: string; readonly expires?: string | undefined },
): Promise<number> {
  const { output, clock, signal } = context;
  const until = expires === undefined ? undefined : momentOf(expires, clock.now(), 1);
  const node = await connect(context);
  const member = await node.admitMember(peer, until === undefined ? {} : { until }, { signal });
  output.document(member);
  const end = member.until === undefined ? "until it is revoked" : `until ${formatMoment(member.until)}`;
  output.line(`${peerLabel(member.name, member.peerId)} is a member ${end}.`);
  return exitCodes.done;
}

export async function revokeMember(
  context: CommandContext,
  { peer, since: from, yes }: { readonly peer: string; readonly since?: string | undefined; readonly yes: boolean },
): Promise<number> {
  const { output, clock, signal } = context;
  const since = from === undefined ? undefined : momentOf(from, clock.now(), -1);
  const node = await connect(context);
  if (!yes) {
    const stays = since === undefined ? "What it has taught so far stays." : `What came since ${formatMoment(since)} goes.`;
    if (!(await confirm(context, `Put ${peer} out of ${shortSwarmName((await node.swarm({ signal })).swarm)}? ${stays}`))) {
      output.note("Nothing was changed.");
      return exitCodes.refused;
    }
  }
  const reply = await node.revokeMember(peer, since === undefined ? {} : { since }, { signal });
  output.document(reply);
  const { kept, dropped } = reply;
  output.line(`${peerLabel(reply.name, reply.peerId)} is revoked. Of its records here ${kept} stay and ${dropped} go.`);
  return exitCodes.done;
}

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30d` from now, in the given direction, or a date. Milliseconds since the epoch. @throws CLI_USAGE */
function momentOf(text: string, now: number, direction: 1 | -1): number {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return now + direction * Number(count) * (unitsMs[unit] ?? 0);
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(at) && at >= 0) return at;
  throw cliErrors.create("CLI_USAGE", `"${text}" is neither a time span nor a date`, {
    hint: "Write 45m, 12h or 30d, or a date such as 2026-12-24 or 2026-12-24T18:00.",
  });
}

const stateColours = { owner: "green", admitted: "green", ended: "dim", revoked: "red" } as const;

const memberColumns: readonly TableColumn<MemberSummary>[] = [
  { title: "NAME", value: ({ name }) => name ?? "-", shrinksTo: 8 },
  { title: "PEER", value: ({ peerId }) => peerId },
  { title: "STATE", value: ({ state }) => state, colour: ({ state }) => stateColours[state] },
  {
    title: "CONNECTED",
    value: ({ connected }) => (connected ? "yes" : "no"),
    colour: ({ connected }) => (connected ? "green" : "dim"),
    optional: true,
  },
  { title: "UNTIL", value: ({ until }) => (until === undefined ? "-" : formatMoment(until)), optional: true },
];
