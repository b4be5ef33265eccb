import { once } from "node:events";
import type { AnswerPolicy, NodeOptions, ReachSettings, RunningNode } from "@grapevine/node";
import type { CommandContext } from "../context.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { startProgress } from "../output/progress.ts";
import { printWarnings } from "../output/warnings.ts";
import { startInBackground } from "./background.ts";
import { printBetterModel, printStatus } from "./status.ts";

export interface UpArguments {
  readonly name?: string;
  readonly swarm?: string;
  readonly listen?: string[];
  readonly join?: string[];
  readonly trust?: boolean;
  readonly api?: number;
  readonly model?: string;
  readonly capacity?: number;
  /** Per cent. */
  readonly idle?: number;
  readonly practise?: string;
  readonly answer?: AnswerPolicy;
  readonly keepAsked?: boolean;
  readonly reuse?: boolean;
  readonly lan?: boolean;
  readonly exchange?: boolean;
  readonly dht?: boolean;
  readonly nat?: boolean;
  readonly relay?: boolean;
  readonly bootstrap?: string[];
  readonly logLevel?: NodeOptions["logLevel"];
  readonly detach?: boolean;
}

/** Starts a node and stays with it until it is told to stop, or, with `detach`, leaves it in the background. */
export async function up(
  context: CommandContext,
  { detach, idle, lan, exchange, dht, nat, relay, ...given }: UpArguments,
): Promise<number> {
  if (given.trust === true && given.join === undefined) {
    throw cliErrors.create("CLI_USAGE", "--trust needs --join: it trusts those whose invites are joined", {
      hint: "See `grapevine up --help`.",
    });
  }
  const options: NodeOptions = {
    home: context.home,
    ...(context.node === undefined ? {} : { name: context.node }),
    ...(idle === undefined ? {} : { idleShare: idle / 100 }),
    reach: definedOf({ lan, exchange, dht, nat, relay }),
    ...given,
  };
  return detach === true ? startInBackground(context, options) : serve(context, options);
}

/** Only what was said: the rest is as at the last start. */
function definedOf(ways: Readonly<Partial<Record<keyof ReachSettings, boolean | undefined>>>): Partial<ReachSettings> {
  return Object.fromEntries(Object.entries(ways).filter(([, isOn]) => isOn !== undefined));
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
