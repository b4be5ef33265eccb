/** The node for coding agents: the Model Context Protocol on stdin and stdout, and its entry in the settings of clients. */
import { messageOf } from "@grapevine/core";
import type { CommandContext } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type McpClient, type McpClientName, mcpClient, type ServerCommand } from "../mcp-clients/clients.ts";
import { printedEntry, removeEntry, writeEntry } from "../mcp-clients/config-file.ts";

/** Serves until the client closes its end. A node that is started later, or anew, is found with the next call. */
export async function serveMcp(context: CommandContext): Promise<number> {
  const { home, node, signal, output } = context;
  await context.nodes.serveMcp({
    home,
    ...(node === undefined ? {} : { node }),
    signal,
    // stdout is the client's.
    onProblem: (problem) => output.note(messageOf(problem)),
  });
  return exitCodes.done;
}

export async function installMcp(context: CommandContext, name: McpClientName, { print }: { print: boolean }): Promise<number> {
  const { output } = context;
  const client = clientOf(name, context);
  const entry = client.entry(serverCommand(context));
  if (print) {
    output.document({ client: name, file: client.file, entry });
    output.line(printedEntry(client, entry));
    output.aside(`This belongs into ${client.file}`);
    return exitCodes.done;
  }
  const { changed, backup } = await writeEntry(client, entry);
  output.document({ client: name, file: client.file, entry, changed, ...(backup !== undefined && { backup }) });
  output.line(changed ? `${name} starts grapevine from now on: ${client.file}` : `${client.file} names grapevine already.`);
  if (backup !== undefined) output.aside(`the file as it was: ${backup}`);
  if (changed) output.aside(`Start ${name} anew. Take it back with  ${context.commandLine(`mcp uninstall ${name}`)}`);
  return exitCodes.done;
}

export async function uninstallMcp(context: CommandContext, name: McpClientName): Promise<number> {
  const { output } = context;
  const client = clientOf(name, context);
  const { changed, backup } = await removeEntry(client);
  output.document({ client: name, file: client.file, changed, ...(backup !== undefined && { backup }) });
  output.line(changed ? `${name} does not start grapevine any more: ${client.file}` : `${client.file} does not name grapevine.`);
  if (backup !== undefined) output.aside(`the file as it was: ${backup}`);
  return exitCodes.done;
}

function clientOf(name: McpClientName, { terminal }: CommandContext): McpClient {
  return mcpClient(name, { userHome: terminal.userHome, environment: terminal.environment, platform: process.platform });
}

/** As this command was started, so that it works from any folder and with any path. */
function serverCommand({ terminal, home, node }: CommandContext): ServerCommand {
  const [command, ...args] = terminal.program;
  return { command, args: [...args, "mcp", "--home", home, ...(node === undefined ? [] : ["--node", node])] };
}
