import type { InviteRequest, InviteSummary } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { formatAge, formatMoment, peerLabel } from "../output/format.ts";
import { printableLine } from "../output/plain-text.ts";
import { printTable, type TableColumn } from "../output/table.ts";

interface InviteArguments extends InviteRequest {
  readonly qr: boolean;
}

/** Prints one line that others give to `join`, and as a QR code if that is wanted. */
export async function invite(context: CommandContext, { qr, ...terms }: InviteArguments): Promise<number> {
  const node = await connect(context);
  const reply = await node.invite(terms, { signal: context.signal });
  const { output, commandLine } = context;
  output.document(reply);
  output.line(reply.invite);
  if (output.json) return exitCodes.done;
  if (qr) output.line(await qrCode(reply.invite));
  const until = reply.expiresAt === undefined ? "" : ` until ${formatMoment(reply.expiresAt)}`;
  const most = reply.uses === undefined ? "" : `, ${reply.uses} at most`;
  output.aside(`Whoever gets this line can join swarm ${printableLine(reply.swarm)}${until}${most}:  grapevine join INVITE`);
  if (reply.id !== undefined) {
    output.aside(`Take it back with  ${commandLine(`invite revoke ${shortInvite(reply.id)}`, context.node)}`);
  }
  return exitCodes.done;
}

export async function listInvites(context: CommandContext): Promise<number> {
  const node = await connect(context);
  const invites = await node.invites({ signal: context.signal });
  const { output, commandLine } = context;
  output.document(invites);
  if (output.json) return exitCodes.done;
  if (invites.length === 0) {
    output.line("This node has made no invites yet.");
    output.line(`Make one:  ${commandLine("invite", context.node)}`);
    return exitCodes.done;
  }
  printTable(output, inviteColumns(context.clock.now()), invites);
  return exitCodes.done;
}

/** Nobody joins by it any more; who has joined stays. */
export async function revokeInvite(context: CommandContext, id: string): Promise<number> {
  const node = await connect(context);
  const revoked = await node.revokeInvite(id, { signal: context.signal });
  const { output, commandLine } = context;
  output.document(revoked);
  output.line(`Invite ${shortInvite(revoked.id)} is revoked: this node greets nobody who follows it any more.`);
  if (output.json) return exitCodes.done;
  output.aside("Whoever kept this node's address and the swarm's name can still connect to an open swarm without an invite.");
  for (const { peerId, name } of revoked.usedBy) {
    const peer = peerLabel(name, peerId);
    output.aside(
      `${peer} joined by it and stays; to be rid of it:  ${commandLine(`peers block ${name ?? peerId}`, context.node)}`,
    );
  }
  return exitCodes.done;
}

/** In upper case, which QR codes hold in fewer dots; `join` takes both. Two rows of dots a line. */
async function qrCode(invite: string): Promise<string> {
  const { renderUnicodeCompact } = await import("uqr");
  return renderUnicodeCompact(invite.toUpperCase(), { border: quietZone });
}

/** Dots of free space around a QR code; ISO/IEC 18004 asks for four, readers are content with two where the screen is dark around it. */
const quietZone = 2;

/** Enough of an id to tell it from the others. */
function shortInvite(id: string): string {
  return id.slice(0, 8);
}

const stateColours = { open: "green", "used-up": "dim", expired: "dim", revoked: "red" } as const;

function inviteColumns(now: number): readonly TableColumn<InviteSummary>[] {
  return [
    { title: "ID", value: ({ id }) => shortInvite(id) },
    { title: "STATE", value: ({ state }) => state, colour: ({ state }) => stateColours[state] },
    { title: "AGE", value: ({ createdAt }) => formatAge(createdAt, now), align: "right" },
    { title: "EXPIRES", value: ({ expiresAt }) => formatMoment(expiresAt) },
    {
      title: "JOINED",
      value: ({ usedBy, uses }) => (uses === undefined ? String(usedBy.length) : `${usedBy.length} of ${uses}`),
      align: "right",
    },
    {
      title: "BY",
      value: ({ usedBy }) => usedBy.map(({ name, peerId }) => peerLabel(name, peerId)).join(", ") || "-",
      shrinksTo: 8,
      optional: true,
    },
  ];
}
