import type { Answer } from "@grapevine/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, grapevine, type NodeProcess, Nodes } from "./harness.ts";

/** For tests that wait for the packaged model, on a machine that has other work. */
const slowMs = 90_000;

describe("a swarm of real processes", () => {
  let nodes: Nodes;
  let ada: NodeProcess;
  let basil: NodeProcess;
  beforeAll(async () => {
    nodes = await Nodes.create();
    ada = await nodes.up("ada");
    const { invite } = await ada.client.invite();
    basil = await nodes.up("basil", ["--join", invite, "--trust", "--answer", "swarm", "--keep-asked", "no"]);
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

  let dora: NodeProcess;
  const question = "The blue pump stops and its lamp blinks twice. What now?";
  const ask = (...more: string[]): Promise<Finished> =>
    grapevine(["ask", question, ...more, "--node", "dora", "--home", nodes.home, "--json"]);

  it("refuses a question of a peer that it was not told to trust, and says what would help", async () => {
    dora = await nodes.up("dora", ["--join", (await ada.client.invite()).invite]);
    const { code, stdout } = await ask("--peer", "ada");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: "ASK_NOT_TRUSTED", hint: expect.stringContaining(`grapevine peers trust ${dora.status.peerId}`) },
    });
  });

  it("answers a question through the peer that learnt, and says who did", { timeout: slowMs }, async () => {
    await ada.client.trustPeer(dora.status.peerId);
    const answered = await ask("--peer", "ada");
    expect(answered, answered.stdout).toMatchObject({ code: 0, stderr: "" });
    const answer = JSON.parse(answered.stdout) as Answer;
    expect(answer.answeredBy).toEqual({ peerId: ada.status.peerId, name: "ada" });
    expect(answer.lessons.map(({ author }) => author)).toContain(ada.status.peerId);
    expect(await dora.client.experience(answer.experienceId)).toMatchObject({ prompt: question });
  });

  it("asks the surest of all with --best, and says why", { timeout: slowMs }, async () => {
    // dora holds what ada taught, since she does not trust ada; basil, whom she trusts, believes it, and is surer than she.
    await dora.client.join({ invite: (await basil.client.invite()).invite, trust: true });
    expect(await basil.client.status()).toMatchObject({ answers: "swarm", keepsAsked: false });
    const best = await ask("--best");
    expect(best, best.stdout).toMatchObject({ code: 0, stderr: "" });
    const { answeredBy, chosen } = JSON.parse(best.stdout) as Answer;
    expect(answeredBy).toEqual({ peerId: basil.status.peerId, name: "basil" });
    expect(chosen?.map(({ peerId, reason }) => [peerId, reason.split(":")[0]])).toEqual([
      [basil.status.peerId, "answered"],
      [dora.status.peerId, "not asked"],
    ]);
    expect(await dora.stop()).toBe(0);
  });

  it("does not let a secret leave in a question to a peer", async () => {
    const token = ["ghp", "16C7e42F292c6912E7710c838347Ae178B4a"].join("_");
    await expect(basil.client.ask({ question: `Does ${token} work?`, peer: "ada" })).rejects.toMatchObject({
      code: "QUESTION_REFUSED",
    });
  });

  it("finds its swarm and its settings again after a restart, without a command", async () => {
    expect(await basil.stop()).toBe(0);
    basil = await nodes.up("basil");
    expect(basil.status).toMatchObject({ answers: "swarm", keepsAsked: false });
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
