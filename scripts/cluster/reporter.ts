/** What the launcher tells a person (stderr: progress; stdout: the result) or a program (--json: one line on stdout). */
import { styleText } from "node:util";
import type { GrapevineError } from "@grapevine/core";
import Table from "cli-table3";
import ora, { type Ora } from "ora";
import type { ClusterResult, Peer, ScoredTask } from "./result.ts";

export interface ReporterStep {
  update(text: string): void;
  done(text: string): void;
}

export interface Reporter {
  step(text: string): ReporterStep;
  result(result: ClusterResult): void;
  invitation(peers: readonly Peer[], home: string, dashboard: string): void;
  /** Ends the step that is still open, if one is: what it was about did not come to an end. */
  quiet(): void;
  failure(error: GrapevineError): void;
}

export function createReporter({ json }: { json: boolean }): Reporter {
  let open: Ora | undefined;
  const quiet = (): void => {
    if (open?.isSpinning === true) open.fail();
    open = undefined;
  };
  return {
    quiet,
    step: (text) => {
      quiet();
      // Where stderr is no terminal, ora prints each text once as a line of its own.
      const spinner = ora({ text, stream: process.stderr, discardStdin: false }).start();
      open = spinner;
      return {
        update: (now) => {
          spinner.text = now;
        },
        done: (last) => void spinner.succeed(last),
      };
    },
    result: (result) => {
      if (json) process.stdout.write(`${JSON.stringify(result.summary)}\n`);
      else showResult(result);
    },
    invitation: (peers, home, dashboard) => {
      if (!json) showInvitation(peers, home, dashboard);
    },
    failure: (error) => {
      if (json) process.stdout.write(`${JSON.stringify(error.toJSON())}\n`);
      else process.stderr.write(`${styleText("red", `error ${error.code}`)}: ${error.message}\nhint: ${error.hint}\n`);
    },
  };
}

const taskWidth = 36;
const actionWidth = 29;

function showResult({ learner, teacher, before, after, summary }: ClusterResult): void {
  const table = new Table({
    head: ["task (never practised by anyone)", "before", "after"].map((title) => styleText("bold", title)),
    colWidths: [taskWidth + 2, 9, actionWidth + 2],
    // Colours of its own would also be written where no terminal is.
    style: { head: [], border: [] },
    // A line between every two rows would make the table scroll off a small terminal.
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  });
  for (const [position, task] of before.entries()) {
    const later = after[position];
    table.push([
      cut(task.prompt, taskWidth),
      mark(task),
      later === undefined ? "" : `${mark(later)} ${cut(later.action, actionWidth - 3)}`,
    ]);
  }
  const { made, reached } = summary.lessons;
  const sources = [...new Set(after.flatMap(({ lessons }) => lessons))];
  const lines = [
    "",
    `${styleText("bold", learner)} at the tasks, scored at the first action, before and after ${styleText("bold", teacher)} practised other ones:`,
    table.toString(),
    `before ${styleText("bold", `${summary.before.right} of ${summary.before.total}`)}, after ${styleText("bold", `${summary.after.right} of ${summary.after.total}`)}` +
      `  (${summary.model}, ${summary.seconds} s in all)`,
    `${made} lessons made by ${teacher}; every peer holds ${reached} of them. ${learner} used:`,
    ...sources.map((source) => `  - ${cut(source, 74)}`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function showInvitation(peers: readonly Peer[], home: string, dashboard: string): void {
  const last = peers.at(-1)?.name ?? "";
  process.stdout.write(`
The swarm stays up. Its dashboard, as ${last} sees it (the link opens once):
  ${dashboard}
From a second terminal, in this folder:
  npx pnpm grapevine dashboard --home ${home} --node ${last}
  npx pnpm grapevine ask "How do I …?" --home ${home} --node ${last}
  npx pnpm grapevine lessons list --home ${home} --node ${last}
  npx pnpm grapevine peers list --home ${home} --node ${last}
Ctrl-C stops all peers.
`);
}

function mark({ solved }: ScoredTask): string {
  return solved ? styleText("green", "✔") : styleText("red", "✘");
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
