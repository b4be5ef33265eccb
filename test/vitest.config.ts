import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const conditions = ["grapevine-source", "node", "import", "default"];

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    // They need other toolchains and registries: `npx pnpm test:interop`.
    exclude: ["**/node_modules/**", "test/interop/**", "test/netns/**"],
    pool: "forks",
    // Two cores, and real processes, sockets and models in the tests: more workers only make each other late.
    maxWorkers: 2,
    // CommonJS modules look as they do to Node, where the program runs.
    deps: { interopDefault: false },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Tests may start child processes of our own; they run from source as well.
    env: { NODE_OPTIONS: "--conditions=grapevine-source" },
    execArgv: ["--conditions=grapevine-source"],
  },
});
