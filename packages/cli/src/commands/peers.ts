import type { PeerSummary } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { formatDuration, formatShare, idEnd, peerLabel } from "../output/format.ts";
import { printTable, type TableColumn } from "../output/table.ts";

export async function listPeers(context: CommandContext): Promise<number> {
  const node = await connect(context);
  const peers = await node.peers({ signal: context.signal });
  const { output, commandLine } = context;
  output.document(peers);
  if (output.json) return exitCodes.done;
  if (peers.length === 0) {
    output.line("This node knows no peers yet.");
    output.line(`Invite one:    ${commandLine("invite", context.node)}`);
    output.line(`Or join one:   ${commandLine("join INVITE", context.node)}`);
    return exitCodes.done;
  }
  printTable(output, peerColumns, peers);
  return exitCodes.done;
}

/** Lessons of a trusted peer are believed on arrival, and still judged by their outcomes. */
export async function trustPeer(
  context: CommandContext,
  request: { readonly peer: string; readonly name?: string },
): Promise<number> {
  const node = await connect(context);
  const body = request.name === undefined ? {} : { name: request.name };
  return printStanding(context, await node.trustPeer(request.peer, body, { signal: context.signal }));
}

/** Nothing of a blocked peer is taken any more. */
export async function blockPeer(context: CommandContext, peer: string): Promise<number> {
  const node = await connect(context);
  return printStanding(context, await node.blockPeer(peer, { signal: context.signal }));
}

/** Takes a trust or a block back. */
export async function allowPeer(context: CommandContext, peer: string): Promise<number> {
  const node = await connect(context);
  return printStanding(context, await node.allowPeer(peer, { signal: context.signal }));
}

function printStanding({ output }: CommandContext, peer: PeerSummary): number {
  output.document(peer);
  const what = {
    trusted: "is trusted now",
    blocked: "is blocked now",
    stranger: "is a stranger now, neither trusted nor blocked",
  };
  output.line(`${peerLabel(peer.name, peer.peerId)} ${what[peer.standing]}.`);
  return exitCodes.done;
}

const standingColours = { trusted: "green", blocked: "red", stranger: undefined } as const;

const paths = { machine: "this machine", lan: "LAN", direct: "direct", relayed: "relayed" } as const;
const conducts = { good: "good", new: "new", poor: "poor", unheard: "not heard" } as const;
const conductColours = { good: "green", new: undefined, poor: "yellow", unheard: "red" } as const;

const peerColumns: readonly TableColumn<PeerSummary>[] = [
  { title: "NAME", value: ({ name }) => name ?? "-", shrinksTo: 8 },
  { title: "PEER", value: ({ peerId }) => `…${idEnd(peerId)}` },
  {
    title: "REACHED",
    value: ({ connected, path }) => (connected ? (path === undefined ? "yes" : paths[path]) : "no"),
    colour: ({ connected }) => (connected ? "green" : "dim"),
  },
  {
    title: "SCORE",
    value: ({ conduct }) => (conduct === undefined ? "-" : conducts[conduct]),
    colour: ({ conduct }) => (conduct === undefined ? "dim" : conductColours[conduct]),
    optional: true,
  },
  { title: "LESSONS", value: ({ lessons }) => String(lessons), align: "right", optional: true },
  {
    title: "ROUND TRIP",
    value: ({ roundTripMs }) => (roundTripMs === undefined ? "-" : formatDuration(roundTripMs)),
    align: "right",
    optional: true,
  },
  { title: "STANDING", value: ({ standing }) => standing, colour: ({ standing }) => standingColours[standing], optional: true },
  { title: "TRUST", value: ({ trust }) => formatShare(trust), align: "right", optional: true },
];
