/** One `eval` command line, from its words to its exit code. Every failure is one error with a stable code. */
import { coreErrors, GrapevineError, messageOf } from "@grapevine/core";
import Table from "cli-table3";
import { CommanderError } from "commander";
import { evalErrors } from "./errors.ts";
import { type EvalRequest, readRequest } from "./program.ts";
import type { ResultTable, Scenario, ScenarioResult } from "./scenario.ts";

export interface RunComponents {
  readonly scenarios: readonly Scenario[];
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
}

const exitCodes = { done: 0, failed: 1, usage: 2 } as const;

/** Runs the scenarios that the words name, one after the other, and gives the exit code: 0 done, 1 failed, 2 usage. */
export async function run(words: readonly string[], components: RunComponents): Promise<number> {
  // Before the words are parsed, since their errors obey it too.
  const json = words.includes("--json");
  try {
    const request = readRequest(words, components.scenarios, components.writeOut);
    const results = await runAll(request, components);
    if (json) components.writeOut(`${JSON.stringify(documentOf(results))}\n`);
    else for (const [name, { table }] of results) components.writeOut(`${name}\n${tableText(table)}\n`);
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    const failure = failureOf(error);
    if (json) components.writeOut(`${JSON.stringify(failure)}\n`);
    else components.writeError(`error ${failure.code}: ${failure.message}\nhint: ${failure.hint}\n`);
    return failure.code === "EVAL_USAGE" ? exitCodes.usage : exitCodes.failed;
  }
}

type NamedResult = readonly [name: string, result: ScenarioResult];

async function runAll({ scenarios, options }: EvalRequest, { writeError }: RunComponents): Promise<NamedResult[]> {
  const results: NamedResult[] = [];
  for (const scenario of scenarios) {
    const say = (text: string): void => writeError(`${scenario.name}: ${text}\n`);
    results.push([scenario.name, await scenario.run({ options, say })]);
  }
  return results;
}

/** One scenario's own document; of several, an object with each under its name. */
function documentOf(results: readonly NamedResult[]): unknown {
  const [only, ...others] = results;
  if (only !== undefined && others.length === 0) return only[1].document;
  return Object.fromEntries(results.map(([name, { document }]) => [name, document]));
}

function failureOf(error: unknown): GrapevineError {
  if (GrapevineError.is(error)) return error;
  if (error instanceof CommanderError) return evalErrors.create("EVAL_USAGE", error.message.replace(/^error: /, ""));
  const stack = error instanceof Error ? error.stack : undefined;
  return coreErrors.create("INTERNAL", stack ?? messageOf(error), { cause: error, hint: "Report it with this message." });
}

function tableText({ head, rows }: ResultTable): string {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}
