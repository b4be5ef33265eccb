/** A real Ollama server, where one answers: start it with `ollama serve`, and fetch the model with `ollama pull qwen2.5-coder:0.5b`. */
import { embedderContract, languageModelContract } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { listModels, openEmbedder, openModel } from "../src/index.ts";

const spec = "ollama:qwen2.5-coder:0.5b";
const { models } = await listModels();
const isThere = models.some((model) => model.spec === spec);

describe.skipIf(!isThere)(`with a real Ollama server (skipped where none has ${spec})`, { timeout: 180_000 }, () => {
  languageModelContract(spec, { open: () => openModel(spec) });
  embedderContract(spec, { open: () => openEmbedder(spec) });

  it("names exactly whose vectors they are", async () => {
    const embedder = await openEmbedder(spec);
    expect(embedder.id).toMatch(/^ollama:qwen2\.5-coder:0\.5b@[0-9a-f]{12}$/);
    await embedder.close();
  });

  it("obeys a system message, although the model has no template on the server", async () => {
    const model = await openModel(spec);
    const { text } = await model.generate({
      prompt: [
        { role: "system", content: "You are a pirate. Begin every answer with the word Arr." },
        { role: "user", content: "What is the capital of France?" },
      ],
      maxTokens: 12,
    });
    expect(text).toMatch(/^\s*Arr/);
    await model.close();
  });

  it("opens the model that auto chooses", async () => {
    const model = await openModel("auto");
    expect(models.map((listed) => listed.spec)).toContain(model.id);
    expect(model.id).toMatch(/^ollama:/);
    await model.close();
  });
});
