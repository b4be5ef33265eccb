/**
 * `npx pnpm sim`: runs simulated swarms in virtual time, from seeds that repeat them. Without `--spread`: does every honest peer accept the same records within a minute after a
 * partition has healed? With it: how fast does a record reach a big swarm, and what does that cost a peer?
 */
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { messageOf } from "@grapevine/core";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { runSeeds } from "../test/sim/run-seeds.ts";
import type { SeedOutcome } from "../test/sim/seeds-process.ts";
import { type SpreadResult, spread } from "../test/sim/spread.ts";
import { spreadPlot } from "../test/sim/spread-plot.ts";

interface Options {
  readonly seed?: number;
  readonly seeds: number;
  readonly from: number;
  readonly peers: number;
  readonly loss: number;
  readonly grace: number;
  readonly processes: number;
  readonly json: boolean;
  readonly spread?: readonly number[];
  readonly lessons: number;
  readonly out?: string;
}

function readOptions(): Options {
  const command = new Command("sim")
    .description("Simulate swarms: the real protocol in virtual time, over a network that loses packets and falls into parts.")
    .option("--seed <number>", "only this seed, with what differs where it fails", wholeNumber(0, 2 ** 32 - 1))
    .option("--seeds <count>", "so many seeds", wholeNumber(1, 1_000_000), 100)
    .option("--from <number>", "the first of them", wholeNumber(0, 2 ** 32 - 1), 1)
    .option("--peers <count>", "honest peers; a liar is added", wholeNumber(2, 1000), 20)
    .option("--loss <share>", "share of packets that are lost, from 0 to 0.9", share, 0.3)
    .option("--grace <seconds>", "virtual time from the healing until all must be equal", wholeNumber(1, 3600), 60)
    .option("--processes <count>", "at once", wholeNumber(1, 256), availableParallelism())
    .option("--spread <counts>", "instead: how lessons spread in swarms of so many peers, separated by commas", sizes)
    .option("--lessons <count>", "lessons that are written in each of them", wholeNumber(1, 1000), 20)
    .option("--out <folder>", "where the figures and the plot of --spread go")
    .option("--json", "one JSON document on stdout, progress on stderr", false)
    .addHelpText(
      "after",
      `
Examples:
  npx pnpm sim --seeds 1000            a thousand swarms of 20 peers
  npx pnpm sim --seed 42               the one of seed 42 again, the very same
  npx pnpm sim --seeds 50 --loss 0.5   worse networks
  npx pnpm sim --spread 100,1000 --loss 0.05 --out figures`,
    )
    .exitOverride()
    .parse();
  return command.opts<Options>();
}

async function main(): Promise<number> {
  const options = readOptions();
  return options.spread === undefined ? await healAll(options) : await spreadAll(options, options.spread);
}

async function spreadAll({ seed = 1, loss, lessons, out, json }: Options, counts: readonly number[]): Promise<number> {
  const results: SpreadResult[] = [];
  for (const peers of counts) {
    process.stderr.write(`${peers} peers\n`);
    results.push(await spread({ seed, peers, loss, lessons }));
  }
  const figures = results.map(({ delaysMs: _each, ...figure }) => figure);
  if (out !== undefined) {
    await mkdir(out, { recursive: true });
    await writeFile(join(out, "spread.svg"), spreadPlot(results));
    await writeFile(join(out, "spread.json"), `${JSON.stringify(figures, undefined, 2)}\n`);
  }
  process.stdout.write(json ? `${JSON.stringify(figures)}\n` : figures.map(spreadInWords).join(""));
  return 0;
}

function spreadInWords({ peers, reachedMs, delivered, bytes }: Omit<SpreadResult, "delaysMs">): string {
  const most = reachedMs.most === undefined ? "not reached" : `${reachedMs.most} ms`;
  const cost = `${Math.round(bytes.perLesson)} bytes a peer for each lesson of ${Math.round(bytes.lessonFrame)}`;
  return `${peers} peers: 99 of 100 after ${most}, ${(100 * delivered).toFixed(1)} % in the end; ${cost}, ${Math.round(bytes.idlePerSecond)} a second when idle\n`;
}

async function healAll({ seed, seeds, from, peers, loss, grace, processes, json }: Options): Promise<number> {
  const wanted = seed === undefined ? Array.from({ length: seeds }, (_, index) => from + index) : [seed];
  const startedAt = performance.now();
  let done = 0;
  const outcomes = await runSeeds({
    seeds: wanted,
    peers,
    loss,
    graceMs: grace * 1000,
    processes,
    onOutcome: (outcome) => {
      done++;
      if (!holds(outcome)) process.stderr.write(failureOf(outcome, { peers, loss }));
      else if (done % progressEvery === 0) process.stderr.write(`${done} of ${wanted.length} seeds\n`);
    },
  });
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const failed = outcomes.filter((outcome) => !holds(outcome));
  if (json) process.stdout.write(`${JSON.stringify({ peers, loss, seconds, ...summaryOf(outcomes) })}\n`);
  else process.stdout.write(inWords(outcomes, { peers, loss, seconds }));
  return failed.length === 0 ? 0 : 1;
}

function holds(outcome: SeedOutcome): boolean {
  return "holds" in outcome && outcome.holds;
}

function failureOf(outcome: SeedOutcome, { peers, loss }: Pick<Options, "peers" | "loss">): string {
  const why = "thrown" in outcome ? [outcome.thrown] : outcome.differences;
  const again = `npx pnpm sim --seed ${outcome.seed} --peers ${peers} --loss ${loss}`;
  return `seed ${outcome.seed} fails; again: ${again}\n${why.map((line) => `  ${line}\n`).join("")}`;
}

interface Summary {
  readonly seeds: number;
  readonly failed: readonly number[];
  /** From the healing until all were equal, virtual seconds. */
  readonly equalAfterSeconds: { readonly median: number; readonly p95: number; readonly most: number };
  /** Of each seed that went through: the same seed gives the same digest. */
  readonly digests: Readonly<Record<string, string>>;
}

function summaryOf(outcomes: readonly SeedOutcome[]): Summary {
  const results = outcomes.flatMap((outcome) => ("holds" in outcome ? [outcome] : []));
  const seconds = results.flatMap(({ equalAfterMs }) => (equalAfterMs === undefined ? [] : [equalAfterMs / 1000]));
  seconds.sort((first, second) => first - second);
  const quantile = (part: number): number => seconds[Math.min(seconds.length - 1, Math.floor(part * seconds.length))] ?? 0;
  return {
    seeds: outcomes.length,
    failed: outcomes.filter((outcome) => !holds(outcome)).map(({ seed }) => seed),
    equalAfterSeconds: { median: quantile(0.5), p95: quantile(0.95), most: quantile(1) },
    digests: Object.fromEntries(results.map(({ seed, digest }) => [seed, digest])),
  };
}

function inWords(outcomes: readonly SeedOutcome[], run: { peers: number; loss: number; seconds: number }): string {
  const { seeds, failed, equalAfterSeconds } = summaryOf(outcomes);
  const { median, p95, most } = equalAfterSeconds;
  const lines = [
    `${seeds - failed.length} of ${seeds} seeds hold: ${run.peers} peers, ${100 * run.loss} % loss, ${run.seconds} s`,
    `equal after healing, virtual seconds: median ${median}, 95 of 100 within ${p95}, all within ${most}`,
    ...(failed.length === 0 ? [] : [`failed: ${failed.join(" ")}`]),
  ];
  return `${lines.join("\n")}\n`;
}

const progressEvery = 50;

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text.trim() !== "" && Number.isInteger(number) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`a whole number from ${least} to ${most}`);
  };
}

function sizes(text: string): number[] {
  return text.split(",").map(wholeNumber(2, 10_000));
}

function share(text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && number >= 0 && number <= 0.9) return number;
  throw new InvalidArgumentError("a number from 0 to 0.9");
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof CommanderError)) process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : 1;
}
