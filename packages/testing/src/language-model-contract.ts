/** What every `LanguageModel` promises, as tests that hold for any model, however weak. An adapter's test calls it with a factory. */
import { GrapevineError, type LanguageModel } from "@grapevine/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

export interface LanguageModelFactory {
  /** A model that can be asked at once. The suite opens it twice, and closes it. */
  open(): Promise<LanguageModel>;
}

/** Every model goes on with these. */
const counting = "1, 2, 3, 4, 5, 6, 7,";
const letters = "a, b, c, d, e,";
/** A test takes seconds on an idle machine, and minutes where others work, too. */
const slowestMs = 180_000;
const system = "You are a helpful clerk who answers every question with one single word and nothing else.";

export function languageModelContract(name: string, factory: LanguageModelFactory): void {
  describe(`${name} keeps the contract of LanguageModel`, { timeout: slowestMs }, () => {
    let model: LanguageModel;
    beforeAll(async () => {
      model = await factory.open();
    }, slowestMs);
    afterAll(() => model.close());

    it("says what it is", () => {
      expect(model.id).toMatch(/^[a-z]+(:.+)?$/);
      expect(["chat", "completion"]).toContain(model.promptForm);
      expect(model.contextTokens).toBeGreaterThanOrEqual(512);
    });

    it("continues a text, greedily by default, and ends at maxTokens", async () => {
      const first = await model.generate({ prompt: counting, maxTokens: 6 });
      const second = await model.generate({ prompt: counting, maxTokens: 6 });
      expect(first.text).toMatch(/8/);
      expect(first.ended).toBe("length");
      expect(first.generatedTokens).toBe(6);
      expect(first.promptTokens).toBeGreaterThan(5);
      expect(second).toEqual(first);
    });

    it("passes on each piece of text as it is made", async () => {
      const pieces: string[] = [];
      const { text } = await model.generate({ prompt: counting, maxTokens: 8, onText: (piece) => pieces.push(piece) });
      expect(pieces.join("")).toBe(text);
      expect(pieces.length).toBeGreaterThan(1);
    });

    it("ends before the first stop text, wherever it falls, and streams nothing of it", async () => {
      const whole = await model.generate({ prompt: counting, maxTokens: 12 });
      const stop = whole.text.slice(4, 6);
      const pieces: string[] = [];
      const cut = await model.generate({
        prompt: counting,
        maxTokens: 12,
        stop: ["never seen", stop],
        onText: (piece) => pieces.push(piece),
      });
      expect(cut.text).toBe(whole.text.slice(0, whole.text.indexOf(stop)));
      expect(cut.ended).toBe("stop");
      expect(pieces.join("")).toBe(cut.text);
    });

    it("takes chat turns, and hears the system message", async () => {
      const user = { role: "user", content: "Which animal says meow? Answer in one word." } as const;
      const without = await model.generate({ prompt: [user], maxTokens: 4 });
      const withSystem = await model.generate({ prompt: [{ role: "system", content: system }, user], maxTokens: 4 });
      expect(without.text.trim()).not.toBe("");
      expect(withSystem.text.trim()).not.toBe("");
      // Some templates have a system message of their own, which the given one replaces.
      expect(withSystem.promptTokens).not.toBe(without.promptTokens);
      const turns = [user, { role: "assistant", content: "Cat" }, { role: "user", content: "Which one barks?" }] as const;
      const third = await model.generate({ prompt: turns, maxTokens: 4 });
      expect(third.promptTokens).toBeGreaterThan(without.promptTokens);
    });

    it("answers with exactly one of the choices", async () => {
      const choices = ["peek box", "peek box --all", 'say "hello"', "größer ✓"];
      const pieces: string[] = [];
      const answer = await model.generate({
        prompt: "Task: look into the box\nCommand:",
        maxTokens: 2,
        format: { choices },
        onText: (piece) => pieces.push(piece),
      });
      expect(choices).toContain(answer.text);
      expect(pieces.join("")).toBe(answer.text);
      expect(answer.ended).toBe("stop");
      const only = await model.generate({ prompt: "Task: sing\nCommand:", maxTokens: 16, format: { choices: ['say "hello"'] } });
      expect(only.text).toBe('say "hello"');
    });

    it("lets the prompt decide among the choices", async () => {
      const choices = ["8, 9, 10", "f, g, h", "the end of the story"];
      const next = async (prompt: string): Promise<string> =>
        (await model.generate({ prompt, maxTokens: 16, format: { choices } })).text;
      expect([await next(counting), await next(letters)]).toEqual(["8, 9, 10", "f, g, h"]);
    });

    it("writes JSON of the schema", async () => {
      const schema = {
        type: "object",
        properties: { colour: { enum: ["red", "green"] }, ripe: { type: "boolean" } },
        required: ["colour", "ripe"],
        additionalProperties: false,
      };
      const { text, ended } = await model.generate({
        prompt: "A ripe apple as JSON with its colour and whether it is ripe:",
        maxTokens: 48,
        format: { schema },
      });
      expect(ended).toBe("stop");
      const value = JSON.parse(text) as Record<string, unknown>;
      expect(Object.keys(value).toSorted()).toEqual(["colour", "ripe"]);
      expect(["red", "green"]).toContain(value["colour"]);
      expect(value["ripe"]).toBeTypeOf("boolean");
    });

    it("answers calls that were made at once, each its own", async () => {
      const prompts = [counting, letters, counting];
      const [one, other, again] = await Promise.all(prompts.map((prompt) => model.generate({ prompt, maxTokens: 4 })));
      expect(one?.text).toMatch(/8/);
      expect(other?.text).not.toBe(one?.text);
      expect(again?.text).toBe(one?.text);
    });

    it("gives up when told, before and while it generates, and works on", async () => {
      const early = model.generate({ prompt: counting, maxTokens: 4, signal: AbortSignal.abort() });
      expect(await codeOf(early)).toBe("MODEL_ABORTED");
      const controller = new AbortController();
      let pieces = 0;
      const onText = (): void => {
        pieces++;
        if (pieces === 2) controller.abort();
      };
      const midway = model.generate({ prompt: counting, maxTokens: 400, signal: controller.signal, onText });
      expect(await codeOf(midway)).toBe("MODEL_ABORTED");
      expect(pieces).toBeLessThan(100);
      expect((await model.generate({ prompt: counting, maxTokens: 4 })).text).toMatch(/8/);
    });

    it("refuses a prompt that does not fit", async () => {
      const prompt = "word ".repeat(model.contextTokens + 10);
      expect(await codeOf(model.generate({ prompt, maxTokens: 4 }))).toBe("MODEL_PROMPT_TOO_LONG");
    });

    it("can be closed twice, and then answers no more", async () => {
      const other = await factory.open();
      await other.close();
      await other.close();
      expect(await codeOf(other.generate({ prompt: counting, maxTokens: 4 }))).toBe("MODEL_FAILED");
    });
  });
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "none";
  } catch (error) {
    return GrapevineError.is(error) ? error.code : String(error);
  }
}
