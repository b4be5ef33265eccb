import { createAgent } from "@grapevine/agent";
import type { Environment, Experience } from "@grapevine/core";
import { openEnvironment } from "@grapevine/practice";
import { MemoryExperienceStore, ScriptedModel, sampleIdentity } from "@grapevine/testing";
import { pino } from "pino";
import { expect, it } from "vitest";
import { createActivity } from "../src/activity.ts";
import { createIdlePractice, type IdlePractice } from "../src/idle-practice.ts";

const log = pino({ level: "silent" });

async function scene(replies: ConstructorParameters<typeof ScriptedModel>[0]["replies"]): Promise<{
  practice: IdlePractice;
  experiences: MemoryExperienceStore;
  woken: () => number;
  model: ScriptedModel;
}> {
  const model = new ScriptedModel({ replies });
  const experiences = new MemoryExperienceStore();
  const { author } = sampleIdentity(1);
  const clock = { now: () => 1_800_000_000_000 };
  const agent = createAgent({ model: () => model, recall: async () => [], experiences, clock, nameOf: () => "me", self: author });
  let woken = 0;
  const learning = {
    wake: () => {
      woken += 1;
    },
  };
  const practice = createIdlePractice(await openEnvironment("tools:7"), { agent, experiences, learning, log });
  return { practice, experiences, woken: () => woken, model };
}

it("does a task of each kind before it comes back to one, and queues what it lived through", async () => {
  const { practice, experiences, woken } = await scene(() => "help");
  for (let turn = 0; turn < 6; turn++) expect(await practice.next(new AbortController().signal)).toBe(true);
  const kept: Experience[] = [];
  for await (const experience of experiences.list()) kept.push(experience);
  expect(new Set(kept.map(({ task }) => task?.family)).size).toBe(6);
  expect(kept.every(({ distillation }) => distillation === "queued")).toBe(true);
  expect(woken()).toBe(6);
  expect(practice.totals()).toEqual({ environment: "tools:7", tasks: 6, solved: 0, brokenOff: 0 });
});

it("is broken off as soon as somebody asks something, and keeps nothing of the task", async () => {
  const activity = createActivity();
  const asked = Promise.withResolvers<void>();
  const { practice, experiences } = await scene((request) => {
    asked.resolve();
    return request.signal === undefined ? expect.fail("no signal") : "help";
  });
  const working = activity.background(async (signal) => {
    const done = practice.next(signal);
    await asked.promise;
    return await done;
  });
  await asked.promise;
  const answered = activity.during(async () => "answer");
  await expect(working).rejects.toThrow();
  expect(await answered).toBe("answer");
  expect(experiences.count()).toBe(0);
  expect(practice.totals()).toMatchObject({ tasks: 0, brokenOff: 1 });
});

it("is refused where something outside would notice", async () => {
  const { simulated: _, ...rest } = await openEnvironment("tools:7");
  const outside: Environment = { ...rest, simulated: false };
  const { experiences } = await scene([]);
  const components = { agent: { attempt: () => expect.fail("tried") }, experiences, learning: { wake: () => undefined }, log };
  expect(() => createIdlePractice(outside, components)).toThrow(expect.objectContaining({ code: "PRACTICE_NOT_SIMULATED" }));
});
