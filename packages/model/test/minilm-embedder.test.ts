import { embedderContract } from "@grapevine/testing";
import { expect, it } from "vitest";
import { MiniLmEmbedder } from "../src/embedding/minilm-embedder.ts";
import { openEmbedder } from "../src/index.ts";

embedderContract("MiniLM", { open: () => openEmbedder() });

it("names the model and its precision, and starts again after it was idle", async () => {
  const embedder = new MiniLmEmbedder({ idleMs: 0 });
  expect({ id: embedder.id, dimensions: embedder.dimensions }).toEqual({ id: "minilm-l6-v2-fp16", dimensions: 384 });
  const [first] = await embedder.embed(["How do I list files by size?"]);
  const [paraphrase] = await embedder.embed(["Sort a folder's files by how large they are"]);
  const similarity = (first ?? []).reduce(
    (sum: number, value: number, index: number) => sum + value * (paraphrase?.[index] ?? 0),
    0,
  );
  expect(similarity).toBeGreaterThan(0.5);
  await embedder.close();
});

it("refuses a specification that cannot make embeddings", async () => {
  await expect(openEmbedder("auto")).rejects.toMatchObject({ code: "MODEL_UNSUPPORTED" });
  await expect(openEmbedder("nonsense")).rejects.toMatchObject({ code: "MODEL_SPEC_INVALID" });
});
