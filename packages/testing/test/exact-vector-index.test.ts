import { ExactVectorIndex, vectorIndexContract } from "../src/index.ts";

vectorIndexContract("ExactVectorIndex", { create: async (init) => new ExactVectorIndex(init) });
