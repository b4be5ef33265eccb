/** `npx pnpm test:interop`: peers that are not ours, against ours. Apart from `test`, since they are built and installed first, from other registries. */
import { mergeConfig } from "vitest/config";
import main from "../vitest.config.ts";

const { exclude: _, include: __, ...test } = main.test ?? {};

export default mergeConfig(
  { ...main, test },
  {
    test: {
      include: ["test/interop/*.test.ts"],
      globalSetup: ["test/interop/setup.ts"],
    },
  },
);
