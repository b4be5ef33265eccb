/** Experiences appended one by one, each acknowledged when it is durable. Beside it: bare LevelDB's synced puts of values as long. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createExperienceId, type Experience, systemClock } from "@grapevine/core";
import { openStore } from "@grapevine/store";
import { ClassicLevel } from "classic-level";
import { temporaryFolder } from "./data.ts";
import { type Bench, elapsedMs, figure, interleaved } from "./measure.ts";

const perRound = 100;
const rounds = 15;

export const append: Bench = {
  name: "append",
  summary: "experiences acknowledged one by one",
  measure: async () => {
    const folder = await temporaryFolder();
    const store = await openStore({ path: join(folder, "store"), clock: systemClock });
    const level = new ClassicLevel<string, string>(join(folder, "bare"));
    const rate = (ms: number): number => (perRound / ms) * 1_000;
    try {
      const measured = await interleaved(
        rounds,
        async (round) => rate(await elapsedMs(() => appendAll(round, (experience) => store.experiences.append(experience)))),
        async (round) => rate(await elapsedMs(() => appendAll(round, (experience) => putSynced(level, experience)))),
      );
      const bar = { of: "ratio", least: 0.5 } as const;
      return figure({ name: "append", unit: "experiences/s", measured, referenceName: "LevelDB's synced puts", bar });
    } finally {
      await store.close();
      await level.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function appendAll(round: number, keep: (experience: Experience) => Promise<void>): Promise<void> {
  for (let place = 0; place < perRound; place++) await keep(experienceOf(round * perRound + place));
}

async function putSynced(level: ClassicLevel<string, string>, experience: Experience): Promise<void> {
  await level.put(experience.id, JSON.stringify(experience), { sync: true });
}

function experienceOf(number: number): Experience {
  const createdAt = 1_700_000_000_000 + number;
  return {
    id: createExperienceId({ now: () => createdAt }),
    createdAt,
    prompt: `How is box number ${number} listed in order of size, without those that are empty?`,
    steps: [{ action: `stash peek box-${number} --by size`, observation: "pin\nnail\nscrew", accepted: true }],
    answer: "With peek and the field after --by; the empty ones are left out by --some.",
    lessons: [],
    model: "bench",
    ms: 12.5,
    distillation: "waiting",
  };
}
