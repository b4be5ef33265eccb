import { describe, expect, it } from "vitest";
import type { LiveEvent } from "../src/control/dashboard-contract.ts";
import { type Bench, connect, joined, patient, start } from "./bench.ts";

describe("watching a node", () => {
  function watch({ dashboard }: Bench): { events: LiveEvent[]; moves: () => unknown[]; leave: () => void } {
    const events: LiveEvent[] = [];
    const leave = dashboard.watch((event) => events.push(event));
    const moves = (): unknown[] =>
      events.flatMap((event) =>
        event.type === "lessons" ? event.lessons.map(({ id, moved, state, from }) => ({ id, moved, state, from })) : [],
      );
    return { events, moves, leave };
  }
  const teach = async ({ service }: Bench): Promise<string> =>
    (await service.teach({ situation: "A door squeaks", guidance: "Oil its hinges" })).id;

  it("tells of a lesson where it is made, and where it arrives, by whom, and that it was taken back", async () => {
    const { learner, teacher } = await joined();
    const [there, here] = [watch(teacher), watch(learner)];
    const id = await teach(teacher);
    await expect.poll(there.moves, patient).toContainEqual({ id, moved: "made", state: "own", from: undefined });
    const from = teacher.peerId;
    await expect.poll(here.moves, patient).toContainEqual({ id, moved: "arrived", state: "admitted", from });
    await teacher.service.retract(id);
    await expect.poll(here.moves, patient).toContainEqual(expect.objectContaining({ id, moved: "changed", state: "retracted" }));
    there.leave();
    here.leave();
  });

  it("tells the status at once, who comes, what is asked, and what is forgotten", async () => {
    const [host, guest] = [await start(), await start()];
    const id = await teach(host);
    const { events, leave } = watch(host);
    const types = (): string[] => events.map(({ type }) => type);
    await expect.poll(types, patient).toContain("status");
    events.length = 0;
    await connect(guest, host);
    await expect.poll(types, patient).toContain("peers");
    events.length = 0;
    await host.service.ask({ question: "Is it so?" });
    await expect.poll(types, patient).toContain("experiences");
    await host.service.forgetLesson(id);
    await expect.poll(() => events.flatMap((event) => (event.type === "lessons" ? event.gone : [])), patient).toEqual([id]);
    leave();
  });

  it("maps who is there, and who learned from whom by their own words", async () => {
    const { learner, teacher } = await joined((request) => (request.format === undefined ? "Oil its hinges" : "{}"));
    await teach(teacher);
    await expect.poll(async () => (await learner.service.status()).lessons.admitted, patient).toBe(1);
    await expect.poll(async () => (await learner.service.status()).queues.embedding, patient).toBe(0);
    const { experienceId, lessons } = await learner.service.ask({ question: "A door squeaks" });
    expect(lessons).toHaveLength(1);
    await learner.service.feedback({ experience: experienceId, verdict: "worked" });
    const link = { from: teacher.peerId, by: learner.peerId, lessons: 1, worked: 1, changed: 0, failed: 0 };
    expect(await learner.dashboard.swarmMap()).toMatchObject({
      self: learner.peerId,
      peers: [
        { peerId: learner.peerId, standing: "self", connected: true, lessons: 0 },
        { peerId: teacher.peerId, standing: "trusted", connected: true, lessons: 1 },
      ],
      learned: [link],
    });
    await expect.poll(async () => (await teacher.dashboard.swarmMap()).learned, patient).toEqual([link]);
  });
});
