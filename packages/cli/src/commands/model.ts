import { GrapevineError } from "@grapevine/core";
import type { ModelSummary } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { formatBytes } from "../output/format.ts";
import { printTable, type TableColumn } from "../output/table.ts";

/** Models that this machine offers. Needs no running node; where one runs, it says which it uses. */
export async function listModels(context: CommandContext): Promise<number> {
  const models = await modelsOf(context);
  const { output, commandLine } = context;
  output.document(models);
  if (output.json) return exitCodes.done;
  if (models.length === 0) {
    output.line("No model was found on this machine.");
    output.line("Install Ollama (https://ollama.com), fetch a model, and start with  grapevine up --model ollama:NAME");
    return exitCodes.done;
  }
  printTable(output, modelColumns, models);
  output.aside(`Start a node with one of them:  ${commandLine("up --model MODEL")}`);
  return exitCodes.done;
}

async function modelsOf(context: CommandContext): Promise<readonly ModelSummary[]> {
  let node: Awaited<ReturnType<typeof connect>>;
  try {
    node = await connect(context);
  } catch (error) {
    // Without a node, and with several of which none was named, the machine's list is the answer.
    const noneMeant =
      context.node === undefined && (GrapevineError.is(error, "NODE_NOT_RUNNING") || GrapevineError.is(error, "NODE_AMBIGUOUS"));
    if (!noneMeant) throw error;
    return context.nodes.listModels();
  }
  return node.models({ signal: context.signal });
}

const modelColumns: readonly TableColumn<ModelSummary>[] = [
  { title: "MODEL", value: ({ spec }) => spec },
  { title: "SIZE", value: ({ bytes }) => (bytes === undefined ? "-" : formatBytes(bytes)), align: "right" },
  { title: "USED", value: ({ used }) => (used ? "yes" : ""), colour: () => "green", optional: true },
  { title: "WHAT IT IS", value: ({ description }) => description, shrinksTo: 24, optional: true },
];
