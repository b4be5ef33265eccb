/** From a plan to a scenario of the command line: model and folder are opened, the plan is carried out, its rows become figures and a report. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type LanguageModel, systemClock } from "@grapevine/core";
import { digestOfModel, openEmbedder, openModel } from "@grapevine/model";
import { evalErrors } from "../errors.ts";
import { makeManifest } from "../harness/manifest.ts";
import { meteredModel } from "../harness/metered-model.ts";
import { persistentModel } from "../harness/persistent-model.ts";
import type { Plan } from "../harness/plan.ts";
import { type FinishedRun, type GivenUp, runPlan } from "../harness/run-plan.ts";
import type { EvalOptions, OptionName } from "../options.ts";
import { rememberingEmbedder } from "../remembering-embedder.ts";
import { writeReport } from "../report/report.ts";
import type { Scenario, ScenarioContext, ScenarioResult } from "../scenario.ts";
import { maxDevelopmentSeeds, seedsFor } from "../seeds.ts";
import { type ArmFigures, type Bar, type Summary, summarise } from "../statistics/summary.ts";

export interface LearningScenarioInit {
  readonly name: string;
  readonly summary: string;
  readonly details: readonly string[];
  /** Beyond those that every scenario with a model takes. */
  readonly options?: readonly OptionName[];
  readonly plan: (request: PlanRequest) => Plan;
}

export interface PlanRequest {
  readonly seeds: readonly number[];
  readonly isQuick: boolean;
  readonly options: EvalOptions;
}

/** What `--json` prints of a scenario that runs a model. */
interface LearningDocument {
  readonly scenario: string;
  readonly model: string;
  readonly seeds: readonly number[];
  readonly arms: Readonly<Record<string, ArmFigures>>;
  /** Of the arm that the scenario is about. */
  readonly help: number;
  readonly harm: number;
  readonly bars: readonly Bar[];
  readonly givenUp: GivenUp;
  /** Folder of rows, manifest and report. */
  readonly out: string;
}

const commonOptions: readonly OptionName[] = ["model", "seeds", "worlds", "out", "quick", "development"];
const defaultSeeds = 5;
const defaultFolder = "eval-results";

export function learningScenario({ name, summary, details, options = [], plan }: LearningScenarioInit): Scenario {
  return {
    name,
    summary,
    details,
    options: [...commonOptions, ...options],
    requires: [],
    run: (context) => runScenario(plan(requestOf(context.options)), context),
  };
}

/** @throws EVAL_USAGE for more development seeds than there are */
function requestOf(options: EvalOptions): PlanRequest {
  const isQuick = options.quick === true;
  const isDevelopment = isQuick || options.development === true;
  const count = options.seeds ?? (isQuick ? 1 : defaultSeeds);
  if (isDevelopment && count > maxDevelopmentSeeds) {
    throw evalErrors.create("EVAL_USAGE", `there are ${maxDevelopmentSeeds} development seeds, not ${count}`);
  }
  return { options, isQuick, seeds: seedsFor(isDevelopment ? "development" : "reporting", count) };
}

async function runScenario(plan: Plan, { options, say }: ScenarioContext): Promise<ScenarioResult> {
  const opened = await openModel(options.model ?? "auto");
  const embedder = rememberingEmbedder(await openEmbedder());
  try {
    const folder = folderOf(plan, opened, options);
    say(`rows and report go to ${folder}`);
    const manifest = await makeManifest(
      {
        scenario: plan.scenario,
        model: { id: opened.id, digest: (await digestOfModel(opened.id)) ?? "not told" },
        embedder: embedder.id,
        sizes: {
          ...plan.sizes,
          ...(options.worlds !== undefined && { worlds: options.worlds }),
          ...(options.dataset !== undefined && { dataset: options.dataset }),
        },
        command: commandOf(plan.scenario, options),
      },
      systemClock.now(),
    );
    const run = await runPlan(plan, {
      folder,
      manifest,
      model: meteredModel(persistentModel(opened, { wait: (ms) => delay(ms), say })),
      embedder,
      clock: systemClock,
      say,
      watched: process.stderr.isTTY,
    });
    return await finished(plan, run, folder);
  } finally {
    await embedder.close();
    await opened.close();
  }
}

async function finished(plan: Plan, { rows, manifest, givenUp }: FinishedRun, folder: string): Promise<ScenarioResult> {
  const summary = summarise(rows, plan.baseline);
  const bars = await plan.bars(summary);
  const { seeds, arms, baseline } = plan;
  await writeReport({ folder, manifest, seeds, arms, baseline, rows, summary, bars, givenUp });
  const document = documentOf(plan, { model: manifest.model.id, summary, bars, givenUp, folder });
  return { document, table: tableOf(document) };
}

function documentOf(
  { scenario, seeds, main }: Plan,
  {
    model,
    summary,
    bars,
    givenUp,
    folder,
  }: Pick<LearningDocument, "model" | "bars" | "givenUp"> & { summary: Summary; folder: string },
): LearningDocument {
  const { help = 0, harm = 0 } = summary.arms[main] ?? {};
  return { scenario, model, seeds, arms: summary.arms, help, harm, bars, givenUp, out: folder };
}

/** Quick and development runs have folders of their own: their rows are of other sizes and seeds. */
function folderOf({ scenario }: Plan, { id }: LanguageModel, { out, quick, development, dataset, worlds }: EvalOptions): string {
  if (out !== undefined) return join(out, scenario);
  const kind = quick === true ? ["quick"] : development === true ? ["development"] : [];
  const set = dataset === undefined ? (worlds ?? "").split(",").filter((kind) => kind !== "") : ["questions"];
  return join(defaultFolder, [scenario, ...set, ...kind, id.replaceAll(/[^\w.]+/g, "-")].join("-"));
}

function commandOf(scenario: string, options: EvalOptions): string {
  const words = Object.entries(options).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)],
  );
  return [scenario, ...words].join(" ");
}

function tableOf({ arms, bars }: LearningDocument): ScenarioResult["table"] {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return {
    head: ["arm", "right", "95 % interval", "helped", "harmed", "tokens", "seconds", "tries"],
    rows: [
      ...Object.entries(arms).map(([name, { score, low, high, help, harm, tokens, seconds, n }]) => [
        name,
        percent(score),
        `${percent(low)} to ${percent(high)}`,
        percent(help),
        percent(harm),
        String(tokens),
        String(seconds),
        String(n),
      ]),
      ...bars.map(({ name, value, bar, holds }) => [
        name,
        value === null ? "not measured" : String(value),
        `bar ${bar}`,
        holds ? "holds" : "does not hold",
        "",
        "",
        "",
        "",
      ]),
    ],
  };
}
