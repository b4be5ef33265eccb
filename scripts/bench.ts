/**
 * `npx pnpm bench`: the figures that the project is held to, each beside its reference, both taken in one run. A figure that misses its bar is a result, not a
 * failure: the exit code is 0 unless a bench could not be run.
 */
import { loadavg } from "node:os";
import { GrapevineError, messageOf } from "@grapevine/core";
import Table from "cli-table3";
import { Argument, Command, CommanderError, InvalidArgumentError } from "commander";
import { admission } from "./bench/admission.ts";
import { append } from "./bench/append.ts";
import { dashboard } from "./bench/dashboard.ts";
import { endpoint } from "./bench/endpoint.ts";
import { benchErrors } from "./bench/errors.ts";
import { help } from "./bench/help.ts";
import { join } from "./bench/join.ts";
import { ledger } from "./bench/ledger.ts";
import type { Bench, Figure } from "./bench/measure.ts";
import { memory } from "./bench/memory.ts";
import { network } from "./bench/network.ts";
import { open } from "./bench/open.ts";
import { recall, recallAnything } from "./bench/recall.ts";
import { reconcile } from "./bench/reconcile.ts";

interface Options {
  readonly names: readonly string[];
  readonly lessons: number;
  readonly json: boolean;
}

const benches: readonly Bench[] = [
  recall,
  recallAnything,
  admission,
  reconcile,
  ledger,
  append,
  memory,
  help,
  open,
  join,
  network,
  endpoint,
  dashboard,
];
const minLessons = 1_000;
const maxLessons = 1_000_000;

function readOptions(): Options {
  const names = benches.map(({ name }) => name);
  const command = new Command("bench")
    .description("Measure what Grapevine promises, each figure beside its reference.")
    .addArgument(new Argument("[name...]", "which of them (default: all)").choices(names))
    .option("--lessons <count>", "lessons of the large store in recall and open; fewer are made faster", readLessons, 100_000)
    .option("--json", "one JSON document on stdout, progress on stderr", false)
    .addHelpText("after", `\nBenchmarks:\n${benches.map(({ name, summary }) => `  ${name.padEnd(16)} ${summary}`).join("\n")}`)
    .exitOverride()
    .parse();
  const { lessons, json } = command.opts<Omit<Options, "names">>();
  return { names: command.args.length === 0 ? names : command.args, lessons, json };
}

function readLessons(text: string): number {
  const lessons = Number(text);
  if (Number.isInteger(lessons) && lessons >= minLessons && lessons <= maxLessons) return lessons;
  throw new InvalidArgumentError(`a whole number from ${minLessons} to ${maxLessons}`);
}

async function measureAll({ names, lessons }: Options): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, measure } of benches.filter((bench) => names.includes(bench.name))) {
    const say = (text: string): void => void process.stderr.write(`${name}: ${text}\n`);
    say("measuring");
    try {
      figures.push(...[await measure({ lessons, say })].flat());
    } catch (error) {
      throw benchErrors.create("BENCH_FAILED", `${name}: ${messageOf(error)}`, { cause: error });
    }
  }
  return figures;
}

function show(figures: readonly Figure[]): void {
  const table = new Table({ head: ["", "measured", "reference", "ratio", "bar", ""], style: { head: [], border: [] } });
  for (const { name, value, unit, reference, ratio, bar, holds } of figures) {
    table.push([
      name,
      `${value} ${unit}`,
      `${reference.value} ${unit}\n${reference.name}`,
      ratio,
      bar,
      holds ? "holds" : "misses",
    ]);
  }
  const load = loadavg().map((average) => average.toFixed(1));
  process.stdout.write(`${table.toString()}\nload average ${load.join(", ")}; medians, each in turns with its reference\n`);
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  try {
    const figures = await measureAll(options);
    if (options.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
    else show(figures);
    return 0;
  } catch (error) {
    if (!GrapevineError.is(error)) throw error;
    if (options.json) process.stdout.write(`${JSON.stringify(error)}\n`);
    process.stderr.write(`error ${error.code}: ${error.message}\nhint: ${error.hint}\n`);
    return 1;
  }
}

process.exitCode = await main();
