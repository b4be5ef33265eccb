/** Growth as pictures: how much worked with lessons and without, and lessons made and received. The table below them says the same. */
import type { EndedCounts, GrowthReport } from "@grapevine/node";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

const chartHeight = 200;
const darkness = matchMedia("(prefers-color-scheme: dark)");

export function GrowthCharts({ report }: { report: GrowthReport }): JSX.Element {
  const times = report.periods.map(({ from }) => from / 1_000);
  return (
    <div class="charts">
      <Chart
        title="Worked, of what ended"
        range={[0, 100]}
        unit=" %"
        series={[
          { name: "with lessons", colour: "--grape", values: report.periods.map(({ withLessons }) => percentOf(withLessons)) },
          {
            name: "without",
            colour: "--faded",
            dash: [4, 4],
            values: report.periods.map(({ withoutLessons }) => percentOf(withoutLessons)),
          },
        ]}
        times={times}
      />
      <Chart
        title="Lessons, all in all"
        unit=""
        series={[
          { name: "made here", colour: "--green", values: summed(report.periods.map(({ made }) => made)) },
          { name: "received", colour: "--grape", dash: [4, 4], values: summed(report.periods.map(({ received }) => received)) },
        ]}
        times={times}
      />
    </div>
  );
}

interface ChartProps {
  readonly title: string;
  readonly unit: string;
  readonly range?: [number, number];
  readonly series: readonly {
    readonly name: string;
    /** A property of the style sheet. */
    readonly colour: string;
    readonly dash?: number[];
    readonly values: readonly (number | null)[];
  }[];
  readonly times: readonly number[];
}

function Chart(props: ChartProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => (box.current === null ? undefined : draw(box.current, props)), [props]);
  return (
    <figure class="chart">
      <figcaption>
        <strong>{props.title}</strong>
        {props.series.map(({ name, colour, dash }) => (
          <span key={name} class={`chart-key ${dash === undefined ? "" : "is-dashed"} key${colour.slice(1)}`}>
            {name}
          </span>
        ))}
      </figcaption>
      {props.series.every(({ values }) => values.every((value) => value === null)) ? (
        <p class="quiet chart-none">Nothing has ended yet. Say of an answer whether it worked, and it shows here.</p>
      ) : (
        <div ref={box} aria-hidden="true" />
      )}
    </figure>
  );
}

/** Draws it, again when its place or the colours change, until the returned function is called. */
function draw(box: HTMLElement, { series, times, range, unit }: ChartProps): () => void {
  let chart: uPlot | undefined;
  const make = (): void => {
    chart?.destroy();
    const colour = (name: string): string => getComputedStyle(box).getPropertyValue(name);
    const axis: uPlot.Axis = {
      stroke: colour("--faded"),
      font: "12px system-ui, sans-serif",
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { show: false },
    };
    const options: uPlot.Options = {
      width: box.clientWidth,
      height: chartHeight,
      padding: [8, 28, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false } },
      scales: { y: range === undefined ? { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } : { range } },
      axes: [
        { ...axis, grid: { show: false } },
        {
          ...axis,
          size: 52,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 20_000],
          values: (_, splits) => splits.map((value) => `${value}${unit}`),
        },
      ],
      series: [
        {},
        ...series.map(({ name, colour: stroke, dash }) => ({
          label: name,
          stroke: colour(stroke),
          width: 2,
          ...(dash === undefined ? {} : { dash }),
          spanGaps: true,
          points: { show: true, size: 6, fill: colour(stroke) },
        })),
      ],
    };
    chart = new uPlot(options, [[...times], ...series.map(({ values }) => [...values])], box);
  };
  const observer = new ResizeObserver(() => {
    if (chart === undefined || chart.width !== box.clientWidth) make();
  });
  observer.observe(box);
  darkness.addEventListener("change", make);
  return () => {
    observer.disconnect();
    darkness.removeEventListener("change", make);
    chart?.destroy();
  };
}

function percentOf({ worked, changed, failed }: EndedCounts): number | null {
  const all = worked + changed + failed;
  return all === 0 ? null : (100 * worked) / all;
}

function summed(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return sum;
  });
}
