import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grapevine, type NodeProcess, Nodes } from "./harness.ts";

describe("a swarm of real processes", () => {
  let nodes: Nodes;
  let ada: NodeProcess;
  let basil: NodeProcess;
  beforeAll(async () => {
    nodes = await Nodes.create();
    ada = await nodes.up("ada");
    const { invite } = await ada.client.invite();
    basil = await nodes.up("basil", ["--join", invite, "--trust"]);
  });
  afterAll(() => nodes.close());

  const lesson = {
    situation: "The blue pump of the garden stops and its lamp blinks twice",
    guidance: "Turn the brass valve to the left and wait ten seconds",
  };
  const stateAt = async (node: NodeProcess, id: string): Promise<string | undefined> =>
    (await node.client.lessons()).find((each) => each.id === id)?.state;

  it("gossips a lesson to a peer that trusts its author, and holds it at one that does not", async () => {
    const { id } = await ada.client.teach(lesson);
    await expect.poll(() => stateAt(basil, id), { timeout: 10_000 }).toBe("admitted");
    const { invite } = await basil.client.invite();
    const cleo = await nodes.up("cleo", ["--join", invite]);
    const joinedAt = Date.now();
    await expect.poll(() => stateAt(cleo, id), { timeout: 5_000, interval: 50 }).toBe("held");
    expect(Date.now() - joinedAt).toBeLessThan(5_000);
    expect(await cleo.stop()).toBe(0);
  });

  it("retracts at every peer what its author takes back, and at nobody's else word", async () => {
    const { id } = await ada.client.teach({ situation: "A cat sits on the keyboard", guidance: "Offer it a box" });
    await expect.poll(() => stateAt(basil, id), { timeout: 10_000 }).toBe("admitted");
    await expect(basil.client.retract(id)).rejects.toMatchObject({ code: "LESSON_NOT_OWN" });
    await ada.client.retract(id, { reason: "cats differ" });
    await expect.poll(() => stateAt(basil, id), { timeout: 10_000 }).toBe("retracted");
  });

  it("answers a question through the peer that learnt, and says who did", async () => {
    const dora = await nodes.up("dora", ["--join", (await ada.client.invite()).invite]);
    const words = [
      "ask",
      "The blue pump stops and its lamp blinks twice. What now?",
      "--peer",
      "ada",
      "--node",
      "dora",
      "--home",
      nodes.home,
      "--json",
    ];
    const { code, stdout, stderr } = await grapevine(words);
    expect(stderr + stdout).not.toContain("error");
    expect(code).toBe(0);
    const answer = JSON.parse(stdout) as {
      answeredBy: { peerId: string; name: string };
      lessons: { title: string; author: string }[];
      experienceId: string;
    };
    expect(answer.answeredBy).toEqual({ peerId: ada.status.peerId, name: "ada" });
    expect(answer.lessons.map(({ author }) => author)).toContain(ada.status.peerId);
    expect(await dora.client.experience(answer.experienceId)).toMatchObject({ prompt: words[1] });
    expect(await dora.stop()).toBe(0);
  });

  it("does not let a secret leave in a question to a peer", async () => {
    const token = ["ghp", "16C7e42F292c6912E7710c838347Ae178B4a"].join("_");
    await expect(basil.client.ask({ question: `Does ${token} work?`, peer: "ada" })).rejects.toMatchObject({
      code: "QUESTION_REFUSED",
    });
  });

  it("finds its swarm again after a restart, without a command", async () => {
    expect(await basil.stop()).toBe(0);
    basil = await nodes.up("basil");
    await expect.poll(async () => (await basil.client.status()).peers, { timeout: 20_000 }).toBeGreaterThan(0);
    const { id } = await ada.client.teach({ situation: "The kettle whistles", guidance: "Take it off the fire" });
    await expect.poll(() => stateAt(basil, id), { timeout: 15_000 }).toBe("admitted");
  });

  it("counts feedback, and moves the trust in the author of the lesson that was used", async () => {
    const before = (await basil.client.peers()).find(({ peerId }) => peerId === ada.status.peerId);
    const { experienceId, lessons } = await basil.client.ask({
      question: "The blue pump of the garden stops, its lamp blinks twice. What should I do?",
    });
    expect(lessons.map(({ author }) => author)).toContain(ada.status.peerId);
    for (let time = 0; time < 4; time++)
      await basil.client.feedback({ experience: experienceId, verdict: time % 2 === 0 ? "failed" : "worked" });
    const used = lessons.find(({ author }) => author === ada.status.peerId)?.id ?? "";
    expect((await basil.client.lesson(used)).outcomes).toEqual({ worked: 1, changed: 0, failed: 0 });
    await expect
      .poll(async () => (await ada.client.lesson(used)).attestations, { timeout: 10_000 })
      .toEqual([{ author: basil.status.peerId, worked: 1, changed: 0, failed: 0 }]);
    expect(before?.standing).toBe("trusted");
  });
});
