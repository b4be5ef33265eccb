import { once } from "node:events";
import type { NodeOptions, RunningNode } from "@grapevine/node";
import type { CommandContext } from "../context.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { startProgress } from "../output/progress.ts";
import { printWarnings } from "../output/warnings.ts";
import type { TypedSettings } from "../settings-program.ts";
import { startInBackground } from "./background.ts";
import { toldSettings } from "./config.ts";
import { chooseFirstModel } from "./first-run.ts";
import { printBetterModel, printStatus } from "./status.ts";

/** Beside the settings. */
export interface UpArguments {
  readonly name?: string;
  readonly join?: string[];
  readonly trust?: boolean;
  readonly detach?: boolean;
  /** Ask nothing. */
  readonly yes?: boolean;
}

/** Starts a node and stays with it until it is told to stop, or, with `detach`, leaves it in the background. @throws CLI_USAGE, CLI_SETTING_INVALID */
export async function up(
  context: CommandContext,
  { name, join, trust, detach, yes = false, ...typed }: UpArguments & TypedSettings,
): Promise<number> {
  if (trust === true && join === undefined) {
    throw cliErrors.create("CLI_USAGE", "--trust needs --join: it trusts those whose invites are joined", {
      hint: "See `grapevine up --help`.",
    });
  }
  const { given, passing } = toldSettings(context, typed);
  const called = name ?? context.node;
  const options: NodeOptions = {
    home: context.home,
    ...(called === undefined ? {} : { name: called }),
    ...(join === undefined ? {} : { join }),
    ...(trust === undefined ? {} : { trust }),
    ...given,
    passing,
  };
  await chooseFirstModel(context, options, { yes });
  return detach === true ? startInBackground(context, options) : serve(context, options);
}

async function serve(context: CommandContext, options: NodeOptions): Promise<number> {
  const { output, signal } = context;
  const progress = await startProgress(output, context.terminal.stderr, "starting");
  // At once: whoever started it in the background reads them when it serves.
  const onWarning = (text: string): void => {
    progress.stop();
    printWarnings(output, [text]);
  };
  let node: RunningNode;
  try {
    node = await context.nodes.start({ ...options, onProgress: progress.say, onWarning });
  } finally {
    progress.stop();
  }
  try {
    const status = await node.status();
    output.document(status);
    if (!output.json) {
      printStatus(output, status, context.clock.now());
      output.line();
      output.line(`Dashboard:      ${node.dashboardLink().url}  (opens once)`);
      output.line(`Ask it:         ${context.commandLine('ask "…"', status.name)}`);
      output.line(`Invite others:  ${context.commandLine("invite", status.name)}`);
      output.line("Stop it:        Ctrl-C");
      printBetterModel(context, status.model);
    }
    await Promise.race([node.stopped, aborted(signal)]);
    if (signal.aborted) output.aside(`${status.name} stops; Ctrl-C again ends it at once.`);
  } finally {
    await node.stop();
  }
  return exitCodes.done;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
