/**
 * The words that the command line understands: commands, arguments, options, their limits and their help. Each group of commands has a module of its own,
 * `…-program.ts`. What a command does is in `commands/`, loaded when it runs; the words import nothing heavy, since `--help` waits for them.
 */
import { Argument, Command, Option } from "commander";
import { addAgentCommands } from "./agent-program.ts";
import { examples, whole, word } from "./arguments.ts";
import { addBackupCommands } from "./backup-program.ts";
import type { Shell } from "./commands/completion.ts";
import type { LogsArguments } from "./commands/logs.ts";
import type { Perform } from "./context.ts";
import { addIdentityCommands } from "./identity-program.ts";
import { addExperienceCommands, addLessonCommands } from "./knowledge-program.ts";
import { addMcpCommands } from "./mcp-program.ts";
import { addNodeCommands } from "./node-program.ts";
import { addPeerCommands } from "./peer-program.ts";
import { addServiceCommands } from "./service-program.ts";
import { addConfigCommands } from "./settings-program.ts";
import { addSwarmCommands } from "./swarm-program.ts";
import { readVersion } from "./version.ts";

interface ProgramInit {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Width that help is wrapped to. */
  readonly columns: number;
  /** Runs a command's work once its words are understood. */
  readonly perform: Perform;
}

/** Options of every command, before or behind its name. */
export interface SharedOptions {
  readonly home?: string;
  readonly node?: string;
  readonly json?: boolean;
}

/** Throws a CommanderError where the words are not understood; prints nothing but help. */
export function createProgram(init: ProgramInit): Command {
  const program = new Command("grapevine")
    .description("A peer-to-peer network in which local LLM agents share what they learn.")
    .version(readVersion(), "--version", "print the version")
    .helpOption("--help", "print this help with examples")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: init.writeOut,
      writeErr: init.writeError,
      outputError: () => undefined, // the caller reports it, with its code and its hint
      getOutHelpWidth: () => init.columns,
      getErrHelpWidth: () => init.columns,
    })
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 24 })
    .addOption(homeOption(init.environment["GRAPEVINE_HOME"]))
    .addOption(new Option("--node <name>", "which node of the home, where several run").argParser(word))
    .option("--json", "print JSON on stdout and nothing else");
  addNodeCommands(program, init.perform);
  addAgentCommands(program, init.perform);
  addLessonCommands(program, init.perform);
  addExperienceCommands(program, init.perform);
  addPeerCommands(program, init.perform);
  addSwarmCommands(program, init.perform);
  addIdentityCommands(program, init.perform);
  addMcpCommands(program, init.perform);
  addConfigCommands(program, init.perform);
  addBackupCommands(program, init.perform);
  addServiceCommands(program, init.perform);
  addOtherCommands(program, init.perform);
  examples(program, [
    ["up", "start a node and stay with it"],
    ['ask "How do I list a box by size?"', "ask its agent"],
    ["lessons list", "see what it has learned, and from whom"],
    ["invite", "print the line that lets others join"],
  ]);
  return program;
}

function homeOption(fromEnvironment: string | undefined): Option {
  const option = new Option("--home <folder>", "folder of your nodes (GRAPEVINE_HOME, else ~/.grapevine)").argParser(word);
  return fromEnvironment === undefined || fromEnvironment === "" ? option : option.default(fromEnvironment);
}

function addOtherCommands(program: Command, perform: Perform): void {
  examples(
    program
      .command("check")
      .description("what the redaction gate says of a text; needs no running node")
      .argument("[file]", "a file; - reads standard input", "-")
      .option("--jsonl", 'one text a line, plain or {"text": "…"}', false)
      .action((file: string, { jsonl }: { jsonl: boolean }) =>
        perform(async (context) => (await import("./commands/check.ts")).check(context, { file, jsonl })),
      ),
    [
      ["check notes.txt", "exit code 1 when it must not leave the machine"],
      ["check --jsonl texts.jsonl --json", "a result a line"],
    ],
  );
  addLogs(program, perform);
  addCompletion(program, perform);
  const model = program.command("model").description("the language models of this machine").helpCommand(false);
  examples(
    model
      .command("list")
      .description("what can be given to `up --model`")
      .action(() => perform(async (context) => (await import("./commands/model.ts")).listModels(context))),
    [["model list", ""]],
  );
  examples(
    model
      .command("use")
      .description("the model that a node uses from its next start on: `config set model` in fewer words")
      .argument("<model>", "its specification; `model list` shows what is here", word)
      .action((spec: string) =>
        perform(async (context) => (await import("./commands/config.ts")).setSetting(context, { name: "model", words: [spec] })),
      ),
    [["model use ollama:qwen2.5-coder:1.5b", ""]],
  );
  examples(
    model
      .command("calibrate")
      .description(
        "find out how lessons are best put before a model: twelve small tasks, four ways; a few minutes on a small machine",
      )
      .argument("[model]", "its specification; else the running node's, else the best there is", word)
      .action((spec: string | undefined) =>
        perform(async (context) => (await import("./commands/calibrate.ts")).calibrate(context, spec)),
      ),
    [
      ["model calibrate", "nodes of this home use what was found from their next start"],
      ["model calibrate ollama:qwen2.5-coder:1.5b", "kept by the digest of the weights"],
    ],
  );
}

function addLogs(program: Command, perform: Perform): void {
  examples(
    program
      .command("logs")
      .description("what the node logged, newest last; no text of questions, answers or lessons is in it")
      .option("-f, --follow", "go on with what it logs from now on, until Ctrl-C")
      .addOption(new Option("-n, --lines <n>", "at most so many of the last").argParser(whole(1, 100_000)).default(50))
      .action((options: LogsArguments) =>
        perform(async (context) => (await import("./commands/logs.ts")).showLogs(context, options)),
      ),
    [
      ["logs", "the last fifty lines, whether or not the node runs"],
      ["logs -f --node bo", "watch one of several"],
    ],
  );
}

function addCompletion(program: Command, perform: Perform): void {
  examples(
    program
      .command("completion")
      .description("print a script that completes commands, options and names in a shell")
      .addArgument(new Argument("<shell>", "which").choices(["bash", "zsh", "fish"]))
      .action((shell: Shell) =>
        perform(async (context) => (await import("./commands/completion.ts")).printCompletion(context, shell)),
      ),
    [
      ["completion bash > ~/.local/share/bash-completion/completions/grapevine", "bash, with its package bash-completion"],
      ["completion zsh > ~/.zsh/completions/_grapevine", "zsh, with that folder in its fpath"],
      ["completion fish > ~/.config/fish/completions/grapevine.fish", "fish"],
    ],
  );
  // What those scripts call.
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action((words: readonly string[]) =>
      perform(async (context) => (await import("./commands/completion.ts")).complete(context, program, words)),
    );
}
