import { shortSwarmName } from "@grapevine/core";
import type { JoinRequest } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { peerLabel } from "../output/format.ts";
import { printableLine } from "../output/plain-text.ts";

/** Takes the line that `invite` printed. */
export async function join(context: CommandContext, request: JoinRequest): Promise<number> {
  const node = await connect(context);
  const reply = await node.join(request, { signal: context.signal });
  const { output } = context;
  output.document(reply);
  const peer = peerLabel(reply.name, reply.peerId);
  output.line(`Joined swarm ${printableLine(shortSwarmName(reply.swarm))} through ${peer}.`);
  output.aside(
    reply.trusted
      ? `${peer} is trusted: its lessons are believed on arrival.`
      : `Lessons of ${peer} are held until they prove themselves; to believe them:  ${context.commandLine(`peers trust ${peer}`, context.node)}`,
  );
  return exitCodes.done;
}
