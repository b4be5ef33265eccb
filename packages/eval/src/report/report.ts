/** The report of a run, made of its rows alone: `report.md` for the terminal and version control, `report.html` with the plots inside. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "../harness/manifest.ts";
import type { Arm } from "../harness/plan.ts";
import type { Row } from "../harness/row.ts";
import type { GivenUp } from "../harness/run-plan.ts";
import type { Interval } from "../statistics/bootstrap.ts";
import type { ArmFigures, Bar, Summary } from "../statistics/summary.ts";
import { curves, measures, scoreBars } from "./plots.ts";

export interface ReportInput {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly seeds: readonly number[];
  readonly arms: readonly Arm[];
  readonly baseline: string;
  readonly rows: readonly Row[];
  readonly summary: Summary;
  readonly bars: readonly Bar[];
  readonly givenUp: GivenUp;
}

/** A heading and what stands below it: texts, a table, or a plot by the name of its file. */
interface Section {
  readonly title: string;
  readonly paragraphs?: readonly string[];
  readonly table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  readonly plot?: { readonly name: string; readonly svg: string };
}

/** Tasks of a stream that a point of a curve stands for. */
const windowTasks = 5;

/** Writes `report.md`, `report.html` and the plots as SVG files. */
export async function writeReport(input: ReportInput): Promise<void> {
  const { folder } = input;
  const sections = await sectionsOf(input);
  await mkdir(folder, { recursive: true });
  for (const { plot } of sections) if (plot !== undefined) await writeFile(join(folder, `${plot.name}.svg`), plot.svg);
  await writeFile(join(folder, "report.md"), markdownOf(input.manifest.scenario, sections));
  await writeFile(join(folder, "report.html"), pageOf(input.manifest.scenario, sections));
}

async function sectionsOf({ manifest, seeds, arms, baseline, rows, summary, bars, givenUp }: ReportInput): Promise<Section[]> {
  const measured = arms.flatMap(({ name }): [string, ArmFigures][] => {
    const figures = summary.arms[name];
    return figures === undefined ? [] : [[name, figures]];
  });
  return [
    {
      title: "What was run",
      table: {
        head: ["", ""],
        rows: [
          ["command", `npx pnpm eval ${manifest.command}`],
          ["commit", manifest.commit],
          ["model", `${manifest.model.id} (${manifest.model.digest})`],
          ["embedder", manifest.embedder],
          ["seeds", seeds.join(", ")],
          [
            "sizes",
            Object.entries(manifest.sizes)
              .map(([name, value]) => `${name} ${value}`)
              .join(", "),
          ],
          ["machine", `${manifest.machine.processor}, ${manifest.machine.cores} cores, ${manifest.machine.system}`],
          [
            "versions",
            Object.entries(manifest.versions)
              .map(([name, value]) => `${name} ${value}`)
              .join(", "),
          ],
          ["started", manifest.startedAt],
          ["generations that failed at every try", `${givenUp.tries} in tries, ${givenUp.preparation} in what came before them`],
        ],
      },
    },
    {
      title: "Arms",
      table: {
        head: [
          "arm",
          "knows",
          "right",
          "95 % interval",
          "over none",
          "helped",
          "harmed",
          "tokens",
          "seconds",
          "tries",
          "given up",
        ],
        rows: measured.map(([name, figures]) => [
          name,
          arms.find((arm) => arm.name === name)?.summary ?? "",
          percent(figures.score),
          `${percent(figures.low)} to ${percent(figures.high)}`,
          name === baseline ? "" : gainText(summary.gain(name, baseline)),
          percent(figures.help),
          percent(figures.harm),
          String(figures.tokens),
          figures.seconds.toFixed(2),
          String(figures.n),
          String(figures.givenUp),
        ]),
      },
      plot: { name: "scores", svg: await scoreBars(measured) },
    },
    ...(rows.some(({ at }) => at > 0)
      ? await curveSections(
          rows,
          measured.map(([name]) => name),
        )
      : []),
    {
      title: "Bars",
      table: {
        head: ["figure", "value", "95 % interval", "bar", "holds"],
        rows: bars.map(({ name, value, bar, holds, low, high }) => [
          name,
          value === null ? "not measured" : number(value),
          low === undefined || high === undefined ? "" : `${number(low)} to ${number(high)}`,
          number(bar),
          holds ? "yes" : "no",
        ]),
      },
    },
    {
      title: "How to read it",
      paragraphs: [
        `Right: share of tries that solved their task; a task that several peers tried counts once. Helped: wrong under the arm ${baseline} and right here; harmed: the other way round; both of the tries that have a counterpart. A try that the model failed at (given up) is not right, and is left out of what is compared with another arm: of gains, of helped and of harmed. A bar that could not be measured does not hold. Tokens and seconds are means of a try, prompt and answer together. Intervals are percentile bootstraps, of seeds and then of tasks within them; differences are paired by task. Every arm was given the same tasks, in turn, and the model generated greedily.`,
      ],
    },
  ];
}

function curveSections(rows: readonly Row[], arms: readonly string[]): Promise<Section[]> {
  return Promise.all(
    measures.map(async (measure) => ({
      title: `Along the stream: ${measure.title}`,
      plot: { name: measure.name, svg: await curves(rows, arms, measure, windowTasks) },
    })),
  );
}

function gainText(gain: Interval | undefined): string {
  return gain === undefined ? "" : `${points(gain.mean)} (${points(gain.low)} to ${points(gain.high)})`;
}

function markdownOf(scenario: string, sections: readonly Section[]): string {
  const parts = sections.map(({ title, paragraphs = [], table, plot }) =>
    [
      `## ${title}`,
      ...paragraphs,
      ...(table === undefined
        ? []
        : [[tableLine(table.head), tableLine(table.head.map(() => "---")), ...table.rows.map(tableLine)].join("\n")]),
      ...(plot === undefined ? [] : [`![${title}](${plot.name}.svg)`]),
    ].join("\n\n"),
  );
  return `${[`# ${scenario}`, ...parts].join("\n\n")}\n`;
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function pageOf(scenario: string, sections: readonly Section[]): string {
  const body = sections.map(({ title, paragraphs = [], table, plot }) =>
    [
      `<h2>${escaped(title)}</h2>`,
      ...paragraphs.map((text) => `<p>${escaped(text)}</p>`),
      ...(table === undefined
        ? []
        : [`<table>${rowOf("th", table.head)}${table.rows.map((cells) => rowOf("td", cells)).join("")}</table>`]),
      ...(plot === undefined ? [] : [`<figure>${plot.svg}</figure>`]),
    ].join("\n"),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escaped(scenario)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border-bottom: 1px solid #ccc; padding: 0.2rem 0.8rem 0.2rem 0; text-align: left; vertical-align: top; }
figure { margin: 1rem 0; }
</style>
</head>
<body>
<h1>${escaped(scenario)}</h1>
${body.join("\n")}
</body>
</html>
`;
}

function rowOf(tag: "th" | "td", cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function points(share: number): string {
  return `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;
}

function number(value: number): string {
  return Number(value.toFixed(4)).toString();
}
