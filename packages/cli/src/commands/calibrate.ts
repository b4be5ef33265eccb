import { GrapevineError } from "@grapevine/core";
import type { Calibration } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { startProgress } from "../output/progress.ts";
import { promptsText } from "../output/prompts-text.ts";
import { printTable, type TableColumn } from "../output/table.ts";

/** Tries the ways to put lessons before a model, and keeps the best. Needs no running node. */
export async function calibrate(context: CommandContext, spec: string | undefined): Promise<number> {
  const { home, nodes, output, signal, terminal } = context;
  const model = spec ?? (await modelInUse(context));
  const progress = await startProgress(output, terminal.stderr, "the model is opened");
  let found: Calibration;
  try {
    const onProgress = (done: number, total: number): void => progress.say(`${done} of ${total} tasks tried`);
    found = await nodes.calibrateModel({ home, model, signal, onProgress });
  } finally {
    progress.stop();
  }
  output.document(found);
  if (output.json) return exitCodes.done;
  const { strategy, tasks, results } = found;
  const isTaken = ({ act, lessons, place }: Result): boolean =>
    act === strategy.act && lessons === strategy.lessons && place === strategy.place;
  const columns: TableColumn<Result>[] = [
    { title: "PROMPTS OF ACTIONS", value: promptsText },
    { title: "DONE", value: ({ right }) => `${right} of ${tasks}`, align: "right" },
    { title: "TAKEN", value: (result) => (isTaken(result) ? "yes" : ""), colour: () => "green" },
  ];
  printTable(output, columns, results);
  output.aside(`${found.model}, in ${found.seconds} s. A node that runs uses it from its next start.`);
  return exitCodes.done;
}

type Result = Calibration["results"][number];

async function modelInUse(context: CommandContext): Promise<string | undefined> {
  try {
    const node = await connect(context);
    return (await node.status({ signal: context.signal })).model;
  } catch (error) {
    const noneMeant =
      context.node === undefined && (GrapevineError.is(error, "NODE_NOT_RUNNING") || GrapevineError.is(error, "NODE_AMBIGUOUS"));
    if (!noneMeant) throw error;
    return undefined;
  }
}
