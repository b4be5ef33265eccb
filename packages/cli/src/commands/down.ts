import { setTimeout as wait } from "node:timers/promises";
import { type CommandContext, connect } from "../context.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { startProgress } from "../output/progress.ts";
import { isAlive } from "../process-state.ts";

/** A node flushes its store and says farewell to its peers; generation that runs is given up. More than this is a hang. */
const stopTimeoutMs = 30_000;
const pollIntervalMs = 50;

/** Stops a node, and comes back when its process has ended. @throws CLI_STOP_TIMED_OUT */
export async function down(context: CommandContext): Promise<number> {
  const { output, nodes, signal, clock } = context;
  const node = await connect(context);
  const found = (await nodes.running(context.home)).find(({ name }) => name === node.name);
  const progress = await startProgress(output, context.terminal.stderr, `${node.name} stops`);
  try {
    await node.stop({ signal });
    const since = clock.now();
    while (found !== undefined && (await isAlive(found.pid))) {
      if (clock.now() - since > stopTimeoutMs) {
        throw cliErrors.create(
          "CLI_STOP_TIMED_OUT",
          `process ${found.pid} of ${node.name} is still there after ${stopTimeoutMs / 1000} s`,
        );
      }
      await wait(pollIntervalMs, undefined, { signal });
    }
  } finally {
    progress.stop();
  }
  output.document({ name: node.name, stopped: true });
  output.line(`${node.name} is down.`);
  return exitCodes.done;
}
