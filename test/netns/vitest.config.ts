/** `npx pnpm test:netns`: nodes on networks of a test's own, with real times. Apart from `test`, since a minute's partition takes a minute; what the machine cannot do is skipped and said. */
import { mergeConfig } from "vitest/config";
import main from "../vitest.config.ts";

const { exclude: _, include: __, ...test } = main.test ?? {};

export default mergeConfig(
  { ...main, test },
  // Real times on a machine that may have other work to do: late once is no finding, late twice is one.
  { test: { include: ["test/netns/*.test.ts"], testTimeout: 240_000, retry: 1 } },
);
