/** What a scenario is: a question about shared experience that is answered by running the real parts. One file each in `scenarios/`, one line in `registry.ts`. */
import type { EvalOptions, OptionName } from "./options.ts";

export interface Scenario {
  readonly name: string;
  /** One line for the list of scenarios. */
  readonly summary: string;
  /** For `--help`: the form of the data set, and what the figures mean. Lines of at most 100 characters. */
  readonly details: readonly string[];
  /** The options that it takes; one that it does not take is refused. */
  readonly options: readonly OptionName[];
  /** The part of `options` without which it cannot run. */
  readonly requires: readonly OptionName[];
  run(context: ScenarioContext): Promise<ScenarioResult>;
}

export interface ScenarioContext {
  readonly options: EvalOptions;
  /** Told what is being done, for people. */
  readonly say: (text: string) => void;
}

export interface ScenarioResult {
  /** What `--json` prints. */
  readonly document: unknown;
  /** The same for people. */
  readonly table: ResultTable;
}

export interface ResultTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
