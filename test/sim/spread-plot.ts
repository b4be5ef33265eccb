/** Draws how records spread: one line a swarm, the share of its peers that have a lesson after so long. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { SpreadResult } from "./spread.ts";

/** An SVG document. */
export function spreadPlot(results: readonly SpreadResult[]): string {
  const { document } = parseHTML("<html><body></body></html>");
  const points = results.flatMap(({ peers, lessons, delaysMs }) =>
    thinned(delaysMs).map(({ delayMs, rank }) => ({
      peers: `${peers} peers`,
      delayMs,
      part: (100 * rank) / (lessons * (peers - 1)),
    })),
  );
  const figure = Plot.plot({
    document,
    width: 720,
    height: 420,
    grid: true,
    style: { background: "white" },
    x: { label: "milliseconds since a lesson was written" },
    y: { label: "% of the peers that have it", domain: [0, 100] },
    color: { legend: false },
    marks: [
      Plot.line(points, { x: "delayMs", y: "part", stroke: "peers" }),
      Plot.text(points, Plot.selectLast({ x: "delayMs", y: "part", z: "peers", text: "peers", dy: -8, textAnchor: "end" })),
    ],
  });
  figure.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return figure.outerHTML;
}

/** Of very many points a few hundred say the same. */
function thinned(delaysMs: readonly number[]): { readonly delayMs: number; readonly rank: number }[] {
  const step = Math.max(1, Math.floor(delaysMs.length / 300));
  return delaysMs.flatMap((delayMs, index) =>
    index % step === 0 || index === delaysMs.length - 1 ? [{ delayMs, rank: index + 1 }] : [],
  );
}
