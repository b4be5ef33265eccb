/**
 * A node that outlives the command which started it: the same command line without `--detach`, in a process group of its own, with its output in a
 * log file of the node's home. Guarantees: when this returns, the node answers; when it throws or is interrupted, no process is left behind.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { GrapevineError, messageOf } from "@grapevine/core";
import type { NodeOptions, Status } from "@grapevine/node";
import type { CommandContext } from "../context.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { startProgress } from "../output/progress.ts";
import { printWarnings, warningsAmong } from "../output/warnings.ts";
import { settings } from "../settings.ts";
import { printBetterModel, printStatus } from "./status.ts";

const pollIntervalMs = 100;
/** The log may show keys of peers and paths: only for the user. */
const privateFileMode = 0o600;
const privateFolderMode = 0o700;

/** @throws what the node threw while it started, CLI_START_FAILED where it did not say */
export async function startInBackground(context: CommandContext, options: NodeOptions): Promise<number> {
  const { output } = context;
  // The log's folder is the first thing that is made.
  await context.nodes.checkOptions(options);
  const log = await openLog(options);
  const child = launch(context, options, log.handle.fd);
  await log.handle.close();
  const progress = await startProgress(output, context.terminal.stderr, "starting");
  let status: Status;
  try {
    status = await untilServing(context, child, log);
  } catch (error) {
    child.kill("SIGTERM");
    throw error;
  } finally {
    progress.stop();
  }
  child.unref();
  printWarnings(output, warningsAmong(await linesOf(log)));
  output.document(status);
  if (!output.json) {
    printStatus(output, status, context.clock.now());
    output.line();
    const node = await context.nodes.connect({ home: context.home, node: status.name });
    const { url } = await node.dashboardLink({ signal: context.signal });
    output.line(`Dashboard: ${url}  (opens once)`);
    output.line(`Ask it:    ${context.commandLine('ask "…"', status.name)}`);
    output.line(`Stop it:   ${context.commandLine("down", status.name)}`);
    output.line(`Its log:   ${log.file}`);
    printBetterModel(context, status.model);
  }
  return exitCodes.done;
}

interface Log {
  readonly file: string;
  readonly handle: Awaited<ReturnType<typeof open>>;
  /** Where this start's part begins. */
  readonly from: number;
}

async function openLog({ home, name }: NodeOptions): Promise<Log> {
  // A name that is no plain folder name is the node's to refuse; it must not lead the log elsewhere.
  const folder = name !== undefined && basename(name) === name && name !== ".." ? join(home, name) : home;
  const file = join(folder, "up.log");
  try {
    await mkdir(folder, { recursive: true, mode: privateFolderMode });
    const handle = await open(file, "a", privateFileMode);
    return { file, handle, from: (await handle.stat()).size };
  } catch (error) {
    throw cliErrors.create("CLI_START_FAILED", `the log ${file} cannot be written: ${messageOf(error)}`, {
      hint: "Check the folder's owner and permissions, or choose another with --home.",
      cause: error,
    });
  }
}

function launch(context: CommandContext, options: NodeOptions, logDescriptor: number): ChildProcess {
  const [executable, ...program] = context.terminal.program;
  return spawn(executable, [...program, "up", "--json", ...argumentsOf(options)], {
    cwd: context.terminal.workingFolder,
    detached: true,
    stdio: ["ignore", logDescriptor, logDescriptor],
  });
}

/** The options as they are typed. Each is one word, so that no value is taken for an option. The environment goes to the process as it is. */
export function argumentsOf(options: NodeOptions): string[] {
  const { home, name, join: invites = [], trust } = options;
  return [
    `--home=${home}`,
    ...(name === undefined ? [] : [`--name=${name}`]),
    ...settings.flatMap((setting) => setting.wordsIn(options).map((value) => `--${setting.name}=${value}`)),
    ...invites.map((invite) => `--join=${invite}`),
    ...(trust === true ? ["--trust"] : []),
  ];
}

/** As long as the process lives it is waited for: fetching a model may take minutes. */
async function untilServing(context: CommandContext, child: ChildProcess, log: Log): Promise<Status> {
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = messageOf(error);
  });
  child.once("exit", (code, signal) => {
    ended = signal === null ? `exit code ${code}` : signal;
  });
  if (child.pid === undefined) await once(child, "error");
  while (ended === undefined) {
    context.signal.throwIfAborted();
    const found = (await context.nodes.running(context.home)).find(({ pid }) => pid === child.pid);
    if (found !== undefined) {
      const node = await context.nodes.connect({ home: context.home, node: found.name });
      return await node.status({ signal: context.signal });
    }
    await wait(pollIntervalMs, undefined, { signal: context.signal });
  }
  throw (await loggedError(log)) ?? cliErrors.create("CLI_START_FAILED", `the node ended (${ended}); its log is ${log.file}`);
}

/** The error document that `up --json` leaves on its output. */
async function loggedError(log: Log): Promise<GrapevineError | undefined> {
  for (const line of (await linesOf(log)).reverse()) {
    if (!line.startsWith('{"error":')) continue;
    const { error } = JSON.parse(line) as { error: { code: string; message: string; hint: string } };
    return new GrapevineError(error.code, error.message, error.hint);
  }
  return undefined;
}

/** What this start has written. */
async function linesOf({ file, from }: Log): Promise<string[]> {
  return (await readFile(file)).subarray(from).toString("utf8").split("\n");
}
