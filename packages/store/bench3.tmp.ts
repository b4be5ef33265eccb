import { rmSync } from "node:fs";
import { systemClock } from "@grapevine/core";
import { sampleExperience } from "@grapevine/testing";
import { openStore } from "./src/index.ts";

const base = "/tmp/exp/bench3";
rmSync(base, { recursive: true, force: true });
const store = await openStore({ path: base, clock: systemClock });
const c0 = process.cpuUsage();
const n = 8000;
for (let i = 0; i < n; i++) await store.experiences.append(sampleExperience("01ABC" + i, { answer: "x".repeat(800) }));
const c = process.cpuUsage(c0);
console.log("cpu us per append: user", c.user / n, "system", c.system / n);
await store.close();
