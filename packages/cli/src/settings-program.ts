/** The words for a node's settings: as options of `up`, and as commands that read and write its file. */
import { Argument, type Command, Option } from "commander";
import { examples } from "./arguments.ts";
import type { Perform } from "./context.ts";
import { type Setting, settings } from "./settings.ts";

/** What the options of `up` leave of the settings: words as they were typed, by the option's attribute. */
export type TypedSettings = Readonly<Record<string, unknown>>;

export function addSettingOptions(up: Command): void {
  for (const setting of settings) up.addOption(optionOf(setting));
}

/** The words that were typed for a setting; none where it was not named. */
export function typedWords(typed: TypedSettings, setting: Setting): readonly string[] {
  const value = typed[optionOf(setting).attributeName()];
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.map(String) : [];
}

function optionOf(setting: Setting): Option {
  const { name, placeholder, meaning, fallback, choices, isList } = setting;
  const option = new Option(`--${name} ${placeholder}`, `${meaning} (${fallback.replace(/^\((.*)\)$/, "$1")})`);
  // Said without a value, a way is turned on.
  if (placeholder.startsWith("[")) option.preset("yes");
  if (choices !== undefined) return option.choices(choices);
  if (isList === true) return option;
  return option.argParser((text: string) => {
    setting.read([text]);
    return text;
  });
}

export function addConfigCommands(program: Command, perform: Perform): void {
  const config = program
    .command("config")
    .description("the settings of a node: option of `up`, else variable, else its file, else the usual")
    .helpCommand(false);
  const names = settings.map(({ name }) => name);
  const name = (): Argument => new Argument("<name>", "of the setting; `config list` shows them").choices(names);
  examples(
    config
      .command("list")
      .description("every setting: its value, where that is from, what it means")
      .action(() => perform(async (context) => (await import("./commands/config.ts")).listSettings(context))),
    [["config list", "what the next `up` goes by"]],
  );
  examples(
    config
      .command("get")
      .description("the value of a setting that the next `up` goes by")
      .addArgument(name())
      .action((which: string) => perform(async (context) => (await import("./commands/config.ts")).getSetting(context, which))),
    [["config get model", ""]],
  );
  examples(
    config
      .command("set")
      .description("write a setting into the node's file; it holds from the next start on")
      .addArgument(name())
      .argument("<value...>", "one, or several where it takes several")
      .action((which: string, words: readonly string[]) =>
        perform(async (context) => (await import("./commands/config.ts")).setSetting(context, { name: which, words })),
      ),
    [
      ["config set model ollama:qwen2.5-coder:1.5b", "what `up` uses unless it is told otherwise"],
      ["config set lan yes --node bo", "of one of several nodes"],
    ],
  );
  examples(
    config
      .command("unset")
      .description("take a setting out of the node's file; from the next start on the usual value holds")
      .addArgument(name())
      .action((which: string) => perform(async (context) => (await import("./commands/config.ts")).unsetSetting(context, which))),
    [["config unset model", ""]],
  );
}
