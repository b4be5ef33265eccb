import type { Clock } from "@grapevine/core";
import type { ControlClient } from "@grapevine/node";
import type { NodeAccess } from "./node-access.ts";
import type { Output } from "./output/output.ts";
import type { Terminal } from "./terminal.ts";

/** What every command is given beside its own arguments. */
export interface CommandContext {
  /** Absolute path of the folder that holds the nodes of this user. */
  readonly home: string;
  /** Which node of the home; needed where several run. */
  readonly node: string | undefined;
  readonly output: Output;
  readonly terminal: Terminal;
  readonly nodes: NodeAccess;
  readonly clock: Clock;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** How a next command is to be typed so that it reaches the same node: `grapevine ask … --node bo`. */
  readonly commandLine: (command: string, node?: string) => string;
}

/** A command's work: prints what it has to say and gives the exit code. */
export type CommandWork = (context: CommandContext) => Promise<number>;

/** Runs a command's work once its words are understood. */
export type Perform = (work: CommandWork) => Promise<void>;

/** @throws NODE_NOT_RUNNING, NODE_AMBIGUOUS */
export function connect(context: CommandContext): Promise<ControlClient> {
  return context.nodes.connect({ home: context.home, ...(context.node === undefined ? {} : { node: context.node }) });
}
