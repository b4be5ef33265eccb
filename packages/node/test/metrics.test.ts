/** The page of metrics, read as Prometheus reads it, and the dashboard that stands on it. */
import { readFile } from "node:fs/promises";
import { parser } from "@prometheus-io/lezer-promql";
import parsePrometheusTextFormat from "parse-prometheus-text-format";
import { describe, expect, it } from "vitest";
import { maxUnreadSamples, Samples } from "../src/metrics/measures.ts";
import { embedded, joined } from "./bench.ts";
import { type Served, serve } from "./serving.ts";

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly metrics: readonly {
    readonly labels?: Readonly<Record<string, string>>;
    readonly value?: string;
    readonly buckets?: Readonly<Record<string, string>>;
  }[];
}

async function familiesOf({ url, token }: Served): Promise<Map<string, Family>> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  return read(await response.text());
}

function read(text: string): Map<string, Family> {
  const families = parsePrometheusTextFormat(text) as readonly Family[];
  return new Map(families.map((family) => [family.name, family]));
}

/** The value with exactly these labels. */
function valueIn(families: ReadonlyMap<string, Family>, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = JSON.stringify(labels);
  const found = families.get(name)?.metrics.find((metric) => JSON.stringify(metric.labels ?? {}) === wanted);
  return Number(found?.value ?? Number.NaN);
}

describe("/metrics", () => {
  it("says what the node holds, decided and took, behind the token", async () => {
    const node = await serve({ reply: () => "Put oil on its hinges." });
    expect((await fetch(`${node.url}/metrics`)).status).toBe(401);
    await node.service.teach({ situation: "The door squeaks", guidance: "Put oil on its hinges" });
    await embedded(node);
    await node.service.ask({ question: "What do I do about the door that squeaks?" });
    const first = await familiesOf(node);
    expect(valueIn(first, "grapevine_lessons", { state: "own" })).toBe(1);
    expect(valueIn(first, "grapevine_lessons", { state: "held" })).toBe(0);
    expect(valueIn(first, "grapevine_experiences")).toBe(1);
    expect(valueIn(first, "grapevine_peers")).toBe(0);
    expect(valueIn(first, "grapevine_queue_length", { queue: "outbox" })).toBe(1);
    expect(valueIn(first, "grapevine_admissions_total", { verdict: "own" })).toBe(1);
    expect(valueIn(first, "process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
    // What happened before anybody looked is there, and what happens afterwards is added to it.
    const answers = (families: ReadonlyMap<string, Family>): string | undefined =>
      families.get("grapevine_answer_seconds")?.metrics[0]?.buckets?.["+Inf"];
    expect(answers(first)).toBe("1");
    expect(first.get("grapevine_answer_seconds")?.type).toBe("HISTOGRAM");
    expect(Number(first.get("grapevine_recall_seconds")?.metrics[0]?.buckets?.["+Inf"])).toBeGreaterThan(0);
    await node.service.ask({ question: "And what about the window?" });
    const second = await familiesOf(node);
    expect(answers(second)).toBe("2");
    expect(valueIn(second, "grapevine_experiences")).toBe(2);
    expect(valueIn(second, "grapevine_admissions_total", { verdict: "own" })).toBe(1);
  });

  it("counts what came from peers, by verdict and reason", async () => {
    const { learner, teacher } = await joined();
    await teacher.service.teach({ situation: "The door squeaks", guidance: "Put oil on its hinges" });
    await expect
      .poll(async () => valueIn(read((await learner.metrics()).text), "grapevine_admissions_total", { verdict: "admitted" }), {
        timeout: 10_000,
      })
      .toBe(1);
    const families = read((await learner.metrics()).text);
    expect(valueIn(families, "grapevine_peers")).toBe(1);
    const accepted = families
      .get("grapevine_records_checked_total")
      ?.metrics.filter(({ labels }) => labels?.["verdict"] === "accept");
    expect(accepted?.reduce((sum, { value }) => sum + Number(value), 0)).toBeGreaterThan(0);
  });

  it("keeps to the conventions of its names", async () => {
    const node = await serve();
    const own = [...(await familiesOf(node)).values()].filter(({ name }) => name.startsWith("grapevine_"));
    expect(own.length).toBeGreaterThan(10);
    for (const { name, type, help } of own) {
      expect(name).toMatch(/^grapevine_[a-z]+(?:_[a-z]+)*$/);
      expect(help).toMatch(/\.$/);
      expect(name.endsWith("_total"), name).toBe(type === "COUNTER");
      if (type === "HISTOGRAM") expect(name).toMatch(/_seconds$/);
    }
  });
});

describe("the dashboard for Grafana", () => {
  it("asks for nothing that is not on the page, in queries that Prometheus reads", async () => {
    const node = await serve();
    const onPage = new Set<string>();
    for (const { name, type } of (await familiesOf(node)).values()) {
      for (const end of type === "HISTOGRAM" ? ["_bucket", "_count", "_sum"] : [""]) onPage.add(name + end);
    }
    const text = await readFile(new URL("../../../docs/grafana-dashboard.json", import.meta.url), "utf8");
    const dashboard = JSON.parse(text) as {
      readonly panels: readonly { readonly id: number; readonly targets: readonly { readonly expr: string }[] }[];
    };
    const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(queries.length).toBeGreaterThan(10);
    for (const query of queries) {
      const { metrics, isRead } = parsed(query);
      expect(isRead, query).toBe(true);
      expect(metrics.length, query).toBeGreaterThan(0);
      for (const metric of metrics) expect(onPage, query).toContain(metric);
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});

describe("samples that nobody has read", () => {
  it("are kept up to the limit, the newest", () => {
    const samples = new Samples<number>();
    for (let sample = 0; sample <= maxUnreadSamples; sample += 1) samples.add(sample);
    const seen: number[] = [];
    samples.flowTo((sample) => seen.push(sample));
    expect([seen.length, seen[0], seen.at(-1)]).toEqual([maxUnreadSamples, 1, maxUnreadSamples]);
    samples.add(7);
    expect(seen.at(-1)).toBe(7);
  });
});

/** The metrics that a query of PromQL names. */
function parsed(query: string): { readonly metrics: readonly string[]; readonly isRead: boolean } {
  const metrics: string[] = [];
  let isRead = true;
  parser.parse(query).iterate({
    enter: (node) => {
      if (node.type.isError) isRead = false;
      const parent = node.node.parent?.name;
      if (node.name === "Identifier" && parent === "VectorSelector") metrics.push(query.slice(node.from, node.to));
    },
  });
  return { metrics, isRead };
}
