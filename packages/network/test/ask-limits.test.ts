import { limits } from "@grapevine/core";
import * as dagCbor from "@ipld/dag-cbor";
import type { Stream } from "@libp2p/interface";
import { lpStream } from "@libp2p/utils";
import { describe, expect, it } from "vitest";
import { AskQuota } from "../src/ask-quota.ts";
import type { AskPermission } from "../src/index.ts";
import {
  maxAnswersAtOnce,
  maxProbesAtOnce,
  maxStrangerAnswersAtOnce,
  peerProbeRate,
  peerQuestionRate,
  probeTimeoutMs,
  strangerProbeRate,
  strangerQuestionRate,
} from "../src/network-limits.ts";
import { answeringWith, asking, never, reply } from "./asking.ts";
import { startLiar } from "./liar.ts";
import { codeOf, createNode, withNodes } from "./swarm.ts";

describe("who may ask", () => {
  it.each([
    ["not-trusted", "ASK_NOT_TRUSTED"],
    ["closed", "ASK_CLOSED"],
  ] as const)("is refused before the question is read when the answerer says %s", async (permission, code) => {
    const answer = (): never => expect.fail("it was asked");
    const from: string[] = [];
    const answering = answeringWith(answer, {
      permission: (peer) => {
        from.push(peer);
        return permission;
      },
      probe: answer,
    });
    await asking(answering, async (here, peer, there) => {
      for (const question of ["Well?", "x".repeat(limits.maxQuestionBytes)]) {
        expect(await codeOf(here.network.ask(peer, question))).toBe(code);
        expect(await codeOf(here.network.probe(peer, question))).toBe(code);
      }
      expect(new Set(from)).toEqual(new Set([here.network.peerId]));
      expect(there.network.counters()).toMatchObject({ "ask.refused": 4 });
    });
  });

  it("is told whom to ask for trust, and what to have them type", async () => {
    await asking(answeringWith(never, { permission: () => "not-trusted" }), async (here, peer) => {
      await expect(here.network.ask(peer, "Well?")).rejects.toMatchObject({
        message: `${peer} refused: it answers only peers whom its owner trusts`,
        hint: expect.stringContaining(`grapevine peers trust ${here.network.peerId}`),
      });
    });
  });

  it("is a matter of the moment: a peer that is trusted meanwhile is answered", async () => {
    let permission: AskPermission = "not-trusted";
    await asking(
      answeringWith(async () => reply, { permission: () => permission }),
      async (here, peer) => {
        expect(await codeOf(here.network.ask(peer, "Well?"))).toBe("ASK_NOT_TRUSTED");
        permission = "known";
        expect(await codeOf(here.network.ask(peer, "Well?"))).toBe("none");
      },
    );
  });
});

describe("how much may be asked", () => {
  it("is a dozen questions of a peer, then one each ten seconds", async () => {
    let now = Date.now();
    await asking(
      async () => reply,
      async (here, peer) => {
        const asked = (): Promise<string> => codeOf(here.network.ask(peer, "Well?"));
        for (let question = 0; question < peerQuestionRate.burst; question++) expect(await asked()).toBe("none");
        expect(await asked()).toBe("ASK_QUOTA");
        now += 60_000 / peerQuestionRate.perMinute - 1;
        expect(await asked()).toBe("ASK_QUOTA");
        now += 1;
        expect(await asked()).toBe("none");
        expect(await asked()).toBe("ASK_QUOTA");
        expect(await here.network.probe(peer, "Well?")).toBeUndefined();
      },
      { clock: { now: () => now } },
    );
  });

  it("is bounded for all strangers together, whatever peers that are known ask", () => {
    const quota = new AskQuota({ now: () => 0 });
    const once = (kind: "ask" | "probe", peer: string, asker: "known" | "stranger"): unknown => {
      const place = quota.take(kind, peer, asker);
      if (typeof place === "function") place();
      return typeof place === "function" ? "taken" : place;
    };
    for (const [kind, { burst }] of [
      ["ask", strangerQuestionRate],
      ["probe", strangerProbeRate],
    ] as const) {
      for (let stranger = 0; stranger < burst; stranger++) expect(once(kind, `stranger ${stranger}`, "stranger")).toBe("taken");
      expect(once(kind, "one more", "stranger")).toBe("ASK_QUOTA");
      expect(once(kind, "friend", "known")).toBe("taken");
    }
    for (let probe = 1; probe < peerProbeRate.burst; probe++) expect(once("probe", "friend", "known")).toBe("taken");
    expect(once("probe", "friend", "known")).toBe("ASK_QUOTA");
  });

  it("leaves places to peers that are known, and gives every place back", () => {
    const quota = new AskQuota({ now: () => 0 });
    const taken: (() => void)[] = [];
    const take = (kind: "ask" | "probe", peer: string, asker: "known" | "stranger"): string => {
      const place = quota.take(kind, peer, asker);
      if (typeof place === "string") return place;
      taken.push(place);
      return "taken";
    };
    for (let stranger = 0; stranger < maxStrangerAnswersAtOnce; stranger++) {
      expect(take("ask", `stranger ${stranger}`, "stranger")).toBe("taken");
    }
    expect(take("ask", "one more", "stranger")).toBe("ASK_BUSY");
    for (let friend = maxStrangerAnswersAtOnce; friend < maxAnswersAtOnce; friend++) {
      expect(take("ask", `friend ${friend}`, "known")).toBe("taken");
    }
    expect(take("ask", "one more", "known")).toBe("ASK_BUSY");
    for (let probe = 0; probe < maxProbesAtOnce; probe++) expect(take("probe", `peer ${probe}`, "known")).toBe("taken");
    expect(take("probe", "one more", "known")).toBe("ASK_BUSY");
    for (const giveBack of taken.splice(0)) giveBack();
    expect(take("ask", "one more", "stranger")).toBe("taken");
    expect(take("probe", "one more", "known")).toBe("taken");
  });
});

describe("a probe", () => {
  it("gets the figures of the best lesson, or that there is none, and nothing is generated for it", async () => {
    const probed: string[] = [];
    const answering = answeringWith(() => expect.fail("it was to answer"), {
      probe: async (question) => {
        probed.push(question);
        return question === "Known?" ? { similarity: 0.75, utility: 0.25 } : undefined;
      },
    });
    await asking(answering, async (here, peer) => {
      expect(await here.network.probe(peer, "Known?")).toEqual({ similarity: 0.75, utility: 0.25 });
      expect(await here.network.probe(peer, "Unknown?")).toBeUndefined();
      expect(probed).toEqual(["Known?", "Unknown?"]);
      expect(await codeOf(here.network.probe(peer, ""))).toBe("ASK_QUESTION_SIZE");
    });
  });

  it("ends after two seconds, and can be cancelled", async () => {
    const begun = Promise.withResolvers<void>();
    const probe = (): Promise<never> => {
      begun.resolve();
      return new Promise(() => undefined);
    };
    await asking(answeringWith(never, { probe }), async (here, peer) => {
      const cancel = new AbortController();
      const cancelled = codeOf(here.network.probe(peer, "Well?", { signal: cancel.signal }));
      await begun.promise;
      cancel.abort();
      expect(await cancelled).toBe("ASK_CANCELLED");
      const startedAt = performance.now();
      expect(await codeOf(here.network.probe(peer, "Well?"))).toBe("ASK_TIMED_OUT");
      expect(performance.now() - startedAt).toBeGreaterThan(probeTimeoutMs - 50);
    });
  });

  it("believes no figures beyond what can be", async () => {
    const here = createNode();
    await withNodes([here], async () => {
      let best: unknown;
      const liar = await startLiar(here, "test", () => ({ same: true, count: 0 }));
      await liar.handle("/grapevine/ask/1", async (stream: Stream) => {
        const frames = lpStream(stream);
        await frames.read();
        await frames.write(dagCbor.encode({ type: "sureness", best }));
        await stream.close();
      });
      const peer = liar.peerId.toString();
      await here.watched.until(() => here.network.peers().length === 1, "greeted");
      for (best of [{ similarity: 1.01, utility: 0 }, { similarity: 1, utility: -0.01 }, { similarity: 1 }, "sure"]) {
        expect(await codeOf(here.network.probe(peer, "Well?")), JSON.stringify(best)).toBe("FRAME_INVALID");
      }
      best = { similarity: 1, utility: 1 };
      expect(await here.network.probe(peer, "Well?")).toEqual(best);
      await liar.stop();
    });
  });
});
