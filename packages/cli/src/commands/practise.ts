import { resolve } from "node:path";
import type { PractisedTask, PractiseRequest } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { authorLabel, formatDuration } from "../output/format.ts";
import { printableLine } from "../output/plain-text.ts";
import { startProgress } from "../output/progress.ts";

/** Sets the node tasks of an environment: a line each as it is finished, then the score. */
export async function practise(context: CommandContext, request: PractiseRequest): Promise<number> {
  const { output, terminal, signal } = context;
  const environment = absoluteEnvironment(request.environment, terminal.workingFolder);
  const node = await connect(context);
  const progress = await startProgress(output, terminal.stderr, `${node.name} begins with ${environment}`);
  try {
    const summary = await node.practise(
      { ...request, environment },
      (task) => {
        progress.stop();
        output.document({ type: "task", ...task });
        printTask(context, task);
      },
      { signal },
    );
    progress.stop();
    output.document({ ...summary, type: "summary" });
    const share = summary.total === 0 ? 0 : Math.round((100 * summary.right) / summary.total);
    const score = output.style("bold", `${summary.right} of ${summary.total} solved`);
    output.line(`${score} (${share} %) in ${formatDuration(summary.ms)}`);
  } finally {
    progress.stop();
  }
  return exitCodes.done;
}

/** The node has another working folder, so a file is named to it by its absolute path. */
function absoluteEnvironment(environment: string, workingFolder: string): string {
  const prefix = ["questions:", "command:"].find((kind) => environment.startsWith(kind));
  return prefix === undefined ? environment : prefix + resolve(workingFolder, environment.slice(prefix.length));
}

function printTask({ output }: CommandContext, task: PractisedTask): void {
  const mark = task.solved ? output.style("green", "solved") : output.style("red", "failed");
  const place = `${task.index + 1}/${task.total}`.padStart(String(task.total).length * 2 + 1);
  const authors = [...new Set(task.lessons.map(authorLabel))];
  const given = authors.length === 0 ? "" : output.style("dim", `  lessons by ${authors.join(", ")}`);
  output.line(`${place}  ${mark}  ${formatDuration(task.ms).padStart(7)}  ${printableLine(task.prompt)}${given}`);
  const action = task.actions.at(-1);
  if (action !== undefined) output.line(output.style("dim", `${" ".repeat(place.length)}  ${printableLine(action)}`));
}
