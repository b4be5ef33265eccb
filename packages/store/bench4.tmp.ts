import { systemClock } from "@grapevine/core";
import { openStore } from "./src/index.ts";

const base = "/tmp/exp/bench";
const cpu = async (name: string, f: () => Promise<unknown>) => {
  const c0 = process.cpuUsage(),
    t = performance.now();
  await f();
  const c = process.cpuUsage(c0);
  console.log(name, "cpu ms", ((c.user + c.system) / 1000).toFixed(1), "wall", (performance.now() - t).toFixed(1));
};
for (let k = 0; k < 3; k++) {
  let s!: Awaited<ReturnType<typeof openStore>>;
  await cpu("open", async () => {
    s = await openStore({ path: base + "/big", clock: systemClock });
  });
  await s.close();
}
const s = await openStore({ path: base + "/big", clock: systemClock });
const rnd = (m: number) => Array.from({ length: 20 }, () => Math.floor(Math.random() * m));
for (const m of [100000, 100000, 2000, 2000, 2000])
  await cpu("200 x 20 of " + m, async () => {
    for (let i = 0; i < 200; i++) await s.lessons.byLabels(rnd(m));
  });
await s.close();
