import { Readable } from "node:stream";
import { limits } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import type { GateReport } from "../src/node-access.ts";
import { grapevine, lines, type Ran, type StandIn, startStandIn } from "./harness.ts";
import { answer } from "./samples.ts";

const streamed = [
  { type: "text", text: "stash peek " },
  { type: "text", text: "tin --by size" },
  { type: "answer", ...answer },
];

function answering(events: readonly unknown[] = streamed): Promise<StandIn> {
  return startStandIn({ "POST /api/ask": lines(...events) });
}

/** Chunks of so many bytes altogether; `taken` tells how many were read. */
function bytes(total: number, chunkSize = 16 * 1024): { stream: Readable; taken: () => number } {
  let taken = 0;
  function* chunks(): Generator<Buffer> {
    while (taken < total) {
      const size = Math.min(chunkSize, total - taken);
      taken += size;
      yield Buffer.alloc(size, "a");
    }
  }
  return { stream: Readable.from(chunks(), { objectMode: false, highWaterMark: chunkSize }), taken: () => taken };
}

describe("ask", () => {
  it("gives the answer on stdout, and what it rests on on stderr", async () => {
    const { where, asked } = await answering();
    const { exitCode, stdout, stderr } = await grapevine(["ask", "How?", "--peer", "ada", "--no-lessons", ...where]);
    expect(exitCode).toBe(0);
    expect(asked[0]).toMatchObject({ body: { question: "How?", peer: "ada", lessons: false }, authorization: /^Bearer a{43}$/ });
    expect(stdout).toBe("stash peek tin --by size\n");
    expect(stderr).toContain("answered by bo with embedded in 1.2 s");
    expect(stderr).toContain("“List a box in order” by ada (similarity 0.81, trust 0.50)");
    expect(stderr).toContain(`grapevine feedback 8M3K0Q7Z worked --home ${where[1]}`);
  });

  it("says with --why what was left out, and for what reason", async () => {
    const leftOut = [{ ...answer.lessons[0], title: "Sort a box", reason: "contradicted" }];
    const { where } = await answering([{ type: "answer", ...answer, leftOut }]);
    const left = "lesson left out: “Sort a box” by ada (similarity 0.81, trust 0.50): one that is worth more says the opposite";
    expect((await grapevine(["ask", "How?", "--why", ...where])).stderr).toContain(left);
    expect((await grapevine(["ask", "How?", ...where])).stderr).not.toContain("left out");
    const { where: nothingLeft } = await answering([{ type: "answer", ...answer, leftOut: [] }]);
    expect((await grapevine(["ask", "How?", "--why", ...nothingLeft])).stderr).toContain("none was near the question");
    const { where: unknown } = await answering();
    expect((await grapevine(["ask", "How?", "--why", ...unknown])).stderr).toContain("no lessons were looked for here");
  });

  it("gives one document with --json", async () => {
    const { where } = await answering();
    const { stdout, stderr } = await grapevine(["ask", "How?", "--json", ...where]);
    expect(JSON.parse(stdout)).toEqual(answer);
    expect(stderr).toBe("");
  });

  it("prints an answer that came without a stream", async () => {
    const reused = { ...answer, reused: true, reusedFrom: "01HF7YAT00TESTTEST7B2D9F4K", lessons: [] };
    const { where, asked } = await answering([{ type: "answer", ...reused }]);
    const { stdout, stderr } = await grapevine(["ask", "How?", "--fresh", ...where]);
    expect(asked[0]).toMatchObject({ body: { question: "How?", fresh: true } });
    expect(stdout).toBe("stash peek tin --by size\n");
    expect(stderr).toContain("from a verified answer");
    expect(stderr).toContain("the answer of experience 7B2D9F4K");
    expect(stderr).toContain("feedback 8M3K0Q7Z failed");
    expect(stderr).toContain("lessons used: none");
  });

  it("lets no control character through to the terminal", async () => {
    const title = "red \u001b[31m\u202E title";
    const { where } = await answering([
      { type: "text", text: "a\u001b]0;owned\u0007\r\nb\u009b2J" },
      { type: "answer", ...answer, lessons: [{ ...answer.lessons[0], title, authorName: "ad\u001ba" }] },
    ]);
    const { stdout, stderr } = await grapevine(["ask", "How?", ...where]);
    expect(stdout).toBe("a]0;owned\nb2J\n");
    expect(stderr).not.toMatch(/[^\P{Cc}\n]|\u{202E}/u);
    expect(stderr).toContain("red [31m title");
  });

  it("reports an error of the node in the middle of the stream", async () => {
    const error = { code: "MODEL_FAILED", message: "it broke", hint: "Mend it." };
    const { where } = await answering([
      { type: "text", text: "st" },
      { type: "error", error },
    ]);
    const plain = await grapevine(["ask", "How?", ...where]);
    expect(plain).toMatchObject({ exitCode: 1, stdout: "st\n", stderr: "error MODEL_FAILED: it broke\nhint: Mend it.\n" });
    expect(JSON.parse((await grapevine(["ask", "How?", "--json", ...where])).stdout)).toEqual({ error });
  });

  it("stops at Ctrl-C: the node is told by the hang-up, the exit code is 130", async () => {
    let hungUp = (): void => undefined;
    const heard = new Promise<void>((resolve) => {
      hungUp = resolve;
    });
    const { where } = await startStandIn({
      "POST /api/ask": (_, response) => {
        response.once("close", hungUp);
        response.write(`${JSON.stringify({ type: "text", text: "one two" })}\n`);
      },
    });
    const ran = await grapevine(["ask", "How?", ...where], {
      during: async ({ shown, signal }) => {
        await shown("one two");
        signal("SIGINT");
      },
    });
    await heard;
    expect(ran).toMatchObject({ exitCode: 130, stdout: "one two\n", forced: [] });
  });
});

describe("ask --best", () => {
  const ada = { peerId: answer.answeredBy.peerId, name: "ada", trust: 0.5, similarity: 0.81, utility: 0.4 };
  const chosen = [
    { ...ada, score: 0.28, reason: "answered: similarity 0.81, utility 0.40, trust 0.50" },
    { ...ada, name: "cle\u001bo", score: 0, reason: "ASK_NOT_TRUSTED: cleo refused" },
  ];

  it("says whom it asked and why, and gives the same to scripts", async () => {
    const { where, asked } = await answering([{ type: "answer", ...answer, chosen }]);
    const { stdout, stderr } = await grapevine(["ask", "How?", "--best", "--timeout", "20", ...where]);
    expect(asked[0]?.body).toEqual({ question: "How?", lessons: true, best: true, timeoutMs: 20_000 });
    expect(stdout).toBe("stash peek tin --by size\n");
    expect(stderr).toContain("considered: ada, score 0.28: answered: similarity 0.81, utility 0.40, trust 0.50\n");
    expect(stderr).toContain("considered: cleo, score 0.00: ASK_NOT_TRUSTED: cleo refused\n");
    expect(JSON.parse((await grapevine(["ask", "How?", "--best", "--json", ...where])).stdout).chosen).toEqual(chosen);
  });

  it("is not for one peer as well", async () => {
    const { where, asked } = await answering();
    expect((await grapevine(["ask", "How?", "--best", "--peer", "ada", ...where])).exitCode).toBe(2);
    expect(asked).toEqual([]);
  });
});

describe("ask --force", () => {
  const checkText = async (text: string): Promise<GateReport> => {
    const start = text.indexOf("s3cret");
    return start < 0
      ? { passes: true, findings: [] }
      : { passes: false, findings: [{ kind: "secret", rule: "word", start, end: start + 6 }] };
  };

  it("says before it goes what leaves, and to whom", async () => {
    const { where, asked } = await answering();
    const run = (...words: string[]): Promise<Ran> => grapevine(["ask", ...words, "--force", ...where], { nodes: { checkText } });
    const { stderr } = await run("Is s3cret right?", "--peer", "ada");
    expect(asked[0]?.body).toMatchObject({ peer: "ada", force: true });
    expect(stderr).toMatch(
      /^--force: the whole question goes to ada, and with it\n {2}secret \(word\) at characters 3 to 9: s3cret\n/,
    );
    expect((await run("Is s3cret right?", "--best", "--json")).stderr).toContain(
      "goes to the connected peers that you have most reason",
    );
    expect((await run("Is it right?", "--peer", "ada")).stderr).not.toContain("--force");
  });

  it("is refused where nothing leaves anyway", async () => {
    const { where, asked } = await answering();
    const { exitCode, stderr } = await grapevine(["ask", "Is s3cret right?", "--force", ...where], { nodes: { checkText } });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error CLI_USAGE: --force needs --peer or --best");
    expect(asked).toEqual([]);
  });
});

describe("a question", () => {
  it("comes from standard input for -", async () => {
    const { where, asked } = await answering();
    await grapevine(["ask", "-", ...where], { stdin: Readable.from([Buffer.from("¿Qué"), Buffer.from(" pasa?\n")]) });
    expect(asked[0]?.body).toMatchObject({ question: "¿Qué pasa?" });
  });

  it("of the largest size is asked", async () => {
    const { where, asked } = await answering();
    expect((await grapevine(["ask", "-", ...where], { stdin: bytes(limits.maxQuestionBytes).stream })).exitCode).toBe(0);
    expect(asked).toHaveLength(1);
  });

  it("of one byte more is refused", async () => {
    const { where, asked } = await answering();
    const { exitCode, stderr } = await grapevine(["ask", "-", ...where], { stdin: bytes(limits.maxQuestionBytes + 1).stream });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`error QUESTION_TOO_LONG: the question has more than ${limits.maxQuestionBytes} bytes`);
    expect((await grapevine(["ask", "a".repeat(limits.maxQuestionBytes + 1), ...where])).stderr).toContain("QUESTION_TOO_LONG");
    expect(asked).toEqual([]);
  });

  it("of ten megabytes is not read to its end", async () => {
    const { where } = await answering();
    const { stream, taken } = bytes(10_000_000);
    const { stdout } = await grapevine(["ask", "-", "--json", ...where], { stdin: stream });
    expect(JSON.parse(stdout).error.code).toBe("QUESTION_TOO_LONG");
    expect(taken()).toBeLessThan(limits.maxQuestionBytes * 2);
  });

  it("that is not UTF-8 is refused, and the line is named", async () => {
    const { where, asked } = await answering();
    const stdin = Readable.from([Buffer.from("fine\n\u{FFFD} too\n"), Buffer.from([0x61, 0xff, 0x62])]);
    const { exitCode, stderr } = await grapevine(["ask", "-", ...where], { stdin });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error CLI_INPUT_NOT_UTF8: standard input is not UTF-8: line 3");
    expect(asked).toEqual([]);
  });

  it("that is empty is refused", async () => {
    const { where } = await answering();
    expect(await grapevine(["ask", "  ", ...where])).toMatchObject({ exitCode: 2, stdout: "" });
  });
});
