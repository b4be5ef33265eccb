import { constants as C, fdatasync, mkdirSync, openSync, rmSync, write, writeFileSync } from "node:fs";
import { createExperienceId, systemClock } from "@grapevine/core";
import { sampleExperience } from "@grapevine/testing";
import { ClassicLevel } from "classic-level";
import { openStore } from "./src/index.ts";

const base = "/tmp/exp/bench";
rmSync(base, { recursive: true, force: true });
mkdirSync(base, { recursive: true });
const store = await openStore({ path: base + "/s", clock: systemClock });
const lv = async (n: string) => {
  const l = new ClassicLevel<Buffer, Buffer>(base + "/" + n, { keyEncoding: "buffer", valueEncoding: "buffer" });
  await l.open();
  return l;
};
const bare = await lv("bare"),
  bare2 = await lv("bare2"),
  bare3 = await lv("bare3"),
  bare4 = await lv("b4");
const fds = ["c0", "c1"].map((p) => {
  writeFileSync(base + p, Buffer.alloc(65536));
  return openSync(base + p, C.O_RDWR | C.O_DSYNC);
});
const slot = Buffer.alloc(2700, 97);
const wr = (fd: number, b: Buffer) => new Promise<void>((ok, no) => write(fd, b, 0, b.length, 0, (e) => (e ? no(e) : ok())));
const names = ["bare put", "bare batch 6 entries +800B", "bare put || slot", "slot", "append", "nosync put || slot"];
const ts: number[][] = names.map(() => []);
for (let i = 0; i < 1500; i++) {
  const e = sampleExperience(createExperienceId(systemClock) + i, { answer: "x".repeat(800) });
  const k = Buffer.from(e.id),
    v = Buffer.from(JSON.stringify(e));
  const fs: (() => Promise<unknown>)[] = [
    () => bare.put(k, v, { sync: true }),
    () =>
      bare3.batch(
        [
          { type: "put", key: k, value: v },
          ...Array.from({ length: 5 }, (_, j) => ({
            type: "put" as const,
            key: Buffer.from("k" + j + i),
            value: Buffer.alloc(150, 3),
          })),
        ],
        { sync: true },
      ),
    () => Promise.all([bare2.put(k, v, { sync: true }), wr(fds[i & 1]!, slot)]),
    () => wr(fds[i & 1]!, slot),
    () => store.experiences.append(e),
    () => Promise.all([bare4.put(k, v, { sync: false }), wr(fds[i & 1]!, slot)]),
  ];
  for (const [j, f] of fs.entries()) {
    const t = performance.now();
    await f();
    if (i > 200) ts[j]!.push(performance.now() - t);
  }
}
for (const [j, n] of names.entries()) {
  const a = ts[j]!.sort((x, y) => x - y);
  console.log(
    n.padEnd(30),
    "median",
    a[a.length >> 1]!.toFixed(3),
    "p25",
    a[a.length >> 2]!.toFixed(3),
    "mean",
    (a.reduce((x, y) => x + y) / a.length).toFixed(3),
  );
}
await store.close();
process.exit(0);
