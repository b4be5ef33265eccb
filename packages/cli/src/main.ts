/** The `grapevine` command in this process. Only light modules are imported here: what a command needs is loaded when it runs. */
import { nodeAccess } from "./node-access.ts";
import { run } from "./run.ts";
import { processTerminal } from "./terminal.ts";

/** 128 and the number of SIGPIPE, as shells count. */
const brokenPipeExitCode = 141;

// `grapevine lessons list | head -1`: the reader has had enough, which is no defect.
process.stdout.on("error", (error: Error) => {
  if ("code" in error && error.code === "EPIPE") process.exit(brokenPipeExitCode);
  throw error;
});

const exitCode = await run(process.argv.slice(2), {
  terminal: processTerminal(),
  nodes: nodeAccess,
  clock: { now: () => Date.now() },
});
await written(process.stdout);
process.exit(exitCode);

/** Resolves when everything before was taken by the reader: exiting earlier cuts what goes through a pipe. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}
