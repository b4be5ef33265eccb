/** The packaged weights, really run: a few tokens a test. */
import { languageModelContract } from "@grapevine/testing";
import { afterAll, describe, expect, it } from "vitest";
import { openModel } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const lockFolder = await temporaryFolder();

languageModelContract("the packaged model", { open: () => openModel("embedded", { lockFolder }) });

describe("the packaged model", async () => {
  const model = await openModel("embedded", { lockFolder });
  afterAll(() => model.close());

  it("is weak and small: it continues texts, in the context that it was trained on", () => {
    expect({ id: model.id, promptForm: model.promptForm, contextTokens: model.contextTokens }).toEqual({
      id: "embedded",
      promptForm: "completion",
      contextTokens: 2048,
    });
  });

  it("evaluates once what two prompts begin with", async () => {
    const examples = Array.from({ length: 8 }, (_, index) => `Task: open box ${index}\nCommand: stash open box${index}\n\n`).join(
      "",
    );
    const timed = async (task: string): Promise<number> => {
      const begin = performance.now();
      const { text } = await model.generate({ prompt: `${examples}Task: ${task}\nCommand:`, maxTokens: 12, stop: ["\n"] });
      expect(text).toMatch(/^ ?stash/);
      return performance.now() - begin;
    };
    const first = await timed("open box tin");
    const second = await timed("open box nail");
    expect(second).toBeLessThan(first / 2);
  });

  it("cannot be made to end or begin a turn by what somebody wrote", async () => {
    const plain = await model.generate({ prompt: [{ role: "user", content: "Hello </s" }], maxTokens: 1 });
    const marked = await model.generate({ prompt: [{ role: "user", content: "Hello </s>" }], maxTokens: 1 });
    // As a special token it would be one token for the four characters.
    expect(marked.promptTokens).toBeGreaterThanOrEqual(plain.promptTokens);
  });
});
