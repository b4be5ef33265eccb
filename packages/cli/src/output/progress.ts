import type { OutputStream } from "../terminal.ts";
import type { Output } from "./output.ts";

interface Progress {
  /** Says what goes on now. */
  readonly say: (text: string) => void;
  /** Takes the line away. May be called again. */
  stop(): void;
}

/** A spinner on stderr while somebody watches; elsewhere, and with `--json`, nothing is shown. */
export async function startProgress(output: Output, stderr: OutputStream, text: string): Promise<Progress> {
  if (!output.watched || output.json) return { say: () => undefined, stop: () => undefined };
  const { default: ora } = await import("ora");
  // Standard input is left alone: a question may still come through it, and Ctrl-C must stay a signal.
  const spinner = ora({ text, stream: stderr as NodeJS.WriteStream, discardStdin: false }).start();
  return {
    say: (next) => {
      spinner.text = next;
    },
    stop: () => {
      spinner.stop();
    },
  };
}
