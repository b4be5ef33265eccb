/** Plots as SVG, drawn without a browser. */
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Row } from "../harness/row.ts";
import { seededRandom } from "../seeded-random.ts";
import { bootstrapInterval } from "../statistics/bootstrap.ts";
import type { ArmFigures } from "../statistics/summary.ts";

const widthPixels = 640;
const barHeightPixels = 26;
const curveHeightPixels = 300;
const intervalColour = "#333333";
const barColour = "#6a9fb5";

/** A bar an arm with its interval, in the order given. */
export function scoreBars(figures: readonly (readonly [arm: string, figures: ArmFigures])[]): Promise<string> {
  const values = figures.map(([arm, { score, low, high }]) => ({ arm, score, low, high }));
  const y = { field: "arm", type: "nominal", sort: null, title: null } as const;
  const scale = { domain: [0, 1] };
  return svgOf({
    data: { values },
    width: widthPixels,
    height: { step: barHeightPixels },
    layer: [
      {
        mark: { type: "bar", color: barColour },
        encoding: {
          y,
          x: { field: "score", type: "quantitative", scale, axis: { format: "%" }, title: "right (with 95 % intervals)" },
        },
      },
      {
        mark: { type: "rule", color: intervalColour, strokeWidth: 2 },
        encoding: { y, x: { field: "low", type: "quantitative" }, x2: { field: "high" } },
      },
    ],
  });
}

/** What a curve shows of a try. */
export interface Measure {
  readonly name: "success" | "tokens" | "seconds";
  readonly title: string;
  readonly of: (row: Row) => number;
}

export const measures: readonly Measure[] = [
  { name: "success", title: "share of right tries", of: ({ right }) => Number(right) },
  { name: "tokens", title: "tokens a task", of: ({ promptTokens, generatedTokens }) => promptTokens + generatedTokens },
  { name: "seconds", title: "seconds a task", of: ({ ms }) => ms / 1_000 },
];

/** A measure along a stream of tasks, an arm a line with its band, in windows of so many tasks. */
export function curves(rows: readonly Row[], arms: readonly string[], measure: Measure, windowTasks: number): Promise<string> {
  const values = arms.flatMap((arm) => pointsOf(rows, arm, measure, windowTasks));
  const x = { field: "tasks", type: "quantitative", title: "tasks so far" } as const;
  const color = { field: "arm", type: "nominal", sort: [...arms], title: null } as const;
  return svgOf({
    data: { values },
    width: widthPixels,
    height: curveHeightPixels,
    layer: [
      {
        mark: { type: "area", opacity: 0.2 },
        encoding: { x, color, y: { field: "low", type: "quantitative" }, y2: { field: "high" } },
      },
      {
        mark: { type: "line", point: true },
        encoding: { x, color, y: { field: "mean", type: "quantitative", title: measure.title } },
      },
    ],
  });
}

interface Point {
  readonly arm: string;
  readonly tasks: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

function pointsOf(rows: readonly Row[], arm: string, measure: Measure, windowTasks: number): Point[] {
  const spans = Map.groupBy(
    rows.filter((row) => row.arm === arm),
    ({ at }) => Math.floor(at / windowTasks),
  );
  const ordered = [...spans].sort(([first], [second]) => first - second);
  return ordered.map(([span, tries]) => {
    const seeds = [...Map.groupBy(tries, ({ seed }) => seed).values()];
    const { mean, low, high } = bootstrapInterval(
      seeds.map((own) => own.map(measure.of)),
      seededRandom(span + 1),
    );
    return { arm, tasks: (span + 1) * windowTasks, mean, low, high };
  });
}

async function svgOf(specification: TopLevelSpec): Promise<string> {
  const { spec } = compile({ ...specification, background: "white" });
  const view = new View(parse(spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
