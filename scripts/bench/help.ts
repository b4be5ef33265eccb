/** How long `grapevine --help` takes. Beside it: node with an empty script. */
import { type Bench, figure, interleaved } from "./measure.ts";
import { grapevine, runToEnd } from "./processes.ts";

const rounds = 30;

export const help: Bench = {
  name: "help",
  summary: "`grapevine --help`, from process start to exit",
  measure: async () => {
    await runToEnd([...grapevine, "--help"]); // the first run after a change fills node's compile cache
    const measured = await interleaved(
      rounds,
      () => runToEnd([...grapevine, "--help"]),
      () => runToEnd(["-e", "0"]),
    );
    const bar = { of: "ratio", most: 2 } as const;
    return figure({ name: "help", unit: "ms", measured, referenceName: "`node -e 0`", bar });
  },
};
