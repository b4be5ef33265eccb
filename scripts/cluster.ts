/**
 * `npx pnpm start`: a swarm of real peers on this machine, one process each, and a demonstration of what it is for. Ends with Ctrl-C, or after the
 * demonstration with --once.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { GrapevineError, messageOf } from "@grapevine/core";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { demonstrate } from "./cluster/demonstration.ts";
import { clusterErrors } from "./cluster/errors.ts";
import { Cluster } from "./cluster/peers.ts";
import { createReporter, type Reporter } from "./cluster/reporter.ts";

interface Options {
  readonly peers: number;
  readonly model: string;
  readonly home?: string;
  readonly once: boolean;
  readonly json: boolean;
}

/** Each peer is a process of about 150 MB; more of them than this do not fit a common machine. */
const maxPeers = 20;

function readOptions(): Options {
  const command = new Command("start")
    .description("Launch a local cluster of Grapevine peers and watch one learn from another.")
    .option("--peers <count>", "how many peers, 2 to 20", readPeers, 5)
    .option(
      "--model <spec>",
      "auto, embedded, ollama:NAME[@URL], openai:URL#NAME or gguf:PATH; several between commas: the first that works",
      "embedded",
    )
    .option("--home <folder>", "where the peers keep their things (default: a temporary folder, removed at the end)")
    .option("--once", "end after the demonstration", false)
    .option("--json", "one JSON document as the last line on stdout, progress on stderr", false)
    .allowExcessArguments(false)
    .addHelpText(
      "after",
      `
Examples:
  npx pnpm start                                    five peers, the packaged model
  npx pnpm start --model ollama:qwen2.5-coder:1.5b  a better model, where Ollama serves it
  npx pnpm start --once --json                      for scripts: the result as one line`,
    );
  command.exitOverride().parse();
  return command.opts<Options>();
}

function readPeers(text: string): number {
  const peers = Number(text);
  if (!Number.isInteger(peers) || peers < 2 || peers > maxPeers)
    throw new InvalidArgumentError(`a whole number from 2 to ${maxPeers}`);
  return peers;
}

async function run(options: Options, reporter: Reporter, interrupted: AbortSignal): Promise<void> {
  const home = options.home === undefined ? await mkdtemp(join(tmpdir(), "grapevine-")) : resolve(options.home);
  const cluster = new Cluster({ count: options.peers, model: options.model, home, signal: interrupted }, reporter);
  // A second Ctrl-C: nobody is left behind, and nobody is waited for.
  process.once("exit", () => cluster.kill());
  try {
    const peers = await cluster.start();
    reporter.result(await demonstrate(peers, reporter, interrupted));
    if (options.once) return;
    const dashboard = options.json ? undefined : await peers.at(-1)?.client.dashboardLink();
    reporter.invitation(peers, home, dashboard?.url ?? "");
    await untilEnded(cluster, interrupted);
  } finally {
    reporter.quiet();
    await cluster.stop();
    if (options.home === undefined) await rm(home, { recursive: true, force: true });
  }
}

/** Stays until the user ends it. A cluster that is not whole must not look like one. @throws CLUSTER_PEER_FAILED when a peer ends */
async function untilEnded(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const aborted = new Promise<undefined>((done) => {
    if (signal.aborted) done(undefined);
    signal.addEventListener("abort", () => done(undefined), { once: true });
  });
  const ended = await Promise.race([aborted, cluster.firstToEnd()]);
  if (ended !== undefined && !signal.aborted)
    throw clusterErrors.create("CLUSTER_PEER_FAILED", `the process of ${ended} has ended`);
}

function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(clusterErrors.create("CLUSTER_INTERRUPTED", `stopped by ${signal}`));
    });
  }
  return controller.signal;
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  const interrupted = interruption();
  const reporter = createReporter({ json: options.json });
  try {
    await run(options, reporter, interrupted);
    return 0;
  } catch (error) {
    if (interrupted.aborted) return 130;
    reporter.failure(
      GrapevineError.is(error) ? error : clusterErrors.create("CLUSTER_FAILED", messageOf(error), { cause: error }),
    );
    return 1;
  }
}

process.exitCode = await main();
