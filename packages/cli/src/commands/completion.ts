/** What shells are told when somebody presses the tabulator: the commands and options of the program, and the names of what there is. */
import { resolve } from "node:path";
import { RootCommand, type Command as Suggested, script } from "@bomb.sh/tab";
import type { Argument, Command, Option } from "commander";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";

export type Shell = "bash" | "zsh" | "fish";

/** Lessons that are offered by their ids, the newest. */
const maxLessons = 50;

/** Prints the script that a shell reads once. */
export function printCompletion(_context: CommandContext, shell: Shell): Promise<number> {
  script(shell, "grapevine", "grapevine");
  return Promise.resolve(exitCodes.done);
}

/** Prints what may stand where the last of the words stands, a line each, and a closing line that the script understands. */
export async function complete(context: CommandContext, program: Command, words: readonly string[]): Promise<number> {
  const names = await namesFor(placed(context, words), words);
  const root = new RootCommand();
  describe(program, root, names);
  addCommands(program, [], { root, names });
  root.parse([...words]);
  return exitCodes.done;
}

/** What there is to name, by the name of the argument or the option that takes it. */
type Names = ReadonlyMap<string, readonly Named[]>;

interface Named {
  readonly name: string;
  readonly description: string;
}

/** The words that are being typed may say which home and node they are about. */
function placed(context: CommandContext, words: readonly string[]): CommandContext {
  const after = (option: string): string | undefined => (words.includes(option) ? words[words.indexOf(option) + 1] : undefined);
  const home = after("--home");
  return {
    ...context,
    home: home === undefined ? context.home : resolve(context.terminal.workingFolder, home),
    node: after("--node") ?? context.node,
  };
}

async function namesFor(context: CommandContext, words: readonly string[]): Promise<Names> {
  const nodes = await context.nodes.running(context.home);
  const names = new Map<string, readonly Named[]>([["node", nodes.map(({ name }) => ({ name, description: "runs here" }))]]);
  const asked = nodes.filter(({ name }) => context.node === undefined || name === context.node);
  if (asked.length !== 1) return names; // none to ask, or it is not said which
  if (words[0] === "peers" || words.includes("--peer")) names.set("peer", await peerNames(context));
  if (words[0] === "lessons") names.set("id", await lessonIds(context));
  return names;
}

async function peerNames(context: CommandContext): Promise<Named[]> {
  const peers = await (await connect(context)).peers({ signal: context.signal });
  return peers.flatMap(({ name, peerId }) => (name === undefined ? [] : [{ name, description: peerId }]));
}

async function lessonIds(context: CommandContext): Promise<Named[]> {
  const lessons = await (await connect(context)).lessons({ limit: maxLessons });
  return lessons.map(({ id, title }) => ({ name: id, description: title }));
}

function addCommands(
  command: Command,
  path: readonly string[],
  into: { readonly root: RootCommand; readonly names: Names },
): void {
  for (const next of command.createHelp().visibleCommands(command)) {
    const words = [...path, next.name()];
    describe(next, into.root.command(words.join(" "), next.description()), into.names);
    addCommands(next, words, into);
  }
}

function describe(command: Command, suggested: Suggested, names: Names): void {
  const help = command.createHelp();
  for (const option of [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)]) {
    const name = option.long?.slice(2);
    if (name === undefined) continue;
    if (option.isBoolean()) suggested.option(name, option.description);
    else suggested.option(name, option.description, offering(choicesOf(option, names.get(name))));
  }
  for (const argument of command.registeredArguments) {
    suggested.argument(argument.name(), offering(choicesOf(argument, names.get(argument.name()))), argument.variadic);
  }
}

function choicesOf({ argChoices }: Option | Argument, names: readonly Named[] | undefined): readonly Named[] {
  return argChoices?.map((name) => ({ name, description: "" })) ?? names ?? [];
}

function offering(choices: readonly Named[]): (add: (value: string, description: string) => void) => void {
  return (add) => {
    for (const { name, description } of choices) add(name, description);
  };
}
