/** The words that `eval` understands. */
import { Argument, Command } from "commander";
import { evalErrors } from "./errors.ts";
import { commandOptions, type EvalOptions, type OptionName } from "./options.ts";
import type { Scenario } from "./scenario.ts";

export interface EvalRequest {
  /** In the order in which they were named, each once. */
  readonly scenarios: readonly Scenario[];
  readonly options: EvalOptions;
}

/**
 * @throws EVAL_USAGE for options that do not fit the scenarios
 * @throws CommanderError for words that are not understood, and, with exit code 0, after printing help
 */
export function readRequest(words: readonly string[], all: readonly Scenario[], writeOut: (text: string) => void): EvalRequest {
  const command = new Command("eval")
    .description("Measure what shared experience is worth, scenario by scenario, on the real parts.")
    .addArgument(
      new Argument("[scenario...]", "which of them; with --quick and none named, all that have a quick form").choices(
        all.map(({ name }) => name),
      ),
    )
    .option("--json", "one JSON document on stdout, progress on stderr")
    .helpOption("--help", "print this help with examples")
    .addHelpText("after", helpText(all))
    .configureOutput({ writeOut, outputError: () => undefined }) // the caller reports it, with its code and its hint
    .exitOverride();
  for (const option of Object.values(commandOptions)) command.addOption(option);
  command.parse([...words], { from: "user" });
  const { json: _json, ...options } = command.opts<EvalOptions & { json?: boolean }>();
  // Commander takes the next option for a value that was left out.
  const valueless = (Object.keys(options) as OptionName[]).find((option) => String(options[option]).startsWith("--"));
  if (valueless !== undefined) throw evalErrors.create("EVAL_USAGE", `--${valueless} has no value`);
  const scenarios = all.filter((scenario) => isWanted(scenario, command.args, options));
  if (scenarios.length === 0) throw evalErrors.create("EVAL_USAGE", "no scenario is named");
  for (const scenario of scenarios) refuseMisfits(scenario, options);
  return { scenarios, options };
}

function isWanted({ name, options: taken }: Scenario, named: readonly string[], { quick }: EvalOptions): boolean {
  return named.length === 0 ? quick === true && taken.includes("quick") : named.includes(name);
}

function refuseMisfits({ name, options, requires }: Scenario, given: EvalOptions): void {
  const missing = requires.find((option) => given[option] === undefined);
  if (missing !== undefined) {
    throw evalErrors.create("EVAL_USAGE", `${name} needs ${commandOptions[missing].flags}`);
  }
  const surplus = (Object.keys(given) as OptionName[]).find((option) => !options.includes(option));
  if (surplus !== undefined) throw evalErrors.create("EVAL_USAGE", `${name} does not take --${surplus}`);
}

function helpText(all: readonly Scenario[]): string {
  const list = all.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`);
  const details = all.flatMap(({ name, details: lines }) => ["", `${name}:`, ...lines.map((line) => `  ${line}`)]);
  const examples = all.map(({ name, requires }) => {
    const needed = requires.map((option) =>
      commandOptions[option].flags.replace(/<(\w+)>/, (_, name: string) => name.toUpperCase()),
    );
    return `  npx pnpm eval ${[name, ...needed, "--json"].join(" ")}`;
  });
  const quick = all.some(({ options }) => options.includes("quick")) ? ["  npx pnpm eval --quick"] : [];
  return ["", "Scenarios:", ...list, ...details, "", "Examples:", ...examples, ...quick].join("\n");
}
