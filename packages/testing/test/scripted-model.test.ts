import type { GenerationRequest } from "@grapevine/core";
import { expect, it } from "vitest";
import { languageModelContract, ScriptedModel } from "../src/index.ts";

/** What a model with some sense would say in the contract's tests. */
function sensibleReply({ prompt, format }: GenerationRequest): string {
  const text = typeof prompt === "string" ? prompt : (prompt.at(-1)?.content ?? "");
  if (format && "schema" in format) return '{"colour": "red", "ripe": true}';
  const goesOn = text.startsWith("1,") ? Array.from({ length: 500 }, (_, index) => ` ${index + 8}`).join(",") : " f, g, h, i, j";
  return format ? (format.choices.find((choice) => goesOn.startsWith(` ${choice}`)) ?? format.choices[0] ?? "") : goesOn;
}

languageModelContract("the scripted model", { open: async () => new ScriptedModel({ replies: sensibleReply }) });

it("says its replies in order, keeps the requests, and fails when the script is over", async () => {
  const model = new ScriptedModel({ replies: ["one", "two"] });
  expect((await model.generate({ prompt: "a", maxTokens: 9 })).text).toBe("one");
  expect((await model.generate({ prompt: "b", maxTokens: 9 })).text).toBe("two");
  await expect(model.generate({ prompt: "c", maxTokens: 9 })).rejects.toMatchObject({ code: "MODEL_FAILED" });
  expect(model.requests.map(({ prompt }) => prompt)).toEqual(["a", "b", "c"]);
});

it("tells the author of a script that a reply breaks the format", async () => {
  const model = new ScriptedModel({ replies: ["blue", "not JSON"] });
  await expect(model.generate({ prompt: "a", maxTokens: 9, format: { choices: ["red"] } })).rejects.toThrow(
    "none of the choices",
  );
  await expect(model.generate({ prompt: "a", maxTokens: 9, format: { schema: { type: "object" } } })).rejects.toThrow("JSON");
});
