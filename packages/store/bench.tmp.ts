import { mkdirSync, rmSync } from "node:fs";
import { createExperienceId, type StoreChange, systemClock } from "@grapevine/core";
import { sampleExperience, sampleIdentity, sampleLesson, sampleStoredLesson } from "@grapevine/testing";
import { ClassicLevel } from "classic-level";
import { openStore } from "./src/index.ts";

const base = "/tmp/exp/bench";
const what = process.argv[2];
if (what === "append") {
  rmSync(base, { recursive: true, force: true });
  mkdirSync(base, { recursive: true });
  const store = await openStore({ path: base + "/s", clock: systemClock });
  const bare = new ClassicLevel<Buffer, Buffer>(base + "/bare", { keyEncoding: "buffer", valueEncoding: "buffer" });
  await bare.open();
  const ex = Array.from({ length: 2500 }, (_, i) =>
    sampleExperience(createExperienceId(systemClock) + i, { answer: "x".repeat(800) }),
  );
  const bs: number[] = [],
    ss: number[] = [];
  for (const [i, e] of ex.entries()) {
    let t = performance.now();
    await bare.put(Buffer.from(e.id), Buffer.from(JSON.stringify(e)), { sync: true });
    const b = performance.now() - t;
    t = performance.now();
    await store.experiences.append(e);
    const s = performance.now() - t;
    if (i > 300) {
      bs.push(b);
      ss.push(s);
    }
  }
  const sum = (a: number[]) => a.reduce((x, y) => x + y, 0);
  const med = (a: number[]) => [...a].sort((x, y) => x - y)[a.length >> 1]!;
  console.log("ratio of totals", sum(bs) / sum(ss), "of medians", med(bs) / med(ss), med(bs), med(ss));
  const t = performance.now();
  await Promise.all(
    Array.from({ length: 2000 }, (_, i) => store.experiences.append(sampleExperience("c" + i, { answer: "x".repeat(800) }))),
  );
  console.log("concurrent/s", (2000 / (performance.now() - t)) * 1000);
  await store.close();
  await bare.close();
} else if (what === "fill") {
  rmSync(base + "/big", { recursive: true, force: true });
  const store = await openStore({ path: base + "/big", clock: systemClock });
  const t = performance.now();
  const id = sampleIdentity(1);
  let signing = 0;
  for (let i = 0; i < 100_000; i += 500) {
    const u = performance.now();
    const changes: StoreChange[] = Array.from({ length: 500 }, (_, j) => ({
      kind: "lesson",
      lesson: sampleStoredLesson(sampleLesson(id, { seq: i + j, title: "Title " + (i + j), createdAt: 1e12 + i + j }), i + j),
    }));
    signing += performance.now() - u;
    await store.lessons.apply(changes);
  }
  console.log("fill ms", performance.now() - t, "signing", signing);
  await store.close();
} else if (what === "open") {
  for (let k = 0; k < 3; k++) {
    const t = performance.now();
    const s = await openStore({ path: base + "/big", clock: systemClock });
    console.log("open ms", (performance.now() - t).toFixed(0), s.report);
    await s.close();
  }
  const s = await openStore({ path: base + "/big", clock: systemClock });
  const run = async (name: string, labels: () => number[]) => {
    const ts: number[] = [];
    for (let i = 0; i < 300; i++) {
      const l = labels();
      const t = performance.now();
      await s.lessons.byLabels(l);
      ts.push(performance.now() - t);
    }
    ts.sort((a, b) => a - b);
    console.log(name, "p50", ts[150]?.toFixed(3), "p95", ts[285]?.toFixed(3));
  };
  const rnd = (m: number) => () => Array.from({ length: 20 }, () => Math.floor(Math.random() * m));
  await run("20 cold", rnd(100000));
  await run("20 cold", rnd(100000));
  await run("20 hot warmup", rnd(2000));
  await run("20 hot", rnd(2000));
  await run("20 hot", rnd(2000));
  let t = performance.now();
  let n = 0;
  for await (const _ of s.lessons.list()) n++;
  console.log("list", n, (performance.now() - t).toFixed(0));
  t = performance.now();
  n = 0;
  for await (const _ of s.lessons.recordKeys()) n++;
  console.log("recordKeys", n, (performance.now() - t).toFixed(0));
  console.log("rss MB", process.memoryUsage().rss / 1e6);
  await s.close();
}
