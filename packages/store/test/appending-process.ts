/** A process that opens the store in the given folder, writes without end, and says on stdout, a line each, what was acknowledged. Tests kill it. */
import { writeSync } from "node:fs";
import { systemClock } from "@grapevine/core";
import { sampleExperience, sampleIdentity, sampleLesson, sampleStoredLesson } from "@grapevine/testing";
import { openStore } from "../src/index.ts";

const [path = "", round = ""] = process.argv.slice(2);
const store = await openStore({ path, clock: systemClock });
const identity = sampleIdentity(1);

// Synchronous: what was acknowledged is in the pipe even when the kill comes right after.
function acknowledge(line: string): void {
  writeSync(1, `${line}\n`);
}

async function appendExperiences(): Promise<void> {
  for (let i = 0; ; i++) {
    const id = `01ROUND${round}N${i}`;
    await store.experiences.append(sampleExperience(id, { answer: "x".repeat((i * 37) % 3000) }));
    acknowledge(`experience ${id}`);
    if (i % 5 !== 0) continue;
    await store.experiences.update(id, { outcome: { verdict: "worked", verifiedBy: "feedback", at: 1 } });
    acknowledge(`judged ${id}`);
  }
}

async function applyLessons(): Promise<void> {
  for (;;) {
    const seq = store.lessons.nextSequence();
    acknowledge(`sequence ${seq}`);
    const label = store.lessons.nextLabel();
    acknowledge(`label ${label}`);
    const record = sampleLesson(identity, { seq });
    await store.lessons.apply([{ kind: "lesson", lesson: sampleStoredLesson(record, label, "own") }]);
    acknowledge(`lesson ${record.id}`);
  }
}

await Promise.all([appendExperiences(), applyLessons()]);
