/**
 * A process that says `waiting`, takes the generation lock some times, and says when it had it: `[[begin, end], …]` in milliseconds of the machine's
 * clock. With `forever` it says `holding` and keeps the lock until it is killed.
 */
import { setTimeout as pause } from "node:timers/promises";
import { GenerationLock } from "../../src/locking/generation-lock.ts";

const [folder = "", times = "1"] = process.argv.slice(2);
const lock = new GenerationLock({ folder });
if (times === "forever") {
  await lock.run(async () => {
    process.stdout.write("holding\n");
    await pause(600_000);
  });
}
process.stdout.write("waiting\n");
const spans: [number, number][] = [];
for (let i = 0; i < Number(times); i++) {
  await lock.run(async () => {
    const begin = Date.now();
    await pause(60);
    spans.push([begin, Date.now()]);
  });
}
process.stdout.write(`${JSON.stringify(spans)}\n`);
