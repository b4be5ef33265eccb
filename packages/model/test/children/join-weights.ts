/** A process that wants the joined weights: `{path, joined}` on stdout. */
import { type JoinWeightsInit, joinWeights } from "../../src/embedded/packaged-weights.ts";

const { paths, ...rest } = JSON.parse(process.argv[2] ?? "") as Omit<JoinWeightsInit, "parts"> & { paths: string[] };
let joined = false;
const path = await joinWeights({
  ...rest,
  parts: () => {
    joined = true;
    return paths;
  },
});
process.stdout.write(`${JSON.stringify({ path, joined })}\n`);
