/**
 * One command line, from its words to its exit code. Guarantees: every failure is one error with a stable code, on stderr with its hint or, with
 * `--json`, as the one document on stdout; the first Ctrl-C asks the command to end, the second ends the process.
 */
import { resolve } from "node:path";
import type { Clock, GrapevineError } from "@grapevine/core";
import { type Command, CommanderError } from "commander";
import type { CommandContext } from "./context.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import type { NodeAccess } from "./node-access.ts";
import type { Output } from "./output/output.ts";
import { createProgram, type SharedOptions } from "./program.ts";
import { gluedSpace, type StopSignal, type Terminal, usualColumns } from "./terminal.ts";

interface RunComponents {
  readonly terminal: Terminal;
  readonly nodes: NodeAccess;
  readonly clock: Clock;
}

/** Runs the command that the words name and gives the exit code; never throws for what a user can do wrong. */
export async function run(words: readonly string[], components: RunComponents): Promise<number> {
  const { terminal } = components;
  const openOutput = async (): Promise<Output> => (await import("./output/output.ts")).createOutput(terminal, asksForJson(words));
  const interruption = new AbortController();
  const release = terminal.onStopSignal((signal) => {
    if (interruption.signal.aborted) terminal.exit(signalExitCodes[signal]);
    interruption.abort(signal);
  });
  let exitCode: number = exitCodes.done;
  const program = createProgram({
    environment: terminal.environment,
    writeOut: (text) => terminal.stdout.write(text),
    writeError: (text) => terminal.stderr.write(text),
    columns: terminal.stdout.columns ?? usualColumns,
    perform: async (work) => {
      const { refuseDamagedArguments } = await import("./input.ts");
      refuseDamagedArguments(words);
      exitCode = await work(contextOf(program.opts<SharedOptions>(), components, await openOutput(), interruption.signal));
    },
  });
  try {
    await program.parseAsync([...words], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    return await report(error, { program, words, output: await openOutput(), interruption: interruption.signal });
  } finally {
    release();
  }
}

const signalExitCodes: Readonly<Record<StopSignal, number>> = { SIGINT: exitCodes.interrupted, SIGTERM: 143 };

/** Before the words are parsed, since their errors obey it too. */
function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return words.slice(0, end === -1 ? undefined : end).includes("--json");
}

function contextOf(shared: SharedOptions, components: RunComponents, output: Output, signal: AbortSignal): CommandContext {
  const { terminal } = components;
  const home = resolve(terminal.workingFolder, shared.home ?? `${terminal.userHome}/.grapevine`);
  // Through `pnpm grapevine` the command is not on the path; hints are to be typed as this one was.
  const name = terminal.environment["npm_lifecycle_event"] === "grapevine" ? "npx pnpm grapevine" : "grapevine";
  const fromEnvironment = terminal.environment["GRAPEVINE_HOME"] === shared.home;
  return {
    ...components,
    home,
    node: shared.node,
    output,
    signal,
    commandLine: (command, node) => {
      const where = shared.home === undefined || fromEnvironment ? "" : ` --home ${quoted(shared.home)}`;
      const words = `${name} ${command}${where}${node === undefined ? "" : ` --node ${quoted(node)}`}`;
      return words.replaceAll(" ", gluedSpace);
    },
  };
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w./:@~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

interface Failure {
  readonly program: Command;
  readonly words: readonly string[];
  readonly output: Output;
  readonly interruption: AbortSignal;
}

/** Says what went wrong, once, and gives the exit code. */
async function report(thrown: unknown, failure: Failure): Promise<number> {
  const { output, interruption } = failure;
  const { coreErrors, GrapevineError: Known, messageOf } = await import("@grapevine/core");
  const { cliErrors } = await import("./errors.ts");
  if (interruption.aborted) {
    output.document(cliErrors.create("CLI_INTERRUPTED", `stopped by ${interruption.reason}`));
    output.aside("interrupted");
    return signalExitCodes[interruption.reason as StopSignal];
  }
  if (thrown instanceof CommanderError) {
    const usage = cliErrors.create("CLI_USAGE", usageMessage(thrown), { hint: usageHint(failure) });
    // Where a command's name stopped short, commander has printed its help, which says more than the hint.
    return await print(output, usage);
  }
  if (Known.is(thrown)) return await print(output, thrown);
  output.note(thrown instanceof Error && thrown.stack !== undefined ? thrown.stack : String(thrown));
  return await print(output, coreErrors.create("INTERNAL", messageOf(thrown), { cause: thrown }));
}

async function print(output: Output, error: GrapevineError): Promise<number> {
  output.document(error);
  if (!output.json) {
    // A peer's words may be among them.
    const { printableText } = await import("./output/plain-text.ts");
    output.note(`${output.noteStyle("red", `error ${error.code}`)}: ${printableText(error.message)}`);
    output.note(`hint: ${printableText(error.hint)}`);
  }
  return exitCodeOf(error.code);
}

function usageMessage(error: CommanderError): string {
  if (error.code === "commander.help") return "a command is missing";
  return error.message
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ")
    .trim();
}

/** The help of the command that was meant, as far as its name was understood. */
function usageHint({ program, words }: Failure): string {
  let command = program;
  const path = [program.name()];
  for (const word of words) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next === undefined) continue;
    command = next;
    path.push(word);
  }
  return `See \`${path.join(" ")} --help\`.`;
}
