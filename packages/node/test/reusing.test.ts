import type { Experience } from "@grapevine/core";
import { MemoryExperienceStore } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { ReuseBook } from "../src/reusing.ts";
import { start } from "./bench.ts";

const question = "How do I list a box by size?";
const reworded = "Could you tell me how to list a box by size?";
const lookAlike = "How do I list a box by age?";

describe("a node", () => {
  it("gives a verified answer again without the model, until it turns out wrong", async () => {
    const replies = ["peek --by size", "peek --by age", "something new"];
    const { service, model } = await start({ reply: () => replies[model.requests.length - 1] ?? "" });
    const first = await service.ask({ question });
    expect(first).toMatchObject({ reused: false, answer: "peek --by size" });
    await service.feedback({ experience: first.experienceId, verdict: "worked" });

    let streamed = "";
    const again = await service.ask({ question: reworded }, (text) => {
      streamed += text;
    });
    expect(again).toMatchObject({ reused: true, reusedFrom: first.experienceId, answer: "peek --by size", lessons: [] });
    expect(streamed).toBe("peek --by size");
    expect(again.experienceId).not.toBe(first.experienceId);
    expect(await service.ask({ question: lookAlike })).toMatchObject({ reused: false, answer: "peek --by age" });
    expect(model.requests).toHaveLength(2);

    await service.feedback({ experience: again.experienceId, verdict: "failed" });
    expect(await service.ask({ question })).toMatchObject({ reused: false, answer: "something new" });
    expect(await service.experience(first.experienceId)).toMatchObject({ verdict: "worked" });
  });

  it("asks the model where it is told to, where the answer was not verified, and where it depends", async () => {
    const { service, model } = await start();
    const verified = async (text: string): Promise<void> => {
      const { experienceId } = await service.ask({ question: text, fresh: true });
      await service.feedback({ experience: experienceId, verdict: "worked" });
    };
    await service.ask({ question });
    expect(await service.ask({ question })).toMatchObject({ reused: false });
    await verified(question);
    expect(await service.ask({ question })).toMatchObject({ reused: true });
    for (const how of [{ fresh: true }, { lessons: false }, { bothSides: true }])
      expect(await service.ask({ question, ...how })).toMatchObject({ reused: false });
    await verified("What time is it in Oslo?");
    expect(await service.ask({ question: "What time is it in Oslo?" })).toMatchObject({ reused: false });
    expect(model.requests).toHaveLength(8);
  });

  it("gives nothing again whose experience was erased, nor with reuse turned off", async () => {
    const { service } = await start();
    const { experienceId } = await service.ask({ question });
    await service.feedback({ experience: experienceId, verdict: "worked" });
    const again = await service.ask({ question });
    expect(again.reused).toBe(true);
    // What was given again is no source of its own.
    await service.feedback({ experience: again.experienceId, verdict: "worked" });
    await service.forgetExperience(experienceId);
    expect(await service.ask({ question })).toMatchObject({ reused: false });

    const { service: off } = await start({ settings: { reuse: false } });
    const { experienceId: kept } = await off.ask({ question });
    await off.feedback({ experience: kept, verdict: "worked" });
    expect(await off.ask({ question })).toMatchObject({ reused: false });
    expect(await off.status()).toMatchObject({ reuses: false });
  });
});

describe("the book of verified answers", () => {
  let number = 0;
  function lived(change: Partial<Experience>): Experience {
    number += 1;
    return {
      id: `01HF7YAT00TEST${String(number).padStart(12, "0")}`,
      createdAt: number,
      prompt: question,
      steps: [],
      answer: "peek",
      outcome: { verdict: "worked", verifiedBy: "feedback", at: number },
      lessons: [],
      model: "m",
      ms: 1,
      distillation: "queued",
      ...change,
    };
  }
  const done = (environment: string, answer: string, ...failed: readonly string[]): Partial<Experience> => ({
    task: { environment, id: "t", family: "f" },
    answer,
    steps: [
      ...failed.map((action) => ({ action, observation: "", accepted: false })),
      { action: answer, observation: "", accepted: true },
    ],
  });

  async function bookOf(experiences: readonly Experience[], maxAnswers?: number): Promise<ReuseBook> {
    const store = new MemoryExperienceStore();
    for (const experience of experiences) await store.append(experience);
    const book = new ReuseBook(store, maxAnswers === undefined ? {} : { maxAnswers });
    await book.open();
    return book;
  }

  it("knows after a start what the store holds, the newest answer first", async () => {
    const book = await bookOf([lived({ answer: "old" }), lived({ answer: "new" }), lived({ prompt: lookAlike })]);
    expect(await book.find(reworded)).toMatchObject({ answer: "new", model: "m" });
  });

  it("takes only this node's own answers that worked, and the one action that did a task", async () => {
    const outcome = { verdict: "changed", verifiedBy: "feedback", at: 1 } as const;
    const { task } = lived(done("tools:1", "a"));
    const others: readonly Partial<Experience>[] = [
      { outcome },
      { outcome: { ...outcome, verdict: "worked", reuseEnded: true } },
      { outcome: undefined },
      { askedBy: "12D3KooWA" },
      { answeredBy: "12D3KooWA" },
      { reusedFrom: "01HF7YAT00TEST000000000001" },
      { withinConversation: true },
      { answer: "" },
      { ...done("tools:1", "b"), distillation: "waiting" },
      { task, answer: "b", steps: ["a", "b"].map((action) => ({ action, observation: "", accepted: true })) },
    ];
    for (const change of others)
      expect(await (await bookOf([lived(change)])).find(question, change.task?.environment)).toBeUndefined();
    expect(await (await bookOf([lived(done("tools:1", "b", "a"))])).find(question)).toMatchObject({ answer: "b" });
  });

  it("keeps environments apart, and gives the user what they agree in", async () => {
    const [one, other] = [lived(done("tools:1", "a")), lived(done("tools:2", "b"))];
    const book = await bookOf([one, other]);
    expect(await book.find(question, "tools:1")).toMatchObject({ answer: "a" });
    expect(await book.find(question, "tools:3")).toBeUndefined();
    expect(await book.find(question)).toBeUndefined();
    expect(await (await bookOf([one, lived(done("tools:2", "a"))])).find(question)).toMatchObject({ answer: "a" });
    expect(await (await bookOf([one, lived({ answer: "mine" }), other])).find(question)).toMatchObject({ answer: "mine" });
  });

  it("ends all that would give the wrong answer again", async () => {
    const [source, twin, another] = [lived({}), lived({ prompt: reworded }), lived({ answer: "peer" })];
    const book = await bookOf([source, twin, another]);
    const outcome = { verdict: "failed", verifiedBy: "feedback", at: 9 } as const;
    const ended = await book.ending(lived({ reusedFrom: source.id, outcome }));
    expect(ended.map((change) => change.kind === "experience-outcome" && [change.id, change.outcome.reuseEnded])).toEqual([
      [source.id, true],
      [twin.id, true],
    ]);
    expect(await book.ending(lived({ reusedFrom: source.id }))).toEqual([]);
  });

  it("looks among as many answers as it may", async () => {
    const two = [lived({}), lived({ prompt: lookAlike })];
    expect(await (await bookOf(two, 2)).find(question)).toBeDefined();
    const one = await bookOf(two, 1);
    expect([await one.find(question), await one.find(lookAlike)]).toMatchObject([undefined, { answer: "peek" }]);
    one.note(two[0] as Experience);
    expect(await one.find(lookAlike)).toBeUndefined();
  });
});
