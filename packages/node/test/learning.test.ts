import { createExperienceId, type LessonDraft, systemClock } from "@grapevine/core";
import { MemoryExperienceStore, sampleExperience } from "@grapevine/testing";
import { pino } from "pino";
import { expect, it } from "vitest";
import { createActivity } from "../src/activity.ts";
import { createLearning } from "../src/learning.ts";

const draft: LessonDraft = {
  kind: "procedure",
  title: "Open the shed",
  situation: "The shed is shut",
  guidance: "Lift the door while you pull it",
  evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "feedback" },
  tags: [],
  derivedFrom: [],
};

it.each([
  ["teaches what was distilled", false, [draft]],
  ["teaches nothing of an experience that is forgotten while the model writes", true, []],
])("%s", async (_what, isForgotten, expected) => {
  const experiences = new MemoryExperienceStore();
  const experience = sampleExperience(createExperienceId(systemClock), { distillation: "queued" });
  await experiences.append(experience);
  const taught: LessonDraft[] = [];
  const learning = createLearning({
    experiences,
    distiller: {
      distil: async () => {
        if (isForgotten) await experiences.forget(experience.id);
        return { drafts: [draft], refusals: [] };
      },
      counts: () => ({ experiences: 0, drafts: 0, refusals: 0, repairs: 0, failures: 0 }),
    },
    teach: async (made) => taught.push(made),
    activity: createActivity(),
    log: pino({ level: "silent" }),
  });
  learning.start();
  await learning.settled();
  expect(taught).toEqual(expected);
  await learning.stop();
});
