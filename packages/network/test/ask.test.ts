import { GrapevineError, limits } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import type { AnswerQuestion, AskReply } from "../src/index.ts";
import { codeOf, createNode, type TestNode, withNodes } from "./swarm.ts";

const reply: AskReply = {
  answer: "Use stash peek.",
  lessons: [
    {
      id: "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy",
      title: "List a box",
      author: "12D3KooW",
      similarity: 0.75,
      trust: 0.5,
      own: true,
    },
  ],
  model: "scripted",
  ms: 12,
};

async function asking(
  answer: AnswerQuestion | undefined,
  run: (here: TestNode, peer: string, there: TestNode) => Promise<void>,
): Promise<void> {
  const [here, there] = [createNode(), createNode({}, answer === undefined ? {} : { answer })];
  await withNodes([here, there], async () => {
    const { peerId } = await here.network.join(there.network.createInvite());
    await run(here, peerId, there);
  });
}

/** Ends with its signal. */
const never: AnswerQuestion = (_question, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped")), { once: true }));

describe("asking a peer", () => {
  it("streams the answer and names the lessons, and says who asks", async () => {
    const asked: { question: string; from: string }[] = [];
    const answer: AnswerQuestion = async (question, { from, onText }) => {
      asked.push({ question, from });
      for (const piece of ["Use ", "stash ", "\u001b[31mpeek", ".", "\ud83d", "\ude00"]) onText(piece);
      return reply;
    };
    await asking(answer, async (here, peer) => {
      let text = "";
      const got = await here.network.ask(peer, "How do I list a box?", { onText: (piece) => (text += piece) });
      expect(got).toEqual(reply);
      expect(text).toBe("Use stash [31mpeek.😀");
      expect(asked).toEqual([{ question: "How do I list a box?", from: here.network.peerId }]);
    });
  });

  it("carries long answers, and refuses endless ones", async () => {
    const piece = "word ".repeat(1000);
    const answer: AnswerQuestion = async (question, { onText }) => {
      for (let index = 0; index < Number(question); index++) onText(piece);
      return { ...reply, answer: "long" };
    };
    await asking(answer, async (here, peer) => {
      let bytes = 0;
      await here.network.ask(peer, "200", { onText: (text) => (bytes += text.length) });
      expect(bytes).toBe(1_000_000);
      expect(await codeOf(here.network.ask(peer, "220"))).toBe("ASK_FAILED");
    });
  });

  it("passes the other node's errors on, and hides what went wrong inside", async () => {
    const answer: AnswerQuestion = (question) => {
      if (question === "refused") throw new GrapevineError("AGENT_REFUSES", "not\u0007 for you", "Ask somebody else.");
      throw new Error("secret path");
    };
    await asking(answer, async (here, peer, there) => {
      await expect(here.network.ask(peer, "refused")).rejects.toMatchObject({
        code: "AGENT_REFUSES",
        message: "not for you",
        hint: "Ask somebody else.",
      });
      const failed = await here.network.ask(peer, "broken").catch((error: GrapevineError) => error);
      expect(failed).toMatchObject({ code: "ASK_FAILED" });
      expect(JSON.stringify(failed)).not.toContain("secret");
      expect(there.log.some((line) => line.includes("secret path"))).toBe(true);
    });
  });

  it("can be cancelled, and the answerer hears of it", async () => {
    const stopped = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const answer: AnswerQuestion = (question, context) => {
      begun.resolve();
      context.signal.addEventListener("abort", () => stopped.resolve(), { once: true });
      return never(question, context);
    };
    await asking(answer, async (here, peer) => {
      const cancel = new AbortController();
      const asked = codeOf(here.network.ask(peer, "Well?", { signal: cancel.signal }));
      await begun.promise;
      cancel.abort();
      expect(await asked).toBe("ASK_CANCELLED");
      await stopped.promise;
    });
  });

  it("takes one question of a peer at a time, and ends in time", async () => {
    const begun = Promise.withResolvers<void>();
    const answer: AnswerQuestion = (question, context) => {
      begun.resolve();
      return question === "quick" ? Promise.resolve(reply) : never(question, context);
    };
    await asking(answer, async (here, peer) => {
      const first = codeOf(here.network.ask(peer, "slow", { timeoutMs: 2000 }));
      await begun.promise;
      expect(await codeOf(here.network.ask(peer, "quick"))).toBe("ASK_BUSY");
      expect(await first).toBe("ASK_TIMED_OUT");
      await expect.poll(() => codeOf(here.network.ask(peer, "quick")), { timeout: 10_000 }).toBe("none");
    });
  });

  it("is one clear error where there is nobody to ask, or nothing asked", async () => {
    await asking(undefined, async (here, peer, there) => {
      expect(await codeOf(here.network.ask(peer, "Hello?"))).toBe("ASK_UNSUPPORTED");
      expect(await codeOf(here.network.ask(peer, ""))).toBe("ASK_QUESTION_SIZE");
      expect(await codeOf(here.network.ask(peer, "x".repeat(limits.maxQuestionBytes + 1)))).toBe("ASK_QUESTION_SIZE");
      expect(await codeOf(here.network.ask("12D3KooWnobody", "Hello?"))).toBe("PEER_UNKNOWN");
      await there.network.stop();
      await here.watched.until(() => here.network.peers().length === 0, "gone");
      expect(await codeOf(here.network.ask(peer, "Hello?"))).toBe("PEER_NOT_CONNECTED");
    });
    const stopped = createNode();
    expect(await codeOf(stopped.network.ask("12D3KooWnobody", "Hello?"))).toBe("NETWORK_STOPPED");
  });

  it("takes a question of exactly the limit, and tells when the answerer goes away", async () => {
    const begun = Promise.withResolvers<void>();
    const answer: AnswerQuestion = async (question, context) => {
      if (question.startsWith("x")) return { ...reply, answer: String(question.length) };
      begun.resolve();
      return never(question, context);
    };
    await asking(answer, async (here, peer, there) => {
      expect((await here.network.ask(peer, "x".repeat(limits.maxQuestionBytes))).answer).toBe("65536");
      const asked = codeOf(here.network.ask(peer, "Still there?"));
      await begun.promise;
      await there.network.stop();
      expect(await asked).toBe("ASK_CUT");
    });
  });
});
