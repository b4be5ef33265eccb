import type { GenerationRequest } from "@grapevine/core";
import { networkErrors } from "@grapevine/network";
import { describe, expect, it } from "vitest";
import { askBest } from "../src/asking-best.ts";
import type { Answer } from "../src/control/agent-contract.ts";
import { type Bench, connect, embedded, patient, start } from "./bench.ts";

const question = "The door squeaks. What helps?";
const token = ["ghp", "16C7e42F292c6912E7710c838347Ae178B4a"].join("_");
const lesson = { situation: "The door squeaks", guidance: "Oil its hinges" };

/** A node that its peers see as `name`, and what it was told of the question in its prompts. */
function node(name: string, reply: (request: GenerationRequest) => string = () => `${name} says`): Promise<Bench> {
  return start({ name, reply });
}

/** Joins and, unless told else, trusts both ways. */
async function befriend(asker: Bench, friend: Bench): Promise<void> {
  await connect(asker, friend);
  await asker.service.trustPeer(friend.peerId);
  await friend.service.trustPeer(asker.peerId);
}

/** Teaches the node something that the asker does not come to believe: what a peer knows, the asker holds while it does not trust the author. */
async function teachBy(author: Bench, ...believers: Bench[]): Promise<void> {
  const { id } = await author.service.teach(lesson);
  for (const believer of believers) {
    await connect(believer, author);
    await believer.service.trustPeer(author.peerId);
    await expect
      .poll(async () => (await believer.service.lessons()).find((each) => each.id === id)?.state, patient)
      .toBe("admitted");
    await embedded(believer);
  }
  await embedded(author);
}

describe("asking whoever is surest", () => {
  it("asks the peer that knows a lesson on it, and says why", async () => {
    const [asker, knowing, ignorant, author] = [
      await node("asker"),
      await node("knowing"),
      await node("ignorant"),
      await node("author"),
    ];
    await befriend(asker, ignorant);
    await befriend(asker, knowing);
    await teachBy(author, knowing);
    const answer = await asker.service.ask({ question, best: true });
    expect(answer).toMatchObject({ answer: "knowing says", answeredBy: { peerId: knowing.peerId, name: "knowing" } });
    expect(answer.lessons).toMatchObject([{ author: author.peerId, trust: 0 }]);
    const [first, second, third, ...more] = answer.chosen ?? [];
    expect(more).toEqual([]);
    expect(first).toMatchObject({ peerId: knowing.peerId, name: "knowing", trust: 0.5 });
    const { score, similarity = 0, utility = 0, trust } = first ?? expect.fail("nobody was considered");
    expect(score).toBeCloseTo((trust * similarity * (1 + utility)) / 2, 2);
    expect(first?.reason).toBe(`answered: similarity ${similarity.toFixed(2)}, utility ${utility.toFixed(2)}, trust 0.50`);
    expect(second).toEqual({
      peerId: asker.peerId,
      name: "asker",
      score: 0,
      trust: 1,
      reason: "not asked: no lesson near the question",
    });
    expect(third).toMatchObject({ peerId: ignorant.peerId, score: 0, reason: "not asked: no lesson near the question" });
    // Recall alone: nothing was generated for the probes.
    expect([asker, ignorant].map(({ model }) => model.requests.length)).toEqual([0, 0]);
  });

  it("answers itself when no peer is better, and shows the question to nobody whom it has no reason to trust", async () => {
    const [asker, friend, stranger] = [await node("asker"), await node("friend"), await node("stranger")];
    await befriend(asker, friend);
    await connect(asker, stranger);
    await stranger.service.trustPeer(asker.peerId);
    await teachBy(stranger);
    await asker.service.teach(lesson);
    await embedded(asker);
    await expect.poll(async () => (await friend.service.lessons()).length, patient).toBe(2);
    await embedded(friend);
    const { answer, chosen } = await asker.service.ask({ question, best: true });
    expect(answer).toBe("asker says");
    expect(chosen?.map(({ peerId }) => peerId)).toEqual([asker.peerId, friend.peerId]);
    expect(stranger.network.counters()["ask.probed"]).toBeUndefined();
    expect(friend.network.counters()["ask.probed"]).toBe(1);
  });

  it("falls back to the next when the best refuses, and to itself when all do", async () => {
    const asker = await node("asker");
    const best = await node("best", () => `It is ${token}`);
    const next = await node("next");
    const author = await node("author");
    for (const friend of [best, next]) await befriend(asker, friend);
    await teachBy(author, best, next);
    // Both know the same lesson; whichever is asked first, the answer of the one never leaves it.
    expect(await asker.service.ask({ question, best: true })).toMatchObject({ answer: "next says" });
    await next.service.allowPeer(asker.peerId);
    const alone = await asker.service.ask({ question, best: true });
    expect(alone.answer).toBe("asker says");
    const why = new Map(alone.chosen?.map(({ peerId, reason }) => [peerId, reason]));
    expect(why.get(best.peerId)).toMatch(/^ANSWER_WITHHELD: /);
    expect(why.get(next.peerId)).toMatch(/^ASK_NOT_TRUSTED: /);
    expect(why.get(asker.peerId)).toMatch(/^answered: /);
  });

  it("lets no secret out in a probe, unless it is forced to, and then says what left", async () => {
    const [asker, friend] = [await node("asker"), await node("friend")];
    await befriend(asker, friend);
    const secret = `${question} Is it ${token}?`;
    await expect(asker.service.ask({ question: secret, best: true })).rejects.toMatchObject({
      code: "QUESTION_REFUSED",
      hint: expect.stringContaining("--force"),
    });
    expect(friend.network.counters()["ask.probed"]).toBeUndefined();
    const start = secret.indexOf(token);
    const forced = await asker.service.ask({ question: secret, best: true, force: true });
    expect(forced.sentDespite).toContainEqual(expect.objectContaining({ kind: "secret", start, end: start + token.length }));
    expect(friend.network.counters()["ask.probed"]).toBe(1);
    const sent = await asker.service.ask({ question: secret, peer: friend.peerId, force: true });
    expect(sent).toMatchObject({ answer: "friend says", sentDespite: forced.sentDespite });
    expect(await asker.service.ask({ question, peer: friend.peerId, force: true })).not.toHaveProperty("sentDespite");
    // What is asked of the own agent stays here, so that nothing is to be forced.
    expect(await asker.service.ask({ question: secret })).not.toHaveProperty("sentDespite");
  });

  it("is for one peer or for the best, not for both", async () => {
    const asker = await node("asker");
    await expect(asker.service.ask({ question, best: true, peer: "friend" })).rejects.toMatchObject({
      code: "API_REQUEST_INVALID",
    });
  });

  it("asks nobody else once an answer has begun, or the user has had enough; who comes later has less time", async () => {
    const [self, first, second] = ["self", "first", "second"];
    let now = 1_000;
    const patience: (number | undefined)[] = [];
    const run = (fate: (peer: string, onText: (text: string) => void) => string): Promise<Answer> =>
      askBest(
        { question, timeoutMs: 500 },
        () => undefined,
        {},
        async (peer, timeoutMs, onText) => {
          patience.push(timeoutMs);
          now += 100;
          throw networkErrors.create(fate(peer, onText) as "ASK_CUT", "it ended");
        },
        {
          self,
          clock: { now: () => now },
          recall: async () => [],
          trustOf: () => 1,
          nameOf: () => undefined,
          network: {
            peers: () => [first, second].map((peerId) => ({ peerId, addresses: [], direction: "inbound", connectedSince: 0 })),
            probe: async (peer) => ({ similarity: peer === first ? 0.9 : 0.8, utility: 0 }),
          },
        },
      );
    const asked: string[] = [];
    const cut = run((peer, onText) => {
      asked.push(peer);
      if (peer === second) onText("Oil");
      return "ASK_CUT";
    });
    await expect(cut).rejects.toMatchObject({ code: "ASK_CUT" });
    expect(asked).toEqual([first, second]);
    expect(patience).toEqual([500, 400]);
    await expect(run(() => "ASK_CANCELLED")).rejects.toMatchObject({ code: "ASK_CANCELLED" });
    expect(patience).toHaveLength(3);
  });
});
