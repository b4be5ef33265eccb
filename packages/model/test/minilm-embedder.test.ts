import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { embedderContract } from "@grapevine/testing";
import { expect, it } from "vitest";
import { MiniLmEmbedder } from "../src/embedding/minilm-embedder.ts";
import { openEmbedder } from "../src/index.ts";

embedderContract("MiniLM", { open: () => openEmbedder() });

it("names the model and its precision, and knows paraphrases", async () => {
  const embedder = await openEmbedder("embedded");
  expect({ id: embedder.id, dimensions: embedder.dimensions }).toEqual({ id: "minilm-l6-v2-fp16", dimensions: 384 });
  const question = "How do I list files by size?";
  const [first, paraphrase] = await embedder.embed([question, "Sort a folder's files by how large they are"]);
  expect([...(first ?? [])].reduce((sum, value, index) => sum + value * (paraphrase?.[index] ?? 0), 0)).toBeGreaterThan(0.5);
  await embedder.close();
});

it("starts its thread with the first text, ends it when it was idle, and starts it again", async () => {
  const started: Worker[] = [];
  const onWorker = (worker: Worker): number => started.push(worker);
  process.on("worker", onWorker);
  const embedder = new MiniLmEmbedder({ idleMs: 0 });
  expect(started).toEqual([]);
  await embedder.embed(["one"]);
  const [first] = started;
  if (first === undefined) throw new Error("no thread was started");
  await once(first, "exit");
  await embedder.embed(["two"]);
  expect(started.length).toBe(2);
  await embedder.close();
  process.off("worker", onWorker);
});

it("refuses a specification that cannot make embeddings", async () => {
  await expect(openEmbedder("auto")).rejects.toMatchObject({ code: "MODEL_UNSUPPORTED" });
  await expect(openEmbedder("nonsense")).rejects.toMatchObject({ code: "MODEL_SPEC_INVALID" });
});
