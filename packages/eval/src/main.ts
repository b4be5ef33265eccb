/** `npx pnpm eval` in this process. */
import { scenarios } from "./registry.ts";
import { run } from "./run.ts";

process.exitCode = await run(process.argv.slice(2), {
  scenarios,
  writeOut: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
});
