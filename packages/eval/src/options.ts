/** The options that scenarios can take. A new one is a line in both of these. */
import { InvalidArgumentError, Option } from "commander";

export interface EvalOptions {
  /** Path of a JSONL file. */
  readonly dataset?: string;
  /** Specification of a language model. */
  readonly model?: string;
  /** How many runs, each with another seed. */
  readonly seeds?: number;
  /** Folder of the rows and the report of a run with a model. */
  readonly out?: string;
  /** Kinds of simulated worlds, with commas between. */
  readonly worlds?: string;
  /** One seed and few tasks: does it work at all? */
  readonly quick?: boolean;
  /** The seeds for building, not those for reporting. */
  readonly development?: boolean;
}

export type OptionName = keyof EvalOptions;

export const commandOptions: Readonly<Record<OptionName, Option>> = {
  model: new Option("--model <spec>", "the language model, for example ollama:qwen2.5-coder:0.5b"),
  dataset: new Option("--dataset <file>", "JSONL to measure on; its form is described below"),
  seeds: new Option("--seeds <number>", "runs, each with another seed").argParser(wholeNumber),
  out: new Option("--out <folder>", "where rows and report go; a run that was broken off goes on there"),
  worlds: new Option("--worlds <kinds>", "simulated worlds of each seed, with commas between; default tools"),
  quick: new Option("--quick", "one seed and few tasks: a look, not a figure"),
  development: new Option("--development", "the seeds for building, not those for reporting"),
};

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("Give a whole number above 0.");
  return Number(text);
}
