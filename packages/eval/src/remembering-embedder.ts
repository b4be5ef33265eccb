/** An embedder in front of another: every text is embedded once, since a scenario puts the same texts before several nodes and seeds. */
import type { Embedder } from "@grapevine/core";

export function rememberingEmbedder(embedder: Embedder): Embedder {
  const known = new Map<string, Float32Array>();
  return {
    id: embedder.id,
    dimensions: embedder.dimensions,
    embed: async (texts) => {
      const missing = [...new Set(texts)].filter((text) => !known.has(text));
      const made = await embedder.embed(missing);
      for (const [position, vector] of made.entries()) known.set(missing[position] ?? "", vector);
      return texts.map((text) => {
        const vector = known.get(text);
        if (vector === undefined) throw new Error("the embedder gave fewer vectors than it was given texts");
        return vector;
      });
    },
    close: () => embedder.close(),
  };
}
