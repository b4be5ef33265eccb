import type { LanguageModel } from "@grapevine/core";
import { modelErrors } from "@grapevine/model";
import { ScriptedModel } from "@grapevine/testing";
import { beforeEach, expect, it } from "vitest";
import { meteredModel } from "../src/harness/metered-model.ts";
import { maxGivenUpInRow, maxTries, persistentModel } from "../src/harness/persistent-model.ts";

let asked: number;
let waited: number[];
beforeEach(() => {
  asked = 0;
  waited = [];
});

/** `fails`: at which questions, counted from 1. */
function modelThat(
  fails: (call: number) => boolean,
  code: "MODEL_FAILED" | "MODEL_PROMPT_TOO_LONG" = "MODEL_FAILED",
): LanguageModel {
  const inner = new ScriptedModel({
    replies: () => {
      asked += 1;
      if (fails(asked)) throw modelErrors.create(code, "the server stumbled");
      return "yes";
    },
  });
  return persistentModel(inner, { wait: async (ms) => void waited.push(ms), say: () => undefined });
}

const question = { prompt: "well?", maxTokens: 5 };

it("is asked again where a generation fails, after a while", async () => {
  const model = modelThat((call) => call < maxTries);
  expect(await model.generate(question)).toMatchObject({ text: "yes" });
  expect(asked).toBe(maxTries);
  expect(waited).toEqual([2_000, 20_000]);
});

it("gives up after the last try, and says so", async () => {
  const model = meteredModel(modelThat((call) => call <= maxTries));
  await expect(model.generate(question)).rejects.toMatchObject({ code: "MODEL_FAILED" });
  expect(await model.generate(question)).toMatchObject({ text: "yes" });
  expect(model.takeUse()).toMatchObject({ generations: 1, givenUp: 1 });
  expect(model.takeUse().givenUp).toBe(0);
});

it("is not asked again what it cannot read", async () => {
  const model = modelThat(() => true, "MODEL_PROMPT_TOO_LONG");
  for (let time = 0; time <= maxGivenUpInRow; time++) {
    await expect(model.generate(question)).rejects.toMatchObject({ code: "MODEL_PROMPT_TOO_LONG" });
  }
  expect(asked).toBe(maxGivenUpInRow + 1);
});

it("is gone when it fails time after time, and not where it answers in between", async () => {
  const codes: string[] = [];
  const ask = async (model: LanguageModel): Promise<void> => {
    try {
      codes.push((await model.generate(question)).text);
    } catch (error) {
      codes.push((error as { code: string }).code);
    }
  };
  const gone = modelThat(() => true);
  for (let time = 0; time < maxGivenUpInRow; time++) await ask(gone);
  expect(codes).toEqual(["MODEL_FAILED", "MODEL_FAILED", "EVAL_MODEL_GONE"]);
  codes.length = 0;
  asked = 0;
  const stumbling = modelThat((call) => call !== 2 * maxTries + 1);
  for (let time = 0; time < 4; time++) await ask(stumbling);
  expect(codes).toEqual(["MODEL_FAILED", "MODEL_FAILED", "yes", "MODEL_FAILED"]);
});
