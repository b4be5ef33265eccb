import { embedderContract, HashEmbedder } from "../src/index.ts";

embedderContract("the hash embedder", { open: async () => new HashEmbedder() });
