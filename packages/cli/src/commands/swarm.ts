import { shortSwarmName } from "@grapevine/core";
import type { MemberSummary } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { confirm } from "../input.ts";
import { momentOf } from "../moment.ts";
import { formatMoment, peerLabel } from "../output/format.ts";
import { printTable, type TableColumn } from "../output/table.ts";

/** Needs no running node: the swarm is its name, and the name holds the node's id. */
export async function createSwarm(context: CommandContext, label: string): Promise<number> {
  const { output, nodes, home, node, commandLine } = context;
  const found = await nodes.foundSwarm({ home, label, ...(node === undefined ? {} : { name: node }) });
  output.document(found);
  output.line(found.swarm);
  output.aside(`Your node ${found.node} owns it: whoever it admits is in, and its key alone can admit.`);
  output.aside(
    `Keep a copy of ${found.keyFile}: without it nobody can be admitted or revoked any more. Should it be stolen, ${commandLine("identity rotate", found.node)} replaces it.`,
  );
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
    const question = `Put ${peer} out of ${shortSwarmName((await node.swarm({ signal })).swarm)}? ${stays}`;
    if (!(await confirm(context, question, "a member is put out in the whole swarm"))) {
      output.note("Nothing was changed.");
      return exitCodes.refused;
    }
  }
  const reply = await node.revokeMember(peer, since === undefined ? {} : { since }, { signal });
  output.document(reply);
  const { kept, dropped } = reply;
  output.line(`${peerLabel(reply.name, reply.peerId)} is revoked. Of its records here ${kept} stay and ${dropped} go.`);
  const again = context.commandLine(`swarm admit ${reply.peerId}`, context.node);
  output.aside(`To let it in again, with all that it wrote:  ${again}`);
  output.aside(
    `If its key was stolen and it has replaced it, admit the new id instead:  ${context.commandLine("swarm admit NEW-ID", context.node)}`,
  );
  return exitCodes.done;
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
