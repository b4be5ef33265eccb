/**
 * `GET /metrics`: what the node counts, in Prometheus' exposition format. Names and units follow its conventions (https://prometheus.io/docs/practices/naming/): base units,
 * `_total` for what only grows. No label holds a text that a peer chose, nor one that grows without bound.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Status } from "../control/contract.ts";
import type { Measures } from "./measures.ts";

export interface MetricsSources {
  readonly measures: Measures;
  readonly status: () => Promise<Status>;
  /** What happened on the network, by name: `gossip.ignore.repeated`. */
  readonly networkCounts: () => Readonly<Record<string, number>>;
}

export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

/** A value, and the labels it has. */
type Labelled = readonly [labels: Readonly<Record<string, string>>, value: number];

interface Family {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly values: (now: Reading) => readonly Labelled[];
}

/** What one page is made of. */
interface Reading {
  readonly status: Status;
  readonly network: Readonly<Record<string, number>>;
  readonly decisions: ReadonlyMap<string, number>;
}

/** From a lookup in memory to a small model's long answer. */
const answerBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160];
/** Recall is to take at most 40 ms. */
const recallBuckets = [0.002, 0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.1, 0.25, 1];

const gauges: readonly Family[] = [
  {
    name: "grapevine_lessons",
    help: "Lessons that are kept, by state.",
    labels: ["state"],
    values: ({ status }) => byLabel("state", status.lessons),
  },
  {
    name: "grapevine_foreign_lessons",
    help: "Lessons of others that may be used or wait.",
    labels: [],
    values: ({ status }) => [[{}, status.room.foreign]],
  },
  {
    name: "grapevine_foreign_lessons_limit",
    help: "How many lessons of others there may be.",
    labels: [],
    values: ({ status }) => [[{}, status.room.capacity]],
  },
  {
    name: "grapevine_experiences",
    help: "Experiences that are kept.",
    labels: [],
    values: ({ status }) => [[{}, status.experiences]],
  },
  { name: "grapevine_peers", help: "Peers that are connected.", labels: [], values: ({ status }) => [[{}, status.peers]] },
  {
    name: "grapevine_queue_length",
    help: "What waits: records for their verdict, lessons for their vector, experiences to be distilled, own records for a peer.",
    labels: ["queue"],
    values: ({ status }) => byLabel("queue", status.queues),
  },
  {
    name: "grapevine_start_time_seconds",
    help: "When the node was started, in seconds since the epoch.",
    labels: [],
    values: ({ status }) => [[{}, status.startedAt / 1000]],
  },
  {
    name: "grapevine_info",
    help: "What the node is; the value is always 1.",
    labels: ["name", "version", "model", "embedder", "swarm"],
    values: ({ status: { name, version, model, embedder, swarm } }) => [[{ name, version, model, embedder, swarm }, 1]],
  },
];

const counters: readonly Family[] = [
  {
    name: "grapevine_admissions_total",
    help: "Decisions on lessons that came, own and foreign: the state they got, refused, or pruned for want of room.",
    labels: ["verdict"],
    values: ({ decisions }) => [...decisions].map(([verdict, count]) => [{ verdict }, count]),
  },
  {
    name: "grapevine_records_checked_total",
    help: "Records that came by gossip or sync, by the verdict on them before they were relayed, and why.",
    labels: ["channel", "verdict", "reason"],
    values: ({ network }) => Object.entries(network).flatMap(([name, count]) => checkedRecords(name, count)),
  },
  {
    name: "grapevine_network_events_total",
    help: "What else happened on the network.",
    labels: ["event"],
    values: ({ network }) =>
      Object.entries(network).flatMap(([event, count]) =>
        checkedRecords(event, count).length > 0 ? [] : [[{ event }, count] as const],
      ),
  },
  {
    name: "grapevine_distilled_total",
    help: "What became of experiences that were distilled: lessons, drafts refused, attempts failed.",
    labels: ["result"],
    values: ({ status }) => byLabel("result", status.distilled),
  },
  {
    name: "grapevine_trials_total",
    help: "Trials of held lessons while the node was idle.",
    labels: ["verdict"],
    values: ({ status }) => {
      const { admitted, refused, undecided } = status.refined.trials;
      return byLabel("verdict", { admitted, refused, undecided });
    },
  },
  {
    name: "grapevine_consolidations_total",
    help: "Drafts for clusters of lessons.",
    labels: ["result"],
    values: ({ status }) => byLabel("result", status.refined.consolidations),
  },
];

/** Gives the page whenever it is asked for; one for a node. */
export function createMetricsPage({ measures, status, networkCounts }: MetricsSources): () => Promise<MetricsPage> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const families = [
    ...gauges.map((family) => {
      const gauge = new Gauge({ ...named(family), registers: [registry] });
      return { family, metric: { reset: () => gauge.reset(), add: ([labels, value]: Labelled) => gauge.set(labels, value) } };
    }),
    ...counters.map((family) => {
      const counter = new Counter({ ...named(family), registers: [registry] });
      return { family, metric: { reset: () => counter.reset(), add: ([labels, value]: Labelled) => counter.inc(labels, value) } };
    }),
  ];
  timeAnswers(registry, measures);
  return async () => {
    const now: Reading = { status: await status(), network: networkCounts(), decisions: measures.decisions() };
    for (const { family, metric } of families) {
      metric.reset();
      for (const value of family.values(now)) metric.add(value);
    }
    return { contentType: registry.contentType, text: await registry.metrics() };
  };
}

function timeAnswers(registry: Registry, measures: Measures): void {
  const answers = new Histogram({
    name: "grapevine_answer_seconds",
    help: "From a question or task to its answer by this node's agent.",
    labelNames: ["kind"],
    buckets: answerBuckets,
    registers: [registry],
  });
  measures.answers.flowTo(({ kind, seconds }) => answers.observe({ kind }, seconds));
  const recalls = new Histogram({
    name: "grapevine_recall_seconds",
    help: "Time to find the lessons for a text.",
    buckets: recallBuckets,
    registers: [registry],
  });
  measures.recalls.flowTo(({ seconds }) => recalls.observe(seconds));
}

function named({ name, help, labels }: Family): { name: string; help: string; labelNames: string[] } {
  return { name, help, labelNames: [...labels] };
}

function byLabel(label: string, values: Readonly<Record<string, number>>): Labelled[] {
  return Object.entries(values).map(([key, value]) => [{ [label]: key }, value]);
}

/** `gossip.accept`, `sync.ignore.repeated`: one value; anything else is none. */
function checkedRecords(name: string, count: number): Labelled[] {
  const found = /^(?<channel>gossip|sync)\.(?<verdict>accept|ignore|reject)(?:\.(?<reason>.+))?$/.exec(name)?.groups;
  if (found === undefined) return [];
  const { channel = "", verdict = "", reason = "" } = found;
  return [[{ channel, verdict, reason }, count]];
}
