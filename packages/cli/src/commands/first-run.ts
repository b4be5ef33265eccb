/** The one question of a first start: with which model. It is asked where somebody sits at a terminal and nobody has said, and never again for that node. */
import { Readable } from "node:stream";
import type { ModelSummary, NodeOptions } from "@grapevine/node";
import type { CommandContext } from "../context.ts";
import { cliErrors } from "../errors.ts";
import { formatBytes } from "../output/format.ts";
import { printableLine } from "../output/plain-text.ts";
import { startProgress } from "../output/progress.ts";

/**
 * Asks, and keeps the answer as the node's setting, where it is to be asked: at a terminal, without `--json` and `--yes`, for a node that was never started and whose model
 * nothing says. @throws CLI_INTERRUPTED, and what a start would refuse
 */
export async function chooseFirstModel(
  context: CommandContext,
  { home, name, model, passing }: NodeOptions,
  { yes }: { readonly yes: boolean },
): Promise<void> {
  const { nodes, output, terminal } = context;
  const { stdin, stderr } = terminal;
  if (yes || output.json || stdin.isTTY !== true || stderr.isTTY !== true || !(stdin instanceof Readable)) return;
  if (model !== undefined || passing?.model !== undefined) return;
  const kept = await nodes.readSettings({ home, ...(name === undefined ? {} : { name }) });
  if (!kept.isNew || kept.settings.model !== undefined) return;
  const chosen = await ask(context, stdin, await found(context));
  await nodes.writeSettings({ home, name: kept.name }, { ...kept.settings, model: chosen });
  output.aside(`Kept as a setting; another time:  ${context.commandLine("model use SPEC", kept.name)}`);
}

async function found({ nodes, output, terminal }: CommandContext): Promise<readonly ModelSummary[]> {
  const progress = await startProgress(output, terminal.stderr, "looking for models");
  try {
    return await nodes.listModels();
  } finally {
    progress.stop();
  }
}

async function ask(
  { terminal, signal, output }: CommandContext,
  input: Readable,
  models: readonly ModelSummary[],
): Promise<string> {
  const { isCancel, select } = await import("@clack/prompts");
  const { stderr } = terminal;
  if (!models.some(({ spec }) => spec.startsWith("ollama:"))) {
    output.note("Ollama does not answer here, or has no model. Better answers come with it: https://ollama.com");
  }
  const best = { value: "auto", label: "the best there is at each start", hint: "Ollama's models first" };
  const options = models.map(({ spec, bytes, description }) => ({
    value: spec,
    label: printableLine(spec),
    hint: [printableLine(description), ...(bytes === undefined ? [] : [formatBytes(bytes)])].join(", "),
  }));
  const chosen = await select({
    message: "With which model should it think?",
    options: [best, ...options],
    initialValue: best.value,
    input,
    output: stderr as NodeJS.WriteStream,
    signal,
  });
  if (isCancel(chosen)) throw cliErrors.create("CLI_INTERRUPTED", "no model was chosen");
  return chosen;
}
