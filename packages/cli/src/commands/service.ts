/**
 * A node as a service of the user's own systemd: started at login, started again when it fails. The unit says home and name; everything else is in the node's settings,
 * since a service does not see the environment of a shell.
 */
import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "@grapevine/core";
import type { CommandContext } from "../context.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { printableLine } from "../output/plain-text.ts";

interface ServiceArguments {
  /** Only show. */
  readonly print: boolean;
}

/** @throws CLI_SERVICE_UNAVAILABLE, CLI_SERVICE_FAILED, CLI_FILE_UNWRITABLE, NODE_AMBIGUOUS */
export async function installService(context: CommandContext, { print }: ServiceArguments): Promise<number> {
  const { output, home, nodes, commandLine } = context;
  const node = await nodeOf(context);
  const file = unitFile(context, node);
  const text = unitOf(context, node);
  if (print) {
    output.document({ node, file, text });
    output.part(text);
    return exitCodes.done;
  }
  await checkSystemd(context);
  if ((await nodes.running(home)).some(({ name }) => name === node)) {
    throw cliErrors.create("CLI_SERVICE_FAILED", `${node} runs already, outside of systemd or as a service`, {
      hint: `Stop it first:  ${commandLine("down", node)}`,
    });
  }
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (error) {
    throw cliErrors.create("CLI_FILE_UNWRITABLE", `${file} cannot be written: ${messageOf(error)}`, { cause: error });
  }
  await systemctl(context, "daemon-reload");
  await systemctl(context, "enable", "--now", unitName(node));
  output.document({ node, file, enabled: true });
  output.line(`${node} is a service now: ${printableLine(file)}`);
  output.aside(`Its state:  ${commandLine("status", node)}`);
  output.aside("To have it run while you are not logged in:  loginctl enable-linger");
  return exitCodes.done;
}

/** What is not there is no error. @throws CLI_SERVICE_UNAVAILABLE, CLI_SERVICE_FAILED, NODE_AMBIGUOUS */
export async function uninstallService(context: CommandContext, { print }: ServiceArguments): Promise<number> {
  const { output } = context;
  const node = await nodeOf(context);
  const file = unitFile(context, node);
  if (print) {
    output.document({ node, file });
    output.line(file);
    return exitCodes.done;
  }
  await checkSystemd(context);
  // Of a unit that systemd does not know it says so, and that is what is wanted.
  await systemctl(context, "disable", "--now", unitName(node)).catch((error: unknown) => {
    if (!/does not exist|not loaded|not found/i.test(messageOf(error))) throw error;
  });
  await rm(file, { force: true });
  await systemctl(context, "daemon-reload");
  output.document({ node, file, enabled: false });
  output.line(`${node} is no service any more, and does not run. What it holds stays where it is.`);
  return exitCodes.done;
}

async function nodeOf({ nodes, home, node }: CommandContext): Promise<string> {
  return (await nodes.readSettings({ home, ...(node === undefined ? {} : { name: node }) })).name;
}

function unitName(node: string): string {
  return `grapevine-${node}.service`;
}

function unitFile({ terminal }: CommandContext, node: string): string {
  const config = terminal.environment["XDG_CONFIG_HOME"] ?? join(terminal.userHome, ".config");
  return join(config, "systemd", "user", unitName(node));
}

/** The same program with the same home, which its first start makes. A usage error (2) would be the same at every start. */
function unitOf({ terminal, home }: CommandContext, node: string): string {
  const words = [...terminal.program, "up", "--json", `--home=${home}`, `--name=${node}`];
  return `[Unit]
Description=Grapevine node ${node}
After=network-online.target

[Service]
Type=exec
ExecStart=${words.map(quoted).join(" ")}
WorkingDirectory=-${home.replaceAll("%", "%%")}
Restart=on-failure
RestartSec=10
RestartPreventExitStatus=2
TimeoutStopSec=60
StandardOutput=null

[Install]
WantedBy=default.target
`;
}

/** As systemd takes it for one word: see "Command lines" in systemd.service(5). */
function quoted(word: string): string {
  const escaped = word.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return `"${escaped.replaceAll("%", "%%").replaceAll("$", "$$$$")}"`;
}

async function checkSystemd(context: CommandContext): Promise<void> {
  try {
    await run(context, ["show-environment"]);
  } catch (error) {
    throw cliErrors.create("CLI_SERVICE_UNAVAILABLE", "no systemd of the user's own answers here", { cause: error });
  }
}

async function systemctl(context: CommandContext, ...words: readonly string[]): Promise<void> {
  try {
    await run(context, words);
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    const why = said === "" ? messageOf(error) : said;
    throw cliErrors.create("CLI_SERVICE_FAILED", `systemctl --user ${words.join(" ")}: ${why}`, { cause: error });
  }
}

async function run({ terminal, signal }: CommandContext, words: readonly string[]): Promise<void> {
  const env = { ...terminal.environment };
  await promisify(execFile)("systemctl", ["--user", ...words], { env, signal, timeout: answerTimeoutMs });
}

/** A node stops within a minute. */
const answerTimeoutMs = 90_000;
