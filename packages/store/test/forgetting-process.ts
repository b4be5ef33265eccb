/** A process that writes lessons, archives and forgets them and scrubs the store without end, and says on stdout, a line each, what was acknowledged. Tests kill it. */
import { writeSync } from "node:fs";
import { systemClock } from "@grapevine/core";
import { sampleAttestation, sampleExperience, sampleIdentity, sampleLesson, sampleStoredLesson } from "@grapevine/testing";
import { openStore } from "../src/index.ts";

const [path = ""] = process.argv.slice(2);
const store = await openStore({ path, clock: systemClock });
const [alice, bob] = [sampleIdentity(1), sampleIdentity(2)];

// Synchronous: what was acknowledged is in the pipe even when the kill comes right after.
function acknowledge(line: string): void {
  writeSync(1, `${line}\n`);
}

async function forgetLessons(): Promise<void> {
  for (;;) {
    const seq = store.lessons.nextSequence();
    const record = sampleLesson(alice, { seq });
    const attestation = sampleAttestation(bob, { lesson: record.id, seq });
    await store.lessons.apply([
      { kind: "lesson", lesson: sampleStoredLesson(record, store.lessons.nextLabel(), "held") },
      { kind: "attestation", record: attestation },
    ]);
    acknowledge(`written ${record.id} ${attestation.id}`);
    const standing = { state: "archived", rule: "sample", reason: "made for a test", since: 1 } as const;
    await store.lessons.apply([{ kind: "archive", id: record.id, standing, prunedUtility: 0.5 }]);
    acknowledge(`archived ${record.id}`);
    if (seq % 2 === 0) continue;
    await store.lessons.apply([{ kind: "forget", id: record.id, reason: "forgotten" }]);
    acknowledge(`forgotten ${record.id}`);
  }
}

async function forgetExperiences(): Promise<void> {
  for (let i = 0; ; i++) {
    const id = `01PROCESS${process.pid}N${i}`;
    await store.experiences.append(sampleExperience(id));
    await store.experiences.forget(id);
    acknowledge(`gone ${id}`);
  }
}

async function scrub(): Promise<void> {
  for (;;) {
    await store.scrub();
    acknowledge("scrubbed");
  }
}

await Promise.all([forgetLessons(), forgetExperiences(), scrub()]);
