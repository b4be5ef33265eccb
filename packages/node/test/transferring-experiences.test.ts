/** Experiences that go from node to node as a file, over the control API. */
import type { Experience } from "@grapevine/core";
import { expect, it } from "vitest";
import { type ControlClient, createControlClient } from "../src/client.ts";
import { maxExperienceImportBytes, maxImportedExperiences } from "../src/transfer-limits.ts";
import { type Served, serve } from "./serving.ts";

function clientOf({ url, token }: Served): ControlClient {
  return createControlClient({ name: "node", api: url }, token);
}

async function exported(node: Served): Promise<Experience[]> {
  const experiences: Experience[] = [];
  const summary = await clientOf(node).exportExperiences((experience) => void experiences.push(experience));
  expect(summary).toEqual({ experiences: experiences.length });
  return experiences;
}

it("are taken as one's own, in their order, once; and move no counts", async () => {
  const [one, other] = [await serve(), await serve()];
  const taught = await one.service.teach({ situation: "The door squeaks", guidance: "Put oil on its hinges" });
  const first = await one.service.record({ task: "Stop the door", answer: "oil", verdict: "worked", lessons: [taught.id] });
  const second = await one.service.record({ task: "Stop the window", answer: "wax" });
  const experiences = await exported(one);
  expect(experiences.map(({ id }) => id)).toEqual([first.experienceId, second.experienceId]);

  expect(await clientOf(other).importExperiences({ experiences })).toEqual(
    experiences.map(({ id }) => ({ state: "imported", id })),
  );
  expect(await clientOf(other).importExperiences({ experiences })).toEqual(experiences.map(({ id }) => ({ state: "here", id })));
  expect((await exported(other)).map(({ id, outcome }) => [id, outcome?.verdict])).toEqual([
    [first.experienceId, "worked"],
    [second.experienceId, undefined],
  ]);
  const before = (await one.service.lesson(taught.id)).outcomes;
  expect(await clientOf(one).importExperiences({ experiences })).toEqual(experiences.map(({ id }) => ({ state: "here", id })));
  expect((await one.service.lesson(taught.id)).outcomes).toEqual(before);
});

it("are refused one by one where they are none, and the rest is taken", async () => {
  const [one, other] = [await serve(), await serve()];
  await one.service.record({ task: "Stop the door", answer: "oil" });
  const [good] = await exported(one);
  const replies = await clientOf(other).importExperiences({
    experiences: [{ ...good, id: "../key" }, { ...good, prompt: 7 }, "text", { ...good, grants: "all" }, good],
  });
  expect(replies.map(({ state }) => state)).toEqual(["refused", "refused", "refused", "refused", "imported"]);
  expect(replies[1]?.refused).toMatch(/^prompt: /);
});

it("wait for nothing that cannot be distilled", async () => {
  const [one, other] = [await serve(), await serve()];
  await one.service.record({ task: "Stop the door", answer: "oil" });
  const [good] = await exported(one);
  const outcome = { verdict: "worked", verifiedBy: "feedback", at: 1 };
  const id = (end: string): string => `${good?.id.slice(0, -1)}${end}`;
  await clientOf(other).importExperiences({
    experiences: [
      { ...good, id: id("1"), distillation: "queued" },
      { ...good, id: id("2"), distillation: "queued", outcome, answeredBy: one.peerId },
      { ...good, id: id("3"), distillation: "distilled", outcome },
    ],
  });
  expect((await exported(other)).map(({ distillation }) => distillation)).toEqual(["waiting", "waiting", "distilled"]);
});

it("come in requests of at most so many, and of so many bytes", async () => {
  const node = await serve();
  const many = (count: number): unknown[] => Array.from({ length: count }, () => 0);
  expect(await clientOf(node).importExperiences({ experiences: many(maxImportedExperiences) })).toHaveLength(
    maxImportedExperiences,
  );
  await expect(clientOf(node).importExperiences({ experiences: many(maxImportedExperiences + 1) })).rejects.toMatchObject({
    code: "API_REQUEST_INVALID",
  });
  const around = JSON.stringify({ experiences: [""] }).length;
  const text = (bytes: number): unknown[] => ["x".repeat(bytes - around)];
  expect(await clientOf(node).importExperiences({ experiences: text(maxExperienceImportBytes) })).toHaveLength(1);
  await expect(clientOf(node).importExperiences({ experiences: text(maxExperienceImportBytes + 1) })).rejects.toMatchObject({
    code: "API_REQUEST_INVALID",
  });
});
