/** A node's settings as they will be at its next start, and the file that they are kept in. */
import { resolve } from "node:path";
import { messageOf } from "@grapevine/core";
import type { NodeSettings } from "@grapevine/node";
import { InvalidArgumentError } from "commander";
import type { CommandContext } from "../context.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { printableLine } from "../output/plain-text.ts";
import { printTable, type TableColumn } from "../output/table.ts";
import { joined, type Setting, settings, variableOf, wordsFrom } from "../settings.ts";
import { type TypedSettings, typedWords } from "../settings-program.ts";

/** A setting as `config list --json` shows it. */
interface ShownSetting {
  readonly name: string;
  readonly value: string;
  readonly source: "environment" | "file" | "default";
  readonly meaning: string;
  readonly option: string;
  readonly variable: string;
  readonly default: string;
}

export async function listSettings(context: CommandContext): Promise<number> {
  const { name, file, settings: kept } = await context.nodes.readSettings(whereOf(context));
  const shown = settings.map((setting) => show(context, kept, setting));
  const { output } = context;
  output.document(shown);
  if (output.json) return exitCodes.done;
  printTable(output, columns, shown);
  output.aside(`What \`up\` of ${name} goes by, unless an option says otherwise. Its file: ${printableLine(file)}`);
  return exitCodes.done;
}

export async function getSetting(context: CommandContext, name: string): Promise<number> {
  const { settings: kept } = await context.nodes.readSettings(whereOf(context));
  const shown = show(context, kept, named(name));
  context.output.document(shown);
  context.output.line(printableLine(shown.value));
  return exitCodes.done;
}

/** @throws CLI_SETTING_INVALID, and what a start would refuse */
export async function setSetting(
  context: CommandContext,
  { name, words }: { readonly name: string; readonly words: readonly string[] },
): Promise<number> {
  const setting = named(name);
  const given = withWholePaths(readWords(setting, words, name), context.terminal.workingFolder);
  await change(context, setting, (kept) => joined([kept, given]));
  return exitCodes.done;
}

export async function unsetSetting(context: CommandContext, name: string): Promise<number> {
  const setting = named(name);
  await change(context, setting, (kept) => setting.without(kept));
  return exitCodes.done;
}

/** What `up` was told by its options, and what by the environment. @throws CLI_SETTING_INVALID */
export function toldSettings(
  { terminal }: CommandContext,
  typed: TypedSettings,
): { readonly given: NodeSettings; readonly passing: NodeSettings } {
  const read = (wordsOf: (setting: Setting) => readonly string[], nameOf: (setting: Setting) => string): NodeSettings =>
    joined(
      settings.flatMap((setting) => {
        const words = wordsOf(setting);
        return words.length === 0 ? [] : [readWords(setting, words, nameOf(setting))];
      }),
    );
  return {
    given: read(
      (setting) => typedWords(typed, setting),
      ({ name }) => `--${name}`,
    ),
    passing: read((setting) => wordsFrom(terminal.environment, setting), variableOf),
  };
}

async function change(context: CommandContext, setting: Setting, next: (kept: NodeSettings) => NodeSettings): Promise<void> {
  const { nodes, home, output, commandLine } = context;
  const { name, settings: kept } = await nodes.readSettings(whereOf(context));
  const changed = next(kept);
  await nodes.writeSettings({ home, name }, changed);
  const shown = show(context, changed, setting);
  output.document(shown);
  output.line(`${setting.name}: ${printableLine(shown.value)}`);
  if (shown.source === "environment") {
    output.aside(`${shown.variable} says so, and comes before the file.`);
  } else if ((await nodes.running(home)).some((running) => running.name === name)) {
    output.aside(`${name} runs: it holds when it is started again, after  ${commandLine("down", name)}`);
  }
}

function show(context: CommandContext, kept: NodeSettings, setting: Setting): ShownSetting {
  const variable = variableOf(setting);
  const inEnvironment = wordsFrom(context.terminal.environment, setting);
  const inFile = setting.wordsIn(kept);
  // As it would be taken: what the environment says wrongly is an error here too.
  const told = inEnvironment.length === 0 ? inFile : setting.wordsIn(readWords(setting, inEnvironment, variable));
  const source = inEnvironment.length > 0 ? "environment" : inFile.length > 0 ? "file" : "default";
  const { name, meaning, fallback } = setting;
  const value = source === "default" ? fallback : told.join(" ");
  return { name, value, source, meaning, option: `--${name}`, variable, default: fallback };
}

function readWords(setting: Setting, words: readonly string[], place: string): NodeSettings {
  try {
    return setting.read(words);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    const value = words.join(" ").slice(0, 80);
    throw cliErrors.create("CLI_SETTING_INVALID", `${place} cannot be "${value}": ${messageOf(error)}`, { cause: error });
  }
}

/** Each begins with its kind: paths may hold commas. */
const betweenSpecs = /,(?=(?:ollama|openai|gguf):|embedded(?:,|$))/;

/** A node may be started from another folder, so files are named by their absolute paths. */
function withWholePaths({ model, practise, ...given }: NodeSettings, workingFolder: string): NodeSettings {
  const whole = (text: string, kinds: readonly string[]): string => {
    const kind = kinds.find((prefix) => text.startsWith(prefix));
    return kind === undefined ? text : kind + resolve(workingFolder, text.slice(kind.length));
  };
  return {
    ...given,
    ...(model === undefined
      ? {}
      : {
          model: model
            .split(betweenSpecs)
            .map((one) => whole(one, ["gguf:"]))
            .join(","),
        }),
    ...(practise === undefined ? {} : { practise: whole(practise, ["questions:", "command:"]) }),
  };
}

/** The words are checked against the table before the command runs. */
function named(name: string): Setting {
  const found = settings.find((setting) => setting.name === name);
  if (found === undefined) throw new Error(`no setting is called ${name}`);
  return found;
}

function whereOf({ home, node }: CommandContext): { readonly home: string; readonly name?: string } {
  return { home, ...(node === undefined ? {} : { name: node }) };
}

const columns: readonly TableColumn<ShownSetting>[] = [
  { title: "SETTING", value: ({ name }) => name },
  { title: "VALUE", value: ({ value }) => value, shrinksTo: 14 },
  {
    title: "FROM",
    value: ({ source }) => source,
    colour: ({ source }) => (source === "default" ? "dim" : source === "file" ? "green" : "yellow"),
  },
  { title: "MEANING", value: ({ meaning }) => meaning, shrinksTo: 20, optional: true },
];
